"""The chart's section on payments: where the money of each payment method goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import bank_finding, invalid
from ml_connector.posting.company import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRow:
    """Money of this payment method goes to this Sage bank nominal, given a capture transaction."""

    method: str
    bank: str
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentChoices:
    """A method without a row is left unpaid."""

    banks: tuple[BankRow, ...]

    def bank_of(self, method: str) -> str:
        """The bank nominal of a payment method; “” when its invoices are left unpaid."""
        return next((row.bank for row in self.banks if row.method == method), "")


def payment_findings(payments: PaymentChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    methods = [row.method for row in payments.banks]
    for method in sorted({method for method in methods if methods.count(method) > 1}):
        yield invalid(f"Payment method {method} has more than one bank.", "Leave one row for it.")
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    for row in payments.banks:
        finding = bank_finding(nominals.get(row.bank), row.bank, f"The bank of payment method {row.method}")
        if finding:
            yield finding
