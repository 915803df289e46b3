"""No order of the recorded shop was made twice, though its shoppers buy the same baskets again."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from ml_connector.adobe.reader import order_seen
from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.documents.likeness import WITHIN, OrderSeen
from tests.recorded.paid_edition import PaidEdition


def test_the_only_two_alike_within_five_minutes_have_one_captured_invoice_between_them() -> None:
    """Orders 000000145 and 000000147: 42 seconds apart, and of the second nothing was ever captured."""
    alike: dict[str, list[OrderSeen]] = defaultdict(list)
    for row in ShopData.recorded().table("orders").rows:
        seen = order_seen(row.text)
        alike[seen.likeness].append(seen)
    alike.pop("", None)
    close = [
        (first.number, second.number, second.made_at - first.made_at)
        for orders in alike.values()
        for first in orders
        for second in orders
        if first.made_at < second.made_at <= first.made_at + WITHIN
    ]
    assert close == [("000000145", "000000147", timedelta(seconds=42))]
    states = {number: [each["state"] for each in PaidEdition(number).invoices] for number in close[0][:2]}
    assert states == {"000000145": [2], "000000147": [3]}
