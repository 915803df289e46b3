"""The document in the currency in which the chart posts it. The rules are given nothing else.

Asking twice changes nothing: a document that is in its order's currency already stays as it is.
"""

from __future__ import annotations

from ml_connector.documents.posted_in import in_order_currency, is_in_order_currency
from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.chart import Chart


def as_posted(document: SalesDocument, chart: Chart) -> SalesDocument:
    """The document whose `base` side, in `base_currency`, is what the books should say."""
    if document.base_currency != chart.currency:
        return document
    turned = is_in_order_currency(
        chart.currencies.sold,
        document.base_currency,
        document.order_currency,
        document.website,
        document.store_view,
    )
    return in_order_currency(document) if turned else document


def foreign(document: SalesDocument, chart: Chart) -> str:
    """The currency in which the document is posted, “” where it is the chart's own; see `BankRow`."""
    posted = as_posted(document, chart).base_currency
    return "" if posted == chart.currency else posted
