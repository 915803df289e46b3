"""What Sage's error codes mean for what happens next, with the remedy in Sage's own menu words.

`LastError.Code` numbers are those of the v32 type library (reference: sage50_uk_sdo.md §1.3 and §2.3). A code
of this table decides the branch of our error tree; one that is not in it is a refusal that a person reads.
Which text Sage gives is shown as Sage gives it, and nothing rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ml_connector.errors import Code, ConnectorError, Finding, NeedsPerson, ReplyLost, TryAgain

NO_ERROR = 0


class Next(Enum):
    """What happens next."""

    AGAIN = auto()
    PERSON = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row: what happens next, our code, why it is so and what to do about it."""

    next: Next
    code: Code
    why: str
    fix: str


_WAIT = "Nothing to do: ml-connector tries again by itself."
_OTHER_CURRENCY = Meaning(
    Next.PERSON,
    Code.CUSTOMER_OTHER_CURRENCY,
    "The account, the bank or the document is in a currency that does not match the others.",
    "Map the shopper to an account, and the payment method to a bank, in the company's base currency.",
)
_NOMINAL = Meaning(
    Next.PERSON,
    Code.NOMINAL_MISSING,
    "A nominal code of the document does not exist, or is a control account.",
    "Create it in Nominal codes, or choose another nominal in the chart.",
)
_BANK = Meaning(
    Next.PERSON,
    Code.BANK_NOT_A_BANK,
    "The bank nominal is missing, or is a control account.",
    "Create it in Bank accounts, or choose another bank in the chart.",
)
_REFERENCE = Meaning(
    Next.PERSON,
    Code.SAGE_REFUSED,
    "A reference is empty, too long, or holds characters that Sage does not take.",
    "Change the reference (A/C, product code) in the mapping: capitals and digits are always safe.",
)
_TAX_CODE = Meaning(
    Next.PERSON,
    Code.SAGE_REFUSED,
    "Sage does not allow this tax code here.",
    "Choose another tax code in the chart; Settings > Configuration > Tax codes shows what each is for.",
)
_LOST = Meaning(
    Next.LOST,
    Code.SAGE_SESSION_LOST,
    "Sage ended this session, or could not say how the call went.",
    "Nothing to do: ml-connector logs on again and looks in Sage before it writes anything.",
)
_BUSY = Meaning(
    Next.AGAIN,
    Code.SAGE_BUSY,
    "A file or record is locked by another user, or the Sage data service does not answer.",
    f"{_WAIT} If it lasts, ask who has this record or window open, and that the Sage service runs.",
)
_REMOTE_AGAIN = Meaning(
    Next.AGAIN, Code.SAGE_REMOTE_DATA, "Remote Data Access does not answer at the moment.", _WAIT
)
_REMOTE_PERSON = Meaning(
    Next.PERSON,
    Code.SAGE_REMOTE_DATA,
    "Remote Data Access has shut this computer out of the company.",
    "Open Sage on this PC, sign in to Remote Data Access again, then retry.",
)
_REMOTE_TRANSIENT = frozenset({101, 103, 108, 110, 114, 115, 116, 117, 119, 120, 121, 123})

