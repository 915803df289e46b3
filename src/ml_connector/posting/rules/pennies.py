"""The rule `penny-policy`: what stands when the shop's VAT is not what Sage would work out of the net.

By `keep-shop-vat` the shop's amounts stand. By `sage-computes` each line bears the VAT of its code's rate on
its net, rounded half away from zero, and the difference to the shop's is one line outside VAT on a nominal
of its own, so that the document's total stays the shop's; beyond the limit it is held. By `hold` any
difference is held. Worked table: docs/rules/pennies.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ml_connector.documents.money import from_minor, pounds, to_minor
from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.pennies import PennyPolicy
from ml_connector.posting.company import Catalogue
from ml_connector.posting.plan import Carriage, DocumentLine
from ml_connector.posting.rules.case import Case, Made, service_line
from ml_connector.posting.tax import rate_of
from ml_connector.posting.tax_check import vat_due

RULE = "vat-rounding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pennies:
    """A line whose VAT is not what Sage would work out: both, in pence with the line's sign."""

    what: str
    tax_code: int
    shop: int
    sage: int


def pennies(case: Case, made: Made) -> Made:
    """The document by the chart's penny policy; it comes to the same total."""
    policy = case.chart.pennies.policy
    found = () if policy is PennyPolicy.KEEP_SHOP_VAT or made.findings else differences(made, case.catalogue)
    if not found:
        return made
    if policy is PennyPolicy.HOLD:
        return made + Made(findings=(_held(found),))
    difference = sum(each.shop - each.sage for each in found)
    if abs(difference) > to_minor(case.chart.pennies.limit):
        return made + Made(findings=(_beyond(case, found, difference),))
    computed = replace(
        made,
        lines=tuple(replace(line, tax=_due(line, case.catalogue)) for line in made.lines),
        carriage=made.carriage and replace(made.carriage, tax=_due(made.carriage, case.catalogue)),
    )
    return computed + Made(lines=_rounding(case, difference))


def differences(made: Made, catalogue: Catalogue) -> tuple[Pennies, ...]:
    """Every line, and the carriage, whose VAT Sage would work out otherwise."""
    return tuple(each for each in _compared(made, catalogue) if each.shop != each.sage)


def _compared(made: Made, catalogue: Catalogue) -> Iterator[Pennies]:
    for line in made.lines:
        yield Pennies(
            what=f"{line.stock_code} {line.description}",
            tax_code=line.tax_code,
            shop=line.sign * line.tax,
            sage=line.sign * _due(line, catalogue),
        )
    carriage = made.carriage
    if carriage:
        yield Pennies(
            what="Carriage", tax_code=carriage.tax_code, shop=carriage.tax, sage=_due(carriage, catalogue)
        )


def _due(line: DocumentLine | Carriage, catalogue: Catalogue) -> int:
    rate = rate_of(line.tax_code, catalogue)
    return vat_due(line.net, rate) if rate else 0


def _rounding(case: Case, difference: int) -> tuple[DocumentLine, ...]:
    """The line that keeps the document's total; none when the lines' differences cancel out."""
    if not difference:
        return ()
    nominal = case.chart.pennies.nominal or case.chart.lines.rounding_nominal
    return (service_line(case, "Rounding of VAT", difference, nominal=nominal, rule=RULE),)


def _held(found: tuple[Pennies, ...]) -> Finding:
    return Finding(
        code=Code.PENNIES_DIFFER,
        what=f"The shop's VAT is not what Sage would work out: {_listed(found)}.",
        why="The chart holds every document whose VAT differs, by its penny policy.",
        fix="Correct the document in the shop or enter it by hand; or choose another penny policy in the "
        "chart: keep the shop's VAT, or let Sage compute it.",
    )


def _beyond(case: Case, found: tuple[Pennies, ...], difference: int) -> Finding:
    limit = pounds(to_minor(case.chart.pennies.limit), case.document.base_currency)
    return Finding(
        code=Code.PENNIES_BEYOND_LIMIT,
        what=f"By Sage's own VAT the document would differ by {from_minor(difference)}: {_listed(found)}.",
        why=f"The chart lets VAT be rounded by {limit} a document at most: this may be more than rounding.",
        fix="Look at the document in the shop. If it is right, raise the limit in the chart, keep the shop's "
        "VAT, or enter it by hand.",
    )


def _listed(found: tuple[Pennies, ...]) -> str:
    return "; ".join(
        f"{each.what}: {from_minor(each.shop)}, by T{each.tax_code} {from_minor(each.sage)}" for each in found
    )
