"""The recorded shop's two edited orders name each other, and nothing of the four is invoiced."""

from __future__ import annotations

import pytest

from ml_connector.adobe.reader import edited
from ml_connector.adobe.sandbox import PretendShop
from ml_connector.documents.edited import Edited


@pytest.mark.parametrize(("first", "second"), [(78, 191), (86, 192)])
def test_an_edited_order_and_its_successor_name_each_other(first: int, second: int) -> None:
    shop = PretendShop()
    texts = {str(row.document["entity_id"]): row.text for row in shop.data.table("orders").rows}
    assert edited(texts[str(first)]) == Edited(replaced_by=second)
    assert edited(texts[str(second)]) == Edited(replaces=first)
    invoiced = {str(row.document["order_id"]) for row in shop.data.table("invoices").rows}
    assert not {str(first), str(second)} & invoiced
