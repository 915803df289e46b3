"""The rows of an invoice or credit memo that carry money, joined to the order that knows what they are.

Invoice and memo rows have no product type, no parent and no rate: `order_item_id` leads to the order's item
that has them (reference: adobe_commerce.md §5.8). Which rows count:

| product | money stands on |
|---|---|
| simple, virtual, downloadable, grouped | the row |
| configurable, bundle at a fixed price | the parent |
| bundle at a dynamic price | the children; the parent repeats their sum |

Amounts are always the document's own; only fixed product tax, which invoice rows lack, is taken from the
order: its row's, or the share of it that the document's quantity has (§5.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from ml_connector.adobe.reading.fields import Fields, parsed
from ml_connector.documents.money import ZERO, from_minor, to_minor
from ml_connector.documents.sales import Amounts, AppliedRate, SalesLine, Supply
from ml_connector.documents.shop import ShopFacts

_SUPPLY = {
    "simple": Supply.GOODS,
    "configurable": Supply.GOODS,
    "bundle": Supply.GOODS,
    "grouped": Supply.GOODS,
    "virtual": Supply.SERVICES,
    "downloadable": Supply.SERVICES,
    "giftcard": Supply.GIFT_CARD,
}


class OrderItems:
    """The items of one order by id, and the taxes that the shop says it applied to each."""

    def __init__(self, order: Fields, facts: ShopFacts) -> None:
        self._order = order
        self._facts = facts
        self._items = {item.number("item_id"): item for item in order.needed_rows("items")}
        self._rates: dict[int, tuple[AppliedRate, ...]] = {}
        self._of_order: tuple[AppliedRate, ...] = ()
        self.carriage_rates: tuple[AppliedRate, ...] = ()
        self._read_applied()

    def item(self, row: Fields) -> Fields:
        """The order's item of a document row; raises NeedsPerson when the order has none."""
        item = self._items.get(row.number("order_item_id"))
        if item is None:
            raise row.unreadable("order_item_id", "names no item of the order")
        return item

    def rates(self, item: Fields) -> tuple[AppliedRate, ...]:
        """The taxes on this item; empty at 0 %, and where the shop left them out (§4.9).

        Some orders name no item beside their taxes; then it is the order's one tax of the item's percentage,
        or, where none has it, all of them together.
        """
        percent = item.amount("tax_percent")
        found = self._rates.get(item.number("item_id"), ())
        if found or not percent:
            return found
        same = tuple(rate for rate in self._of_order if rate.percent == percent)
        found = same[:1] if len({rate.country for rate in same}) == 1 else same or self._of_order
        return without_amounts(found)

    def parent(self, item: Fields) -> Fields | None:
        """The item that this one is a part of."""
        parent = item.number_or_none("parent_item_id")
        return None if parent is None else self._items.get(parent)

    def children(self, item: Fields) -> Iterator[Fields]:
        """The items that are a part of this one."""
        number = item.number("item_id")
        return (each for each in self._items.values() if each.number_or_none("parent_item_id") == number)

    def top(self) -> Iterator[Fields]:
        """The items that are a part of no other."""
        return (item for item in self._items.values() if item.number_or_none("parent_item_id") is None)

    def has_money(self, item: Fields) -> bool:
        """Whether the money of this item stands on its own row (see the table above)."""
        parent = self.parent(item)
        if parent is not None:
            return self._dynamic(parent)
        return not self._dynamic(item)

    def ordered(self, item_id: int) -> Decimal:
        """How many units of an item the order asks for; 0 for an item that it does not have."""
        item = self._items.get(item_id)
        return ZERO if item is None else item.amount("qty_ordered")

    def _dynamic(self, item: Fields) -> bool:
        return item.text_or_empty("product_type") == "bundle" and any(
            child.amount("base_price") for child in self.children(item)
        )

    def _read_applied(self) -> None:
        extension = self._order.inner("extension_attributes")
        if extension is None:
            return
        taxes = extension.rows("applied_taxes")
        self._of_order = tuple(self._rate(tax) for tax in taxes)
        for entry in extension.rows("item_applied_taxes"):
            rates = tuple(self._rate(tax) for tax in entry.rows("applied_taxes"))
            item_id = entry.number_or_none("item_id")
            if entry.values.get("type") == "shipping":
                self.carriage_rates = rates
            elif entry.values.get("type") == "product" and item_id is not None:
                self._rates[item_id] = rates

    def _rate(self, tax: Fields) -> AppliedRate:
        code = tax.text("code")
        known = self._facts.rate_of_code(code)
        return AppliedRate(
            code=code,
            percent=tax.needed_amount("percent"),
            country=known.country if known else "",
            base=_stated(tax, "base_amount"),
            order=_stated(tax, "amount"),
        )


def without_amounts(rates: tuple[AppliedRate, ...]) -> tuple[AppliedRate, ...]:
    """Taxes of which the shop does not say what they come to on the line in hand."""
    return tuple(replace(rate, base=None, order=None) for rate in rates)


