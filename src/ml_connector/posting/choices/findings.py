"""What every section of the chart says in the same words: an invalid choice, an unusable nominal or bank."""

from __future__ import annotations

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


def bank_finding(nominal: Nominal | None, code: str, what: str) -> Finding | None:
    """Why money may not go to this nominal, if it may not (reference: sage50_uk_sdo.md §4.4)."""
    if nominal is not None and nominal.bank:
        return None
    return Finding(
        code=Code.BANK_NOT_A_BANK,
        what=f"{what}, N/C {code or '(none)'}, is no bank account in this company.",
        why="Sage takes receipts and refunds on bank accounts only.",
        fix="Choose one of Sage's bank accounts in the chart.",
    )
