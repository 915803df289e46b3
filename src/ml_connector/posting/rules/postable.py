"""Whether what the rules made can stand in this company: its nominals, its banks, its lock date, the sign."""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.money import from_minor, to_minor
from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.findings import bank_finding, nominal_finding
from ml_connector.posting.rules.case import Case, Made


def postable(case: Case, so_far: Made) -> Made:
    """No lines, only findings; empty when Sage can take the document."""
    return Made(findings=(*_nominals(case, so_far), *_date(case), *_sign(case)))


def _nominals(case: Case, so_far: Made) -> Iterator[Finding]:
    nominals = {nominal.code: nominal for nominal in case.catalogue.nominals}
    used = {line.nominal: f"The nominal of {line.stock_code}" for line in so_far.lines}
    if so_far.carriage:
        used.setdefault(so_far.carriage.nominal, "The nominal of carriage")
    for code, what in used.items():
        finding = nominal_finding(nominals.get(code), code, what)
        if finding:
            yield finding
    method = case.document.order.method
    bank = case.chart.payments.bank_of(method)
    finding = bank_finding(nominals.get(bank), bank, f"The bank of payment method {method}") if bank else None
    if finding:
        yield finding


def _date(case: Case) -> Iterator[Finding]:
    locked = case.catalogue.lock_date
    if locked is not None and case.document.date <= locked:
        yield Finding(
            code=Code.BEFORE_LOCK_DATE,
            what=f"The document is of {case.document.date:%d/%m/%Y}, and the company is locked up to "
            f"{locked:%d/%m/%Y}.",
            why="A period that has been closed, and perhaps declared, would change.",
            fix="Move the lock date in Sage for as long as it takes, or enter the document by hand in an "
            "open period.",
        )


def _sign(case: Case) -> Iterator[Finding]:
    total = to_minor(case.document.base.grand_total)
    if total < 0:
        yield Finding(
            code=Code.DOCUMENT_NEGATIVE,
            what=f"The document comes to {from_minor(total)} {case.document.base_currency}.",
            why="Sage takes no document with a negative total.",
            fix="Look at this document in the shop; if it is right, enter it by hand.",
        )