def _stated(tax: Fields, name: str) -> Decimal | None:
    return None if tax.values.get(name) is None else tax.amount(name)


def lines(
    rows: tuple[Fields, ...], items: OrderItems, tax_classes: Mapping[int, str]
) -> tuple[SalesLine, ...]:
    """The money rows of a document; `tax_classes` are those of the products that could be read, by id.

    Raises NeedsPerson naming the field when a row has money but no quantity, or no item in the order.
    """
    return tuple(_line(row, items.item(row), items, tax_classes) for row in rows if _counts(row, items))


def moved(rows: tuple[Fields, ...]) -> tuple[tuple[int, Decimal], ...]:
    """What a document moves: order item and quantity of each row that is not empty, sorted."""
    return tuple(
        sorted((row.number("order_item_id"), row.amount("qty")) for row in rows if row.amount("qty"))
    )


def product_ids(document: str) -> tuple[int, ...]:
    """The products of an invoice's or credit memo's rows with amounts, ascending: their tax classes decide.

    Those of taxed rows too, since the chart may tell them apart, and a row under a levy may bear no VAT.
    """
    rows = (row for row in parsed("document", document).rows("items") if _has_value(row))
    found = {row.number_or_none("product_id") for row in rows}
    return tuple(sorted(product for product in found if product is not None))


def _counts(row: Fields, items: OrderItems) -> bool:
    if not items.has_money(items.item(row)):
        return False
    if row.amount("qty") > ZERO:
        return _has_value(row)
    if row.amount("base_row_total") or row.amount("base_tax_amount"):
        raise row.unreadable("qty", "is not positive, yet the row has money")
    return False


def _has_value(row: Fields) -> bool:
    """Rows without money lack their amounts altogether (§5.8)."""
    return row.values.get("base_row_total") is not None


def _line(row: Fields, item: Fields, items: OrderItems, tax_classes: Mapping[int, str]) -> SalesLine:
    product_type = item.text_or_empty("product_type")
    product = row.number_or_none("product_id")
    return SalesLine(
        item_id=item.number("item_id"),
        sku=row.text("sku"),
        name=row.text_or_empty("name"),
        quantity=row.amount("qty"),
        product_type=product_type,
        supply=_SUPPLY.get(product_type, Supply.UNKNOWN),
        tax_class="" if product is None else tax_classes.get(product, ""),
        percent=item.amount("tax_percent"),
        rates=items.rates(item) if _whole(row, item) else without_amounts(items.rates(item)),
        base=_amounts(row, item, "base_"),
        order=_amounts(row, item, ""),
    )


def _whole(row: Fields, item: Fields) -> bool:
    """Whether a row is all of its order item, so that the order's taxes by name are this row's."""
    same = all(row.amount(name) == item.amount(name) for name in ("base_tax_amount", "tax_amount"))
    return same and row.amount("qty") == item.amount("qty_ordered")


def _amounts(row: Fields, item: Fields, prefix: str) -> Amounts:
    levy, levy_tax = _levies(item, row.amount("qty"), prefix)
    gross = f"{prefix}row_total_incl_tax"
    return Amounts(
        full=row.amount(f"{prefix}row_total"),
        discount=row.amount(f"{prefix}discount_amount"),
        compensation=row.amount(f"{prefix}discount_tax_compensation_amount"),
        tax=row.amount(f"{prefix}tax_amount"),
        levy=levy,
        levy_tax=levy_tax,
        full_gross=None if row.values.get(gross) is None else row.amount(gross),
    )


def _levies(item: Fields, quantity: Decimal, prefix: str) -> tuple[Decimal, Decimal]:
    """Fixed product tax of `quantity` units and the VAT on it; the order keeps it as JSON in a text."""
    text = item.text_or_empty("weee_tax_applied")
    if text in ("", "[]"):
        return ZERO, ZERO
    levies = parsed(item.what, f'{{"weee_tax_applied":{text}}}').rows("weee_tax_applied")
    whole, whole_tax = _sums(levies, f"{prefix}row_amount", f"{prefix}row_amount_incl_tax")
    ordered = item.amount("qty_ordered")
    if quantity == ordered or not ordered:
        return whole, whole_tax
    return _share(whole, quantity, ordered), _share(whole_tax, quantity, ordered)


def _share(whole: Decimal, quantity: Decimal, ordered: Decimal) -> Decimal:
    """What some of the pieces have of a row's amount, as the shop rounds it (a piece's own is, too)."""
    return from_minor(to_minor(whole * quantity / ordered))


def _sums(levies: tuple[Fields, ...], net: str, gross: str) -> tuple[Decimal, Decimal]:
    total = sum((levy.amount(net) for levy in levies), ZERO)
    return total, sum((levy.amount(gross) for levy in levies), ZERO) - total
