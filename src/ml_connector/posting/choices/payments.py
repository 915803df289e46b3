"""The chart's section on payments: where the money of each payment method goes, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import bank_finding, invalid, own_currency_findings
from ml_connector.posting.company import Catalogue


class Evidence(StrEnum):
    """What it takes for money to count as received, or as paid back, by a method.

    TRANSACTION is the payment gateway's own (a capture, a refund); ALWAYS says that the shop's document is
    enough, NEVER that a person books this money however it came.
    """

    TRANSACTION = "transaction"
    ALWAYS = "always"
    NEVER = "never"


class Details(StrEnum):
    """What stands in the details of a receipt or refund payment; its reference is always the connector's."""

    METHOD_AND_TRANSACTION = "method-and-transaction"
    TRANSACTION = "transaction"
    ORDER = "order"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRow:
    """Money of this payment method goes to this Sage bank nominal, which may be a clearing account.

    `invoices` is the evidence that an invoice is paid, `refunds` that a credit memo is paid back. `currency`
    is that of sales posted in another than the company's, and of the bank; “” is the company's.
    """

    method: str
    bank: str
    invoices: Evidence = Evidence.TRANSACTION
    refunds: Evidence = Evidence.TRANSACTION
    details: Details = Details.METHOD_AND_TRANSACTION
    currency: str = ""
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentChoices:
    """A method without a row in the currency of the sale is left unpaid."""

    banks: tuple[BankRow, ...]

    def row_of(self, method: str, currency: str = "") -> BankRow | None:
        """The row of a payment method; None when its invoices are left unpaid."""
        return next((row for row in self.banks if (row.method, row.currency) == (method, currency)), None)

    def bank_of(self, method: str, currency: str = "") -> str:
        """The bank nominal of a payment method; “” when its invoices are left unpaid."""
        row = self.row_of(method, currency)
        return row.bank if row and row.invoices is not Evidence.NEVER else ""


def payment_findings(payments: PaymentChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    base = catalogue.base_currency
    rows = [(row.method, row.currency or base) for row in payments.banks]
    for method, currency in sorted({row for row in rows if rows.count(row) > 1}):
        of = "" if currency == base else f" for {currency}"
        yield invalid(f"Payment method {method} has more than one bank{of}.", "Leave one row for it.")
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    for row in payments.banks:
        what = f"The bank of payment method {row.method}"
        yield from own_currency_findings(row.currency, what, base)
        finding = bank_finding(nominals.get(row.bank), row.bank, what, currency=row.currency, base=base)
        if finding:
            yield finding
