"""What the random orders of `test_magento_plans` found once, each as a small document of its own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ml_connector.adobe.reader import read_bundle
from ml_connector.adobe.sandbox.jsontext import Document, write
from ml_connector.documents.checks import gaps
from ml_connector.documents.sales import CarriageAmounts, SalesDocument
from ml_connector.posting.decide import decide
from tests.specs.posting_examples import CARRIAGE, codes, memo, planned, row, sale, situation
from tests.specs.shop_payloads import FACTS, bundle, document, document_row, order, order_item

D = Decimal


def part_of_a_free_row(compensation: str, tax: str = "0") -> SalesDocument:
    """4 of 9 mugs at 66.23 with VAT, all of it discounted: 220.76 net, 264.92 off."""
    mugs = row("220.76", tax, quantity="4", discount="264.92", compensation=compensation)
    return sale(mugs, carriage=CARRIAGE)


def test_a_part_of_a_free_row_that_rounding_brought_below_nothing_stands_at_nothing() -> None:
    plan = planned(decide(part_of_a_free_row("44.15"), situation()))
    assert plan.document is not None
    mugs, rounding = plan.document.lines
    assert (mugs.net, mugs.tax, mugs.quantity) == (0, 0, D(4))
    assert (rounding.rule, rounding.negative, rounding.net) == ("header-rounding", True, 1)
    assert plan.gross == 495 + 99 - 1


def test_a_row_whose_vat_rounding_brought_below_nothing_bears_none() -> None:
    plan = planned(decide(part_of_a_free_row("44.16", tax="-0.01"), situation()))
    assert plan.gross == 495 + 99 - 1


@pytest.mark.parametrize("compensation", ["44.13", "43.16"])
def test_a_row_below_nothing_by_more_than_rounding_is_held(compensation: str) -> None:
    assert "document-negative" in codes(decide(part_of_a_free_row(compensation), situation()))


def compensated(carriage: CarriageAmounts, beyond: str) -> SalesDocument:
    """A memo whose header compensates this much beyond its rows' and its carriage's own."""
    invoice = sale(row(), carriage=CARRIAGE)
    made = memo(row(), of=invoice, carriage=carriage)
    totals = replace(made.base, compensation=made.base.compensation + D(beyond))
    totals = replace(totals, grand_total=totals.grand_total + D(beyond))
    return replace(made, base=totals, order_totals=totals)


@pytest.mark.parametrize(
    ("carriage", "beyond", "sound"),
    [
        (CARRIAGE, "0", True),
        (CARRIAGE, "0.06", False),
        (CARRIAGE, "-0.06", False),
        (CarriageAmounts(full=D(0)), "1.00", False),
        (CarriageAmounts(full=D(5), discount=D("0.60")), "0.10", True),
        (CarriageAmounts(full=D(5), discount=D("0.60")), "0.70", False),
    ],
)
def test_a_memo_compensates_no_more_than_its_rows_and_its_carriages_discount(
    carriage: CarriageAmounts, beyond: str, sound: bool
) -> None:
    """Its header holds the carriage's part, and no field states how much that is."""
    assert (gaps(compensated(carriage, beyond)) == ()) == sound


def test_some_pieces_have_their_share_of_a_rows_fixed_product_tax() -> None:
    """0.33 with VAT on each of 12: 3.30 and 0.66, though one piece by itself would be 0.28 and 0.05."""
    levy: Document = {
        **dict.fromkeys(("amount", "base_amount"), D("0.28")),
        **dict.fromkeys(("amount_incl_tax", "base_amount_incl_tax"), D("0.33")),
        **dict.fromkeys(("row_amount", "base_row_amount"), D("3.30")),
        **dict.fromkeys(("row_amount_incl_tax", "base_row_amount_incl_tax"), D("3.96")),
    }
    item = order_item(qty_ordered=12, weee_tax_applied=f"[{write(levy)}]")
    some = read_bundle(bundle(document(document_row(qty=7)), order(item)), FACTS).lines[0]
    assert (some.base.levy, some.base.levy_tax) == (D("1.93"), D("0.39"))
    whole = read_bundle(bundle(document(document_row(qty=12)), order(item)), FACTS).lines[0]
    assert (whole.base.levy, whole.base.levy_tax) == (D("3.30"), D("0.66"))
