"""An order of the model and its documents, written as Magento's API sends them.

Field by field as the recorded shops do (reference: adobe_commerce.md §5.8, §9.6, §9.7): order rows after
discount, document rows before it, non-money rows without amounts, no fixed product tax on invoices, the
carriage's compensation inside the header's on memos.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

from ml_connector.adobe.sandbox.jsontext import Document, write
from tests.specs.magento_arithmetic import Reckoned, Taxed
from tests.specs.magento_documents import Made
from tests.specs.magento_parts import Moved
from tests.specs.magento_settings import Rate, groups, percent_of, stored
from tests.specs.shop_payloads import ADDRESS

Json = Mapping[str, object]
FIRST = datetime(2026, 4, 6, 2, 2, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An order item. `row` is its row in the basket; None for one that carries no money of its own.

    `parent` is the position of the item that it is a part of.
    """

    sku: str
    product: int
    product_type: str
    quantity: Decimal
    row: int | None = None
    parent: int | None = None
    rates: tuple[Rate, ...] = ()
    repeats: tuple[int, ...] = ()

    @property
    def virtual(self) -> bool:
        return self.product_type == "virtual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order as it was placed, in both of its currencies."""

    lines: tuple[Line, ...]
    base: Reckoned
    ordered: Reckoned
    base_currency: str
    order_currency: str
    store_id: int
    delivery_rates: tuple[Rate, ...]
    country: str = "GB"
    delivered: bool = True


def number(line: int) -> int:
    """The item id of the order's line at this position."""
    return 11 + line


def order_json(placed: Placed) -> str:
    """The order."""
    address = {**ADDRESS, "country_id": placed.country}
    assignments = [{"shipping": {"address": address}}] if placed.delivered else []
    made: dict[str, object] = {
        "entity_id": 5,
        "increment_id": "000000005",
        "state": "complete",
        "created_at": _instant(0),
        "customer_email": "ann@example.co.uk",
        "customer_group_id": 0,
        "store_id": placed.store_id,
        "base_currency_code": placed.base_currency,
        "order_currency_code": placed.order_currency,
        "billing_address": address,
        "payment": {"method": "checkmo"},
        "items": [_order_item(placed, at) for at in range(len(placed.lines))],
        "extension_attributes": {
            "shipping_assignments": assignments,
            "applied_taxes": _order_taxes(placed),
            "item_applied_taxes": list(_item_taxes(placed)),
        },
        **_order_header(placed.base, "base_", "amnt"),
        **_order_header(placed.ordered, "", "amount"),
    }
    return _text(made)


def document_json(
    placed: Placed, base: Made, ordered: Made, moved: Sequence[Decimal], *, credit: bool, entity_id: int
) -> str:
    """An invoice or credit memo; `moved` are quantities by line of the order, `entity_id` its hour too."""
    rows = {row.number: (row, other) for row, other in zip(base.rows, ordered.rows, strict=True)}
    made: dict[str, object] = {
        "entity_id": entity_id,
        "increment_id": f"{entity_id:09}",
        "order_id": 5,
        "state": 2,
        "store_id": placed.store_id,
        "created_at": _instant(entity_id),
        "updated_at": _instant(entity_id),
        "base_currency_code": placed.base_currency,
        "order_currency_code": placed.order_currency,
        "items": [
            _document_row(line, at, quantity, None if line.row is None else rows.get(line.row))
            for at, (line, quantity) in enumerate(zip(placed.lines, moved, strict=True))
            if quantity
        ],
        **_header(base, "base_", "amnt", credit=credit),
        **_header(ordered, "", "amount", credit=credit),
    }
    return _text(made)


def product_json(product: int, tax_class: str) -> str:
    """A product, as far as its tax class is asked for."""
    attributes = [{"attribute_code": "tax_class_id", "value": tax_class}]
    return _text({"id": product, "custom_attributes": attributes})


def _text(values: Mapping[str, object]) -> str:
    return write(cast(Document, values))


def _instant(hours: int) -> str:
    return f"{FIRST + timedelta(hours=hours):%Y-%m-%d %H:%M:%S}"


def _order_header(reckoned: Reckoned, prefix: str, amount: str) -> dict[str, object]:
    header, carriage = reckoned.header, reckoned.carriage
    return {
        f"{prefix}subtotal": header.subtotal,
        f"{prefix}discount_amount": -header.discount,
        f"{prefix}shipping_amount": carriage.full,
        f"{prefix}shipping_incl_tax": carriage.full_with_tax,
        f"{prefix}shipping_discount_amount": carriage.discount,
        f"{prefix}shipping_discount_tax_compensation_{amount}": carriage.compensation,
        f"{prefix}shipping_tax_amount": carriage.tax,
        f"{prefix}tax_amount": header.tax,
        f"{prefix}discount_tax_compensation_amount": header.compensation,
        f"{prefix}grand_total": header.grand_total,
    }


def _header(made: Made, prefix: str, amount: str, *, credit: bool) -> dict[str, object]:
    within = made.carriage_compensation
    header: dict[str, object] = {
        f"{prefix}subtotal": made.subtotal,
        f"{prefix}discount_amount": -made.discount,
        f"{prefix}shipping_amount": made.carriage,
        f"{prefix}shipping_tax_amount": made.carriage_tax,
        f"{prefix}tax_amount": made.tax,
        f"{prefix}discount_tax_compensation_amount": made.compensation + (within if credit else 0),
        f"{prefix}grand_total": made.grand_total,
    }
    if credit:
        adjusted = made.paid_back - made.fee_kept
        return header | {
            f"{prefix}adjustment": adjusted,
            f"{prefix}adjustment_positive": made.paid_back,
            f"{prefix}adjustment_negative": made.fee_kept,
        }
    return header | {f"{prefix}shipping_discount_tax_compensation_{amount}": within}