MEANINGS: dict[int, Meaning] = {
    **dict.fromkeys((2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 16, 64, 91), _LOST),
    **dict.fromkeys((48, 93, 94), _BUSY),
    **dict.fromkeys((33, 34, 35, 68, 74, 95, 96), _OTHER_CURRENCY),
    **dict.fromkeys((65, 88), _NOMINAL),
    **dict.fromkeys((66, 67), _BANK),
    **dict.fromkeys((17, 50, 63, 82, 86), _REFERENCE),
    **dict.fromkeys((76, 97, 98, 100), _TAX_CODE),
    **{code: _REMOTE_AGAIN if code in _REMOTE_TRANSIENT else _REMOTE_PERSON for code in range(101, 126)},
    **dict.fromkeys(
        (21, 22),
        Meaning(
            Next.PERSON,
            Code.SAGE_PASSWORD,
            "User name or password are not the ones that Sage knows.",
            "Check both in Settings > User Management > Users, then type them again for ml-connector.",
        ),
    ),
    23: Meaning(
        Next.AGAIN,
        Code.SAGE_IN_USE,
        "This user name is logged on already: by another program, a person, or a session that was cut off.",
        "If nobody uses it: log on to Sage with that name, answer Yes to “remove”, and log off again.",
    ),
    24: Meaning(
        Next.AGAIN,
        Code.SAGE_EXCLUSIVE,
        "Somebody runs a routine that shuts all others out: backup, restore, check data, month or year end.",
        f"{_WAIT} It goes on when that routine has ended.",
    ),
    25: Meaning(
        Next.PERSON,
        Code.SAGE_PATH,
        "The data folder is not the ACCDATA folder of a company, or this PC cannot reach it.",
        "Help > About in Sage shows the data directory; type that path for ml-connector.",
    ),
    26: Meaning(
        Next.PERSON,
        Code.SAGE_VERSION,
        "The company's data is of another Sage version than this PC's Sage Data Objects.",
        "Open the company once in the installed Sage so that it is converted, or update Sage on this PC.",
    ),
    30: Meaning(
        Next.AGAIN,
        Code.SAGE_USERS_EXCEEDED,
        "As many users are logged on as the licence allows.",
        f"{_WAIT} Log a user off, or add a user to the Sage licence.",
    ),
    31: Meaning(
        Next.PERSON,
        Code.SAGE_NOT_REGISTERED,
        "Third-party integration is not enabled in this Sage.",
        "Tools > Activation > Enable 3rd Party Integration, with nobody else in Sage.",
    ),
    32: Meaning(
        Next.PERSON,
        Code.SAGE_REFUSED,
        "This Sage user may only read.",
        "Give it full access in Settings > User Management > Access Rights.",
    ),
    **dict.fromkeys(
        (44, 78),
        Meaning(
            Next.PERSON,
            Code.SAGE_REFUSED,
            "Sage posts no transaction without a value.",
            "Send this document to support: ml-connector should have left the line out.",
        ),
    ),
    49: Meaning(
        Next.PERSON,
        Code.BEFORE_LOCK_DATE,
        "The date lies in a period that is locked for this user.",
        "Move the lock date in Settings > Lock Date, or tell ml-connector which later date to use.",
    ),
    70: Meaning(
        Next.PERSON,
        Code.CUSTOMER_ON_HOLD,
        "The customer account is on hold.",
        "Take it off hold in Customers > Credit Control, then retry.",
    ),
    71: Meaning(
        Next.PERSON,
        Code.CUSTOMER_INACTIVE,
        "The customer account is inactive.",
        "Clear “Inactive” on the account in Customers, then retry.",
    ),
    72: Meaning(
        Next.PERSON,
        Code.GONE_FROM_SAGE,
        "The customer account was deleted.",
        "Create it again in Customers, or map the shopper to another account.",
    ),
    73: Meaning(
        Next.PERSON,
        Code.SAGE_REFUSED,
        "Terms are not agreed with this customer account.",
        "Tick “Terms agreed” in Customers > Credit Control, then retry.",
    ),
    84: Meaning(
        Next.PERSON,
        Code.ACCOUNT_REF_TAKEN,
        "A customer account with this reference exists already.",
        "Choose another account reference, or map the shopper to the account that exists.",
    ),
    89: Meaning(
        Next.PERSON,
        Code.DOCUMENT_NEGATIVE,
        "The document comes to less than nothing, or one of its tax codes does under VAT cash accounting.",
        "Look at the document in the shop; if it is right, enter it by hand.",
    ),
    90: Meaning(
        Next.PERSON,
        Code.STOCK_CODE_IMPOSSIBLE,
        "A product code is of the wrong kind for its line.",
        "Change the item rule in the chart for this product.",
    ),
}

_SAYS_NOTHING = Meaning(
    Next.PERSON,
    Code.SAGE_REFUSED,
    "Sage gave no reason.",
    "Enter the document by hand in Sage to see what it objects to, then retry.",
)
_OTHER = Meaning(
    Next.PERSON,
    Code.SAGE_REFUSED,
    "Sage refused it for a reason that ml-connector does not know.",
    "Search Sage's help for the text; enter the document by hand in Sage to see what it objects to.",
)


def error_for(code: int, said: str, doing: str, *, wrote: bool, reached_sage: bool) -> ConnectorError:
    """The exception for a call that failed with this `LastError`.

    `doing` completes “Sage refused while …”. `wrote` is true for a call that may have changed the company:
    when it is not known how that went, the answer is `ReplyLost`. `reached_sage` goes into `NeedsPerson`.
    """
    meaning = MEANINGS.get(code, _SAYS_NOTHING if code == NO_ERROR else _OTHER)
    quoted = f" Sage says: “{said.strip()}” (code {code})." if code else ""
    finding = Finding(
        code=meaning.code,
        what=f"Sage refused while {doing}.{quoted}",
        why=meaning.why,
        fix=meaning.fix,
    )
    if meaning.next is Next.PERSON:
        return NeedsPerson(finding, reached_sage=reached_sage)
    if meaning.next is Next.LOST and wrote:
        return ReplyLost(finding)
    return TryAgain(finding)
