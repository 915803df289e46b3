"""How the engine says no: error codes, and an exception of the shape that pywin32 raises.

Inside the engine a rule raises `Refusal`. Where a client's call ends (`session.py`, `engine.py`), the refusal
becomes `engine.LastError` and a `ComError`, or False, as the switches say. Clients never see a `Refusal`.

Source: reference sage50_uk_sdo.md §1.3 and §2.3; names and numbers as in Sage Data Objects 32.0.
"""

from __future__ import annotations

from enum import IntEnum

DISP_E_EXCEPTION = -2147352567
RPC_E_WRONG_THREAD = -2147417842


class ErrorCode(IntEnum):
    """The `LastError.Code` values that this engine uses, by Sage's own names."""

    sdoNone = 0
    sdoNotSupportedException = 8
    sdoInvalidOpenMode = 14
    sdoInvalidName = 15
    sdoNotConnected = 16
    sdoInvalidKey = 17
    sdoInvalidValue = 18
    sdoInvalidUse = 19
    sdoInvalidType = 20
    sdoLogonPassword = 22
    sdoLogonNameInUse = 23
    sdoLogonExclusive = 24
    sdoBadDataPath = 25
    sdoWrongVersion = 26
    sdoBadUpdateMode = 27
    sdoDeleteFailedHasTrans = 28
    sdoDeleteFailed = 29
    sdoReadOnlyAccess = 32
    sdoForTraNotEnabled = 33
    sdoCurrencyDoesNotMatch = 34
    sdoForeignRateSetOnBase = 35
    sdoInvalidSave = 36
    sdoInvalidAllocation = 40
    sdoZeroValueTransaction = 44
    sdoFileLockedAccountsBusy = 48
    sdoClosedLedgerDateControlError = 49
    sdoEmptyKey = 50
    sdoEmptyAccountReference = 63
    sdoInvalidNominalCode = 65
    sdoBankAccountNotAvailable = 66
    sdoInvalidTransactionNumber = 75
    sdoInvalidTaxCodeForPayment = 76
    sdoZeroValueNet = 78
    sdoAccountRefContainsSpaces = 82
    sdoAddressLineIsTooLong = 83
    sdoAccountRefAlreadyExists = 84
    sdoAccountRefContainsInvalidCharacters = 86
    sdoInvalidDate = 87
    sdoNominalAccountIsControl = 88
    sdoInvoiceTotalNegative = 89
    sdoIncorrectStockCodeType = 90
    sdoConnectionKickedOut = 91
    sdoCannotChangeCurrencyWhenTransactionsExist = 95


