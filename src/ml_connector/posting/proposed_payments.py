"""The proposed chart's part on money: a bank for each payment method, a clearing account for each tender.

A receipt is proposed only for a method that leaves capture transactions; that invoices by another method are
paid is for a person to say. A clearing account is proposed where one of Sage's banks bears the tender's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ml_connector.documents.tender import Tender
from ml_connector.posting.choices.payments import BankRow
from ml_connector.posting.choices.tender import TENDER_NAMES, TenderRow
from ml_connector.posting.company import Catalogue, Nominal

Asked = tuple[str, str, BankRow | TenderRow | None]
"""What it is about, what is asked, and the answer that is proposed, if any."""

_BANK = "1200"


def asked_of_money(catalogue: Catalogue, methods: Mapping[str, bool]) -> Iterator[Asked]:
    """The questions; `methods` are the shop's, True for one whose invoices have capture transactions."""
    for method, captures in sorted(methods.items()):
        yield _method(catalogue, method, captures)
    yield from _tenders(catalogue)
    asks = (
        "Gift cards that are sold are held until the chart says whether they are single-purpose or "
        "multi-purpose, and on which liability nominal they stand."
    )
    yield "gift cards that are sold", asks, None


def _method(catalogue: Catalogue, method: str, captures: bool) -> Asked:
    about, bank = f"payment method {method}", _bank(catalogue, method)
    if captures and bank:
        asks = f"Money captured by {method} is received on bank {bank}."
        return about, asks, BankRow(method=method, bank=bank)
    why = "Sage has no bank account for it" if captures else "it leaves no capture transaction"
    return about, f"Invoices by {method} stay unpaid in Sage, because {why}.", None


def _tenders(catalogue: Catalogue) -> Iterator[Asked]:
    without: list[str] = []
    for tender in Tender:
        name = TENDER_NAMES[tender]
        clearing = next((bank.code for bank in _banks(catalogue) if name in bank.name.lower()), "")
        if clearing:
            asks = f"What is paid by {name} goes through the clearing account {clearing}."
            yield f"payment by {name}", asks, TenderRow(tender=tender, clearing=clearing)
        else:
            without.append(name)
    if without:
        asks = (
            f"Documents paid by {' or '.join(without)} are held until the chart names a clearing account: a "
            "nominal that Sage has as a bank."
        )
        yield f"payment by {', '.join(without)}", asks, None


def _bank(catalogue: Catalogue, method: str) -> str:
    """The bank whose name holds the method's, else the usual current account, else the first bank."""
    banks = _banks(catalogue)
    named = (each.code for each in banks if method.lower().partition("_")[0] in each.name.lower())
    codes = [each.code for each in banks]
    return next(named, _BANK if _BANK in codes else next(iter(codes), ""))


def _banks(catalogue: Catalogue) -> list[Nominal]:
    """Sage's banks in the company's currency."""
    suiting = (
        each for each in catalogue.nominals if each.bank and each.currency in ("", catalogue.base_currency)
    )
    return sorted(suiting, key=lambda each: each.code)
