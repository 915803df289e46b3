"""What a document must be before its lines are looked at: its sums hold, and all of it is understood.

Tender first: gift cards, store credit and points lower the grand total after tax (reference:
adobe_commerce.md §5.7), and booking them as anything else would be wrong. Then every gap between the shop's
own figures, with the amount, the figures that were looked at and the likeliest cause. Then refunds beyond
what was invoiced. Worked table: docs/rules/document-proof.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.checks import HEADER, ROUNDING, TAX, Gap, gaps
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import DocumentState, NamedAmount, SalesDocument
from ml_connector.errors import Code, Finding
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.tender import TENDER_NAMES
from ml_connector.posting.currency import foreign
from ml_connector.posting.rules.extras import beside, mapped, unmapped


def unsound(document: SalesDocument, chart: Chart) -> tuple[Finding, ...]:
    """Everything about this document that nobody has explained; empty for one that may be booked."""
    return (*_tenders(document, chart), *_gaps(document, chart), *_refunds(document))


def _tenders(document: SalesDocument, chart: Chart) -> Iterator[Finding]:
    currency = foreign(document, chart)
    for tender in document.tenders:
        if not chart.tender.clearing_of(tender.tender, currency):
            yield Finding(
                code=Code.TENDER_UNSET,
                what=f"{tender.base.normalize():f} {document.base_currency} of this document was paid by "
                f"{TENDER_NAMES[tender.tender]}.",
                why="That is money, not discount, and through which clearing account it goes has not been "
                "chosen.",
                fix=f"Choose a clearing account for {TENDER_NAMES[tender.tender]} in the chart: a nominal "
                "that Sage has as a bank.",
            )
    for tender in document.unplaced:
        yield Finding(
            code=Code.POINTS_UNPLACED,
            what=f"Reward points paid {tender.base.normalize():f} {document.base_currency} of order "
            f"{document.order.number}, and its documents do not show which of them they paid for.",
            why="Points stand on the order only; what its invoices' totals fall short of their parts does "
            "not add up to them (yet).",
            fix="If the order is still to be invoiced, wait. Otherwise enter this document and its payment "
            "by hand.",
        )


def _gaps(document: SalesDocument, chart: Chart) -> Iterator[Finding]:
    explained = mapped(document, chart.extras)
    found = gaps(document, *beside(explained))
    for gap in found:
        fields = ", ".join(f"`{each.row.name}`" for each in explained)
        counted = f" The mapped fields {fields} are counted." if fields else ""
        yield Finding(
            code=Code.UNEXPLAINED_GAP,
            what=f"{gap.amount.normalize():f} {gap.currency} is unexplained: {gap.looked_at}.{counted}",
            why=_cause(document, chart, gap, found),
            fix="Find that amount on the document in the shop. If an extension's field holds it, name the "
            "field in the chart; otherwise enter the document by hand.",
        )


def _cause(document: SalesDocument, chart: Chart, gap: Gap, found: tuple[Gap, ...]) -> str:
    """The likeliest cause, the most telling first."""
    named = _field(unmapped(document, chart.extras), gap)
    if named:
        return f"The field `{named}` holds exactly that amount; it is an extension's."
    if document.unplaced and gap.looked_at == HEADER and gap.amount < ZERO:
        return "The order was paid by points in part, and no document says how much of it."
    currencies = {each.currency for each in found}
    if document.base_currency != document.order_currency and len(currencies) == 1:
        return "It is off in one currency only: an extension added an amount without converting it."
    if gap.looked_at == TAX:
        return "Tax on something that is no row: an extension's fee is the likeliest cause."
    return "An extension with a total of its own is the likeliest cause."


def _field(extras: Iterator[NamedAmount], gap: Gap) -> str:
    amounts = ((extra.field, (abs(extra.base), abs(extra.order))) for extra in extras)
    return next((field for field, both in amounts if abs(gap.amount) in both), "")


def _refunds(document: SalesDocument) -> Iterator[Finding]:
    """Credit memos up to this one against the captured invoices, a rounding apart for each memo (§5.6)."""
    if document.kind is not Kind.CREDIT_MEMO:
        return
    captured = [each for each in document.relatives if each.state is DocumentState.CAPTURED]
    invoiced = sum((each.base_worth for each in captured if each.kind is Kind.INVOICE), ZERO)
    memos = [each for each in captured if each.kind is Kind.CREDIT_MEMO]
    until_now = [each for each in memos if each.entity_id <= document.entity_id]
    refunded = sum((each.base_worth for each in until_now), ZERO)
    if refunded > invoiced + ROUNDING * len(until_now):
        yield Finding(
            code=Code.REFUNDS_EXCEED_INVOICED,
            what=f"With this credit memo {refunded} {document.base_currency} of order "
            f"{document.order.number} is refunded, and {invoiced} was invoiced.",
            why="More cannot have been given back than was taken: a memo may stand twice, or an invoice be "
            "missing.",
            fix="Compare the order's invoices and credit memos in the shop, and take out what is wrong.",
        )