# The first six texts were seen in the wild (§1.3); the rest say in our own words what the name says.
_TEXTS: dict[ErrorCode, str] = {
    ErrorCode.sdoLogonPassword: "Invalid or incorrect username or password",
    ErrorCode.sdoLogonNameInUse: "Username is already in use",
    ErrorCode.sdoLogonExclusive: "Program is in exclusive mode. Logon cannot proceed",
    ErrorCode.sdoFileLockedAccountsBusy: "Accounts application is busy",
    ErrorCode.sdoEmptyKey: "Empty key specified",
    ErrorCode.sdoCurrencyDoesNotMatch: "Foreign Currency mismatch",
    ErrorCode.sdoNotSupportedException: "Not supported",
    ErrorCode.sdoInvalidOpenMode: "Invalid open mode",
    ErrorCode.sdoInvalidName: "Invalid name",
    ErrorCode.sdoNotConnected: "Not connected",
    ErrorCode.sdoInvalidKey: "Invalid key",
    ErrorCode.sdoInvalidValue: "Invalid value",
    ErrorCode.sdoInvalidUse: "Invalid use",
    ErrorCode.sdoInvalidType: "Invalid type",
    ErrorCode.sdoBadDataPath: "Invalid data path",
    ErrorCode.sdoWrongVersion: "The data is of another version",
    ErrorCode.sdoBadUpdateMode: "Update called without AddNew or Edit",
    ErrorCode.sdoDeleteFailedHasTrans: "The record has transactions",
    ErrorCode.sdoDeleteFailed: "The record cannot be deleted",
    ErrorCode.sdoReadOnlyAccess: "Read only access",
    ErrorCode.sdoForTraNotEnabled: "Foreign Trader is not enabled",
    ErrorCode.sdoForeignRateSetOnBase: "Foreign rate set on a base currency record",
    ErrorCode.sdoInvalidSave: "The record cannot be saved",
    ErrorCode.sdoInvalidAllocation: "Invalid allocation",
    ErrorCode.sdoZeroValueTransaction: "Zero value transaction",
    ErrorCode.sdoClosedLedgerDateControlError: "The date is before the lock date",
    ErrorCode.sdoEmptyAccountReference: "Empty account reference",
    ErrorCode.sdoInvalidNominalCode: "Invalid nominal code",
    ErrorCode.sdoBankAccountNotAvailable: "Bank account not available",
    ErrorCode.sdoInvalidTransactionNumber: "Invalid transaction number",
    ErrorCode.sdoInvalidTaxCodeForPayment: "Invalid tax code for a payment",
    ErrorCode.sdoZeroValueNet: "Zero net value",
    ErrorCode.sdoAccountRefContainsSpaces: "Account reference contains spaces",
    ErrorCode.sdoAddressLineIsTooLong: "Address line is too long",
    ErrorCode.sdoAccountRefAlreadyExists: "Account reference already exists",
    ErrorCode.sdoAccountRefContainsInvalidCharacters: "Account reference contains invalid characters",
    ErrorCode.sdoInvalidDate: "Invalid date",
    ErrorCode.sdoNominalAccountIsControl: "Nominal account is a control account",
    ErrorCode.sdoInvoiceTotalNegative: "Invoice total is negative",
    ErrorCode.sdoIncorrectStockCodeType: "Incorrect stock code type",
    ErrorCode.sdoConnectionKickedOut: "The connection was removed",
    ErrorCode.sdoCannotChangeCurrencyWhenTransactionsExist: "Currency cannot change: transactions exist",
}


class Refusal(Exception):
    """A rule of the engine says no. `detail` is for whoever debugs; real texts are as short as `_TEXTS`."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.text = f"{_TEXTS[code]} ({detail})" if detail else _TEXTS[code]


class ComError(Exception):
    """Shaped like pywin32's `pywintypes.com_error`: args are (hresult, text, excepinfo, argerror).

    `excepinfo` is (wcode, source, description, help file, help context, scode) or None.
    """

    def __init__(
        self,
        hresult: int,
        strerror: str,
        excepinfo: tuple[int, str, str, None, int, int] | None = None,
        argerror: int | None = None,
    ) -> None:
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult = hresult
        self.strerror = strerror
        self.excepinfo = excepinfo
        self.argerror = argerror


def com_error(refusal: Refusal) -> ComError:
    """The exception that a client gets for a refusal."""
    excepinfo = (0, "Sage Data Objects", refusal.text, None, 0, DISP_E_EXCEPTION)
    return ComError(DISP_E_EXCEPTION, "Exception occurred.", excepinfo)


class LastError:
    """`engine.LastError`: what the last refused call said. The workspace has none (§1.2)."""

    __slots__ = ("_code", "_text")

    def __init__(self) -> None:
        self._code = ErrorCode.sdoNone
        self._text = ""

    @property
    def Code(self) -> int:
        return int(self._code)

    @property
    def Text(self) -> str:
        return self._text

    def note(self, refusal: Refusal) -> None:
        """Remember a refusal. Not a member that a client of COM would see."""
        self._code, self._text = refusal.code, refusal.text

    def clear(self) -> None:
        """Forget it: what a success does under one answer of the switches."""
        self._code, self._text = ErrorCode.sdoNone, ""
