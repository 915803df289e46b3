"""The rule `extension-total`: what an extension adds to the grand total, on the nominal that the chart names.

Only a field that the chart names explains anything. A field of the document counts as it stands; one that
only the order has counts on the document whose gap it closes exactly, in both currencies. Whether the mapped
fields do explain the gap is `soundness`'s to say, with the amounts given here. A fee that was added
unconverted to the totals of both currencies is held: one of the two totals is wrong, and nobody knows which
(reference: adobe_commerce.md §5.7). Worked table: docs/rules/third-party-totals.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ml_connector.documents.checks import Beside, header_gap
from ml_connector.documents.money import PENNY, ZERO, to_minor
from ml_connector.documents.sales import NamedAmount, SalesDocument
from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.extras import ExtraChoices, ExtraRow, Sign
from ml_connector.posting.plan import DocumentLine
from ml_connector.posting.rules.adjustments import without_vat
from ml_connector.posting.rules.case import Case, Made, service_line
from ml_connector.posting.rules.line_tax import base_of
from ml_connector.posting.tax import rate_of
from ml_connector.posting.tax_check import rate_finding

RULE = "extension-total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A field of the document that the chart names; amounts are signed, the VAT is in the header's tax."""

    row: ExtraRow
    base: Decimal
    order: Decimal
    base_tax: Decimal = ZERO
    order_tax: Decimal = ZERO


def mapped(document: SalesDocument, choices: ExtraChoices) -> tuple[Mapped, ...]:
    """The document's fields that the chart names, and the order's where they close the gap exactly."""
    own = {extra.field: extra for extra in document.extras}
    found = [_mapped(row, own) for row in choices.rows if row.name in own]
    of_order = {extra.field: extra for extra in document.order.extras}
    for row in choices.rows:
        if row.name in of_order and row.name not in own:
            candidate = _mapped(row, of_order)
            if _gap_after(document, found) == (candidate.base, candidate.order) != (ZERO, ZERO):
                found.append(candidate)
    return tuple(found)


def beside(found: tuple[Mapped, ...]) -> tuple[Beside, Beside]:
    """What the mapped fields explain of the header, in the base and in the order currency."""
    return (
        Beside(
            amount=sum((each.base for each in found), ZERO), tax=sum((each.base_tax for each in found), ZERO)
        ),
        Beside(
            amount=sum((each.order for each in found), ZERO),
            tax=sum((each.order_tax for each in found), ZERO),
        ),
    )


def extras(case: Case, _so_far: Made) -> Made:
    """One service line per mapped field with an amount."""
    made = Made()
    for each in mapped(case.document, case.chart.extras):
        made += _made(case, each)
    return made


def _made(case: Case, each: Mapped) -> Made:
    unconverted = _unconverted(case.document, each)
    if unconverted:
        return Made(findings=(unconverted,))
    line = _line(case, each)
    if isinstance(line, Finding):
        return Made(findings=(line,))
    return Made(lines=(line,)) if line.net or line.tax else Made()


def _line(case: Case, each: Mapped) -> DocumentLine | Finding:
    """The amount outside VAT; with its VAT taken out; or with the VAT that a field of its own holds."""
    row = each.row
    amount, tax = to_minor(each.base), abs(to_minor(each.base_tax))
    net = amount
    if row.tax_code is not None:
        rate = rate_of(row.tax_code, case.catalogue) or ZERO
        if row.tax_field:
            what = f"The field `{row.name}`"
            wrong = rate_finding(
                what, base_of(case, abs(each.base), abs(each.base)), tax, Decimal(1), row.tax_code, rate
            )
            if wrong:
                return wrong
        else:
            net = without_vat(amount, rate)
            tax = abs(amount - net)
    return service_line(case, row.name, net, nominal=row.nominal, rule=RULE, tax=tax, tax_code=row.tax_code)


def _mapped(row: ExtraRow, fields: dict[str, NamedAmount]) -> Mapped:
    sign = -1 if row.sign is Sign.TAKEN_OFF else 1
    extra, tax = fields[row.name], fields.get(row.tax_field)
    return Mapped(
        row=row,
        base=sign * extra.base,
        order=sign * extra.order,
        base_tax=sign * tax.base if tax else ZERO,
        order_tax=sign * tax.order if tax else ZERO,
    )


def _gap_after(document: SalesDocument, found: list[Mapped]) -> tuple[Decimal, Decimal]:
    base, order = beside(tuple(found))
    rows = document.lines
    return (
        header_gap(document.kind, document.base, tuple(row.base for row in rows), base),
        header_gap(document.kind, document.order_totals, tuple(row.order for row in rows), order),
    )


def _unconverted(document: SalesDocument, each: Mapped) -> Finding | None:
    if document.base_currency == document.order_currency or _converted(document, each):
        return None
    return Finding(
        code=Code.EXTRA_NOT_CONVERTED,
        what=f"The field `{each.row.name}` is {each.base.normalize():f} {document.base_currency} and "
        f"{each.order.normalize():f} {document.order_currency}.",
        why="At the rate of the rest of this document these are not the same money, so that its total is "
        "wrong in one of the two currencies.",
        fix="Have the extension corrected that adds this amount, and enter this document by hand.",
    )


def _converted(document: SalesDocument, each: Mapped) -> bool:
    """Whether the two amounts agree, to a few pennies, at the rate that the subtotals or carriage imply."""
    base, order = document.base.subtotal, document.order_totals.subtotal
    if not base or not order:
        base, order = document.base.carriage, document.order_totals.carriage
    if not base or not order:
        return True  # nothing else on this document tells the rate
    rate = order / base
    return abs(each.order - each.base * rate) <= 5 * PENNY * max(Decimal(1), rate)


def unmapped(document: SalesDocument, choices: ExtraChoices) -> Iterator[NamedAmount]:
    """The document's and the order's extension amounts that no row of the chart names."""
    named = {row.name for row in choices.rows} | {row.tax_field for row in choices.rows}
    for extra in dict.fromkeys((*document.extras, *document.order.extras)):
        if extra.field not in named:
            yield extra
