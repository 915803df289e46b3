"""Whether what the rules made can stand in this company: its nominals, its banks, its periods, the sign."""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.money import from_minor, to_minor
from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.findings import bank_finding, nominal_finding
from ml_connector.posting.choices.tender import TENDER_NAMES
from ml_connector.posting.currency import foreign
from ml_connector.posting.rules.case import Case, Made
from ml_connector.posting.rules.periods import closed_period, posted_on


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
    currency, base = foreign(case.document, case.chart), case.catalogue.base_currency
    for bank, what in _banks(case, currency).items():
        finding = bank_finding(nominals.get(bank), bank, what, currency=currency, base=base)
        if finding:
            yield finding


def _banks(case: Case, currency: str) -> dict[str, str]:
    """The banks that the document's money may go through, and what for."""
    method = case.document.order.method
    row = case.chart.payments.row_of(method, currency)
    named = {row.bank if row else "": f"The bank of payment method {method}"}
    for tendered in case.document.tenders:
        clearing = case.chart.tender.clearing_of(tendered.tender, currency)
        named.setdefault(clearing, f"The clearing account of {TENDER_NAMES[tendered.tender]}")
    return {bank: what for bank, what in named.items() if bank}


def _date(case: Case) -> Iterator[Finding]:
    periods = case.chart.periods
    closed = closed_period(posted_on(case.document.date, periods, case.catalogue), periods, case.catalogue)
    if closed:
        yield closed


def _sign(case: Case) -> Iterator[Finding]:
    total = to_minor(case.document.base.worth)
    if total < 0:
        yield Finding(
            code=Code.DOCUMENT_NEGATIVE,
            what=f"The document comes to {from_minor(total)} {case.document.base_currency}.",
            why="Sage takes no document with a negative total.",
            fix="Look at this document in the shop; if it is right, enter it by hand.",
        )
