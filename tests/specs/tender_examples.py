"""Documents that were paid with gift cards, store credit or points, and a chart that knows where those go."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.sales import SalesDocument, Totals
from ml_connector.documents.tender import Tender, Tendered
from ml_connector.posting.choices.tender import TenderChoices, TenderRow
from ml_connector.posting.company import Nominal
from tests.specs.posting_company import CATALOGUE, CHART, YES

D = Decimal
CLEARING = Nominal(code="1255", name="Gift Card and Store Credit Clearing", bank=True)
WITH_CLEARING = replace(CATALOGUE, nominals=(*CATALOGUE.nominals, CLEARING))
TENDERED = replace(
    CHART,
    tender=TenderChoices(
        rows=tuple(TenderRow(tender=tender, clearing="1255", accepted=YES) for tender in Tender)
    ),
)


def paid_with(document: SalesDocument, amount: str, tender: Tender = Tender.GIFT_CARD) -> SalesDocument:
    """The same document, of which this much was paid so: the shop takes it off the grand total (§5.7)."""
    own = (document.kind, document.entity_id)
    tendered = Tendered(tender=tender, base=D(amount), order=D(amount))
    return replace(
        document,
        tenders=(*document.tenders, tendered),
        base=_less(document.base, tendered.base),
        order_totals=_less(document.order_totals, tendered.order),
        relatives=tuple(
            replace(
                each,
                base_total=each.base_total - tendered.base,
                base_tender=each.base_tender + tendered.base,
            )
            if (each.kind, each.entity_id) == own
            else each
            for each in document.relatives
        ),
    )


def _less(totals: Totals, amount: Decimal) -> Totals:
    return replace(totals, grand_total=totals.grand_total - amount, tender=totals.tender + amount)
