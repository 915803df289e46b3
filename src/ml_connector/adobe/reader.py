"""Payload in, document out: the door to the one place that knows Adobe Commerce's field names and our words.

Behind it, `reading/` holds one module per kind of payload. Nothing here decides anything; what is
indispensable and missing, or of the wrong type, raises NeedsPerson (`document-unreadable`) with its name.
Facts: adobe_commerce.md §4.7–§5 and §9.6.
"""

from ml_connector.adobe.reading.days import day_begins, day_made
from ml_connector.adobe.reading.document import glance, read_bundle
from ml_connector.adobe.reading.order import edited, is_capture, order_method, order_seen
from ml_connector.adobe.reading.rows import product_ids
from ml_connector.adobe.reading.settings import shop_facts
from ml_connector.documents.bundle import Bundle, Glance

__all__ = [
    "Bundle",
    "Glance",
    "day_begins",
    "day_made",
    "edited",
    "glance",
    "is_capture",
    "order_method",
    "order_seen",
    "product_ids",
    "read_bundle",
    "shop_facts",
]
