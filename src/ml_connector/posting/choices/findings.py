"""What every section of the chart says in the same words: an invalid choice, an unusable nominal or bank."""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.errors import Code, Finding
from ml_connector.posting.company import Nominal


def invalid(what: str, fix: str) -> Finding:
    """A choice that cannot stand."""
    why = "A chart is used as a whole or not at all, so nothing is posted by this one."
    return Finding(code=Code.CHART_INVALID, what=what, why=why, fix=fix)


def nominal_finding(nominal: Nominal | None, code: str, what: str) -> Finding | None:
    """Why a sale may not stand on this nominal, if it may not (reference: sage50_uk_sdo.md §4.4)."""
    if nominal is None:
        why = f"There is no nominal account {code} in this company." if code else "The chart leaves it empty."
    elif nominal.bank or nominal.control:
        kind = "bank" if nominal.bank else "control"
        why = f"{nominal.name or code} is a {kind} account, and Sage takes no sale on it."
    else:
        return None
    return Finding(
        code=Code.NOMINAL_MISSING,
        what=f"{what}, N/C {code or '(none)'}, cannot be used.",
        why=why,
        fix="Create that nominal account in Sage, or choose another in the chart or on the product record.",
    )


def bank_finding(
    nominal: Nominal | None, code: str, what: str, *, currency: str, base: str
) -> Finding | None:
    """Why money in `currency`, “” for the company's own `base`, may not go to this nominal, if it may not
    (reference: sage50_uk_sdo.md §4.4, §6). A bank of which no currency is known is kept in `base`.
    """
    if nominal is not None and nominal.bank:
        kept_in, wanted = nominal.currency or base, currency or base
        return None if kept_in == wanted else _other_currency(nominal, what, kept_in, wanted)
    return Finding(
        code=Code.BANK_NOT_A_BANK,
        what=f"{what}, N/C {code or '(none)'}, is no bank account in this company.",
        why="Sage takes receipts and refunds on bank accounts only.",
        fix="Choose one of Sage's bank accounts in the chart.",
    )


def own_currency_findings(currency: str, what: str, base: str) -> Iterator[Finding]:
    """A row for another currency says which; for the company's own it says none."""
    if currency == base:
        yield invalid(f"{what} is for sales in {currency}, the company's own.", "Leave its currency empty.")


def _other_currency(nominal: Nominal, what: str, kept_in: str, wanted: str) -> Finding:
    return Finding(
        code=Code.BANK_OTHER_CURRENCY,
        what=f"{what}, N/C {nominal.code}, is kept in {kept_in}, and the money is {wanted}.",
        why="What is posted in a currency is received and paid back in that currency: nothing is converted.",
        fix=f"Choose a Sage bank account kept in {wanted} in the chart, or leave this money to be booked by "
        "hand.",
    )