def _order_item(placed: Placed, at: int) -> dict[str, object]:
    line = placed.lines[at]
    item: dict[str, object] = {
        "item_id": number(at),
        "sku": line.sku,
        "product_id": line.product,
        "product_type": line.product_type,
        "is_virtual": int(line.virtual),
        "qty_ordered": line.quantity,
        "qty_shipped": line.quantity,
        "qty_refunded": 0,
        "qty_canceled": 0,
        "tax_percent": stored(percent_of(line.rates)),
        "weee_tax_applied": "[]",
    }
    if line.parent is not None:
        item["parent_item_id"] = number(line.parent)
    for reckoned, prefix in ((placed.base, "base_"), (placed.ordered, "")):
        rows = [reckoned.rows[row] for row in ((line.row,) if line.row is not None else line.repeats)]
        item |= _sums(rows, prefix) if rows else {f"{prefix}price": 0, f"{prefix}row_total": 0}
    if line.row is not None and placed.base.rows[line.row].levy:
        item["weee_tax_applied"] = _levies(placed.base.rows[line.row], placed.ordered.rows[line.row])
    return item


def _sums(rows: Sequence[Taxed], prefix: str) -> dict[str, object]:
    """Amounts of an order item, as REST sends them: after discount, not below nothing (§5.2)."""
    full, discount = sum(row.full for row in rows), sum(row.discount for row in rows)
    tax, compensation = sum(row.tax for row in rows), sum(row.compensation for row in rows)
    levy = sum(row.levy for row in rows)
    return {
        f"{prefix}price": sum(row.price for row in rows),
        f"{prefix}price_incl_tax": sum(row.price_with_tax for row in rows),
        f"{prefix}row_total": max(full - discount, 0),
        f"{prefix}row_total_incl_tax": max(full + tax + compensation + levy - discount, 0),
        f"{prefix}tax_amount": tax,
        f"{prefix}discount_amount": discount,
        f"{prefix}discount_tax_compensation_amount": compensation,
    }


def _levies(base: Taxed, ordered: Taxed) -> str:
    levy: dict[str, object] = {"title": "Recycling fee"}
    for row, prefix in ((base, "base_"), (ordered, "")):
        levy |= {
            f"{prefix}amount": row.levy_each,
            f"{prefix}amount_incl_tax": row.levy_each_with_tax,
            f"{prefix}row_amount": row.levy,
            f"{prefix}row_amount_incl_tax": row.levy_with_tax,
        }
    return "[" + _text(levy) + "]"


def _document_row(
    line: Line, at: int, quantity: Decimal, moved: tuple[Moved, Moved] | None
) -> dict[str, object]:
    row: dict[str, object] = {
        "order_item_id": number(at),
        "product_id": line.product,
        "sku": line.sku,
        "name": line.sku.title(),
        "qty": quantity,
    }
    for one, prefix in zip(moved or (), ("base_", ""), strict=False):
        row |= {
            f"{prefix}row_total": one.full,
            f"{prefix}row_total_incl_tax": one.full_with_tax,
            f"{prefix}discount_amount": one.discount,
            f"{prefix}discount_tax_compensation_amount": one.compensation,
            f"{prefix}tax_amount": one.tax,
        }
    return row


def _item_taxes(placed: Placed) -> list[dict[str, object]]:
    """The taxes by item; a tax of 0 % is not there (§5.3)."""
    entries: list[dict[str, object]] = []
    for at, line in enumerate(placed.lines):
        if line.row is not None and percent_of(line.rates):
            base, ordered = placed.base.rows[line.row], placed.ordered.rows[line.row]
            taxes = _applied(line.rates, base, ordered)
            entries.append({"type": "product", "item_id": number(at), "applied_taxes": taxes})
    if percent_of(placed.delivery_rates):
        taxes = _applied(placed.delivery_rates, placed.base.carriage, placed.ordered.carriage)
        entries.append({"type": "shipping", "applied_taxes": taxes})
    return entries


def _applied(rates: tuple[Rate, ...], base: Taxed, ordered: Taxed) -> list[dict[str, object]]:
    return [
        {
            "code": rate.code,
            "title": rate.code,
            "percent": stored(rate.percent * group.percent / sum(each.percent for each in group.rates)),
            "amount": ordered.parts[rate.code],
            "base_amount": base.parts[rate.code],
        }
        for group in groups(rates)
        if group.percent
        for rate in group.rates
    ]


def _order_taxes(placed: Placed) -> list[dict[str, object]]:
    """The taxes of the whole order, each once."""
    found: dict[str, dict[str, object]] = {}
    for entry in _item_taxes(placed):
        for tax in cast("list[dict[str, object]]", entry["applied_taxes"]):
            known = found.setdefault(
                str(tax["code"]), {**tax, "amount": Decimal(0), "base_amount": Decimal(0)}
            )
            for name in ("amount", "base_amount"):
                known[name] = cast(Decimal, known[name]) + cast(Decimal, tax[name])
    return list(found.values())
