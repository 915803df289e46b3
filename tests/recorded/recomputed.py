"""Recorded orders and their documents, reckoned again by the model of Magento's arithmetic.

What the model is given is what the shop was given: prices, quantities, the tax rules, the settings and the
coupon. What it works out is compared with every amount that the shop states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from ml_connector.adobe.sandbox.jsontext import read
from tests.specs.magento_arithmetic import Reckoned, reckon
from tests.specs.magento_documents import GivenBack, Made, OrderInCurrency
from tests.specs.magento_settings import (
    ZERO,
    Basket,
    Coupon,
    Delivery,
    Goods,
    Rate,
    Rule,
    Settings,
    percent_of,
    stored,
)

Json = Mapping[str, object]
D = Decimal

RETAIL_CLASS = 3
"""The customer class of whoever is not logged in, in both shops: its taxes are in prices with tax."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An amount where shop and model do not agree."""

    document: str
    field: str
    shop: Decimal
    model: Decimal


def rows_of(document: Json, key: str = "items") -> list[Json]:
    return cast("list[Json]", document.get(key) or [])


def amount(found: Json, name: str) -> Decimal:
    return D(str(found.get(name) or 0))


def number(found: Json, name: str) -> int:
    return int(str(found[name]))


def money_rows(order: Json) -> list[Json]:
    """The rows that a price stands on (§5.8)."""
    items = rows_of(order)
    children: dict[object, list[Json]] = {}
    for item in items:
        children.setdefault(item.get("parent_item_id"), []).append(item)

    def dynamic(item: Json) -> bool:
        mine = children.get(item["item_id"], [])
        return item["product_type"] == "bundle" and any(amount(each, "base_price") for each in mine)

    by_id = {item["item_id"]: item for item in items}
    return [
        item
        for item in items
        if (dynamic(by_id[item["parent_item_id"]]) if item.get("parent_item_id") else not dynamic(item))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What is known of a shop: its tax tables, its products' tax classes by id, its customer groups' classes.

    `flat_with_tax` is the delivery charge where the shop states it with tax.
    """

    rates: list[Json]
    rules: list[Json]
    classes: Mapping[int, int]
    groups: Mapping[int, int]
    carriage_class: int
    flat_with_tax: Decimal
    coupons: Mapping[str, Rule]

    def taxes(self, customer_class: int, product_class: int, country: str) -> tuple[Rate, ...]:
        """What the rules put on such a product for such a customer in that country."""
        known = {number(rate, "id"): rate for rate in self.rates}
        return tuple(
            Rate(
                code=str(known[each]["code"]),
                percent=amount(known[each], "rate"),
                priority=number(rule, "priority"),
            )
            for rule in self.rules
            if customer_class in cast("list[int]", rule["customer_tax_class_ids"])
            and product_class in cast("list[int]", rule["product_tax_class_ids"])
            for each in cast("list[int]", rule["tax_rate_ids"])
            if known[each]["tax_country_id"] == country
        )

    def rule_of(self, order: Json) -> Rule | None:
        """The cart rule: by its coupon, else by the percentage that the rows state."""
        known = self.coupons.get(str(order.get("coupon_code") or ""))
        percents = {amount(item, "discount_percent") for item in money_rows(order)}
        if known or len(percents) != 1 or not sum(percents):
            return known
        carriage_too = bool(amount(order, "base_shipping_discount_amount"))
        return Rule(coupon=Coupon.PERCENT, amount=percents.pop(), carriage_too=carriage_too)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """An order of the recorded shop with what the model makes of its basket, in both currencies."""

    order: Json
    items: list[Json]
    settings: Settings
    base: Reckoned
    ordered: Reckoned

    def differences(self) -> Iterator[Difference]:
        """Every amount of the order's own that the model gives otherwise."""
        for reckoned, prefix in ((self.base, "base_"), (self.ordered, "")):
            yield from self._compare("order", _header_amounts(reckoned, prefix), self.order)
            for item, row in zip(self.items, reckoned.rows, strict=True):
                stated = {
                    f"{prefix}price": row.price,
                    f"{prefix}price_incl_tax": row.price_with_tax,
                    f"{prefix}tax_amount": row.tax,
                    f"{prefix}discount_amount": row.discount,
                    f"{prefix}discount_tax_compensation_amount": row.compensation,
                }
                yield from self._compare(f"order {item['sku']}", stated, item)

    def _compare(self, what: str, model: Mapping[str, Decimal], shop: Json) -> Iterator[Difference]:
        for name, value in model.items():
            if stored(value) != stored(amount(shop, name)):
                yield Difference(
                    document=f"{self.order['increment_id']} {what}",
                    field=name,
                    shop=amount(shop, name),
                    model=value,
                )

    def documents(self, invoices: list[Json], memos: list[Json]) -> Iterator[tuple[Json, list[Difference]]]:
        """Each document of the order with the amounts of its own that the model gives otherwise."""
        quantities = [amount(item, "qty_ordered") for item in self.items]
        pairs = [
            (OrderInCurrency(reckoned, quantities, self.settings, self.base, rate), prefix)
            for reckoned, prefix, rate in (
                (self.base, "base_", Decimal(1)),
                (self.ordered, "", amount(self.order, "base_to_order_rate")),
            )
        ]
        made = [*((document, False) for document in invoices), *((document, True) for document in memos)]
        for document, credit in sorted(
            made, key=lambda each: (str(each[0]["created_at"]), each[1], each[0]["entity_id"])
        ):
            moved = {row["order_item_id"]: amount(row, "qty") for row in rows_of(document)}
            wanted = [moved.get(item["item_id"], ZERO) for item in self.items]
            found: list[Difference] = []
            for in_currency, prefix in pairs:
                if credit:
                    one = in_currency.refund(wanted, _given(document, self.base))
                else:
                    one = in_currency.invoice(wanted)
                found += self._document_differences(document, one, prefix, credit)
            yield document, found

    def _document_differences(
        self, document: Json, made: Made, prefix: str, credit: bool
    ) -> Iterator[Difference]:
        what = f"{'memo' if credit else 'invoice'} {document['increment_id']}"
        yield from self._compare(what, _document_amounts(made, prefix, credit), document)
        rows = {row["order_item_id"]: row for row in rows_of(document)}
        for row in made.rows:
            stated = {
                f"{prefix}row_total": row.full,
                f"{prefix}discount_amount": row.discount,
                f"{prefix}discount_tax_compensation_amount": row.compensation,
                f"{prefix}tax_amount": row.tax,
            }
            yield from self._compare(f"{what} row", stated, rows[self.items[row.number]["item_id"]])


def recompute(order: Json, shop: Shop, settings: Settings, home_country: str) -> Recomputed:
    """The order's basket reckoned again from its prices, its coupon and the shop's tax tables."""
    items, country = money_rows(order), _country(order)
    customer = shop.groups[number(order, "customer_group_id")]
    rule = shop.rule_of(order)

    def taxes(product_class: int) -> tuple[tuple[Rate, ...], Decimal]:
        home = shop.taxes(RETAIL_CLASS, product_class, home_country)
        return shop.taxes(customer, product_class, country), percent_of(home)

    def goods(item: Json) -> Goods:
        rates, home = taxes(shop.classes.get(number(item, "product_id"), 0))
        return Goods(
            quantity=amount(item, "qty_ordered"),
            price=_price(item, settings, percent_of(rates) == home),
            rates=rates,
            home_percent=home,
            levy=_levy(item, settings),
            discount=amount(item, "base_discount_amount") if rule is None else ZERO,
        )

    rates, home = taxes(shop.carriage_class)
    charge = amount(order, "base_shipping_amount")
    delivery = Delivery(
        price=shop.flat_with_tax if charge and settings.carriage_with_tax else charge,
        rates=rates,
        home_percent=home,
        discount=amount(order, "base_shipping_discount_amount") if rule is None else ZERO,
    )
    basket = Basket(goods=tuple(map(goods, items)), delivery=delivery, rule=rule)
    rate = amount(order, "base_to_order_rate")
    return Recomputed(order, items, settings, reckon(basket, settings), reckon(basket, settings, rate))


def _price(item: Json, settings: Settings, at_home: bool) -> Decimal:
    if not settings.prices_with_tax:
        return amount(item, "base_price")
    return amount(item, "base_price_incl_tax") if at_home else amount(item, "base_original_price")


def _levy(item: Json, settings: Settings) -> Decimal:
    text = str(item.get("weee_tax_applied") or "[]")
    levies = cast("list[Json]", read(text))
    name = "base_amount_incl_tax" if settings.prices_with_tax else "base_amount"
    return sum((amount(levy, name) for levy in levies), ZERO)


def tax_class(product: Json) -> int:
    """A product's tax class; 0 for none."""
    attributes = cast("list[Json]", product.get("custom_attributes") or [])
    found = (each["value"] for each in attributes if each["attribute_code"] == "tax_class_id")
    return int(str(next(found, 0)))


def _country(order: Json) -> str:
    extension = cast(Json, order["extension_attributes"])
    for assignment in cast("list[Json]", extension.get("shipping_assignments") or []):
        address = cast(Json, assignment["shipping"]).get("address")
        if address:
            return str(cast(Json, address)["country_id"])
    return str(cast(Json, order["billing_address"])["country_id"])


def _header_amounts(reckoned: Reckoned, prefix: str) -> dict[str, Decimal]:
    header = reckoned.header
    return {
        f"{prefix}subtotal": header.subtotal,
        f"{prefix}discount_amount": -header.discount,
        f"{prefix}shipping_amount": header.carriage,
        f"{prefix}shipping_tax_amount": reckoned.carriage.tax,
        f"{prefix}shipping_incl_tax": reckoned.carriage.full_with_tax,
        f"{prefix}shipping_discount_amount": reckoned.carriage.discount,
        f"{prefix}tax_amount": header.tax,
        f"{prefix}discount_tax_compensation_amount": header.compensation,
        f"{prefix}grand_total": header.grand_total,
    }


def _document_amounts(made: Made, prefix: str, credit: bool) -> dict[str, Decimal]:
    return {
        f"{prefix}subtotal": made.subtotal,
        f"{prefix}discount_amount": -made.discount,
        f"{prefix}shipping_amount": made.carriage,
        f"{prefix}shipping_tax_amount": made.carriage_tax,
        f"{prefix}tax_amount": made.tax,
        f"{prefix}discount_tax_compensation_amount": made.compensation
        + (made.carriage_compensation if credit else ZERO),
        f"{prefix}grand_total": made.grand_total,
    }


def _given(document: Json, base: Reckoned) -> GivenBack:
    """What a memo was asked to give back beside rows; all of the carriage is taken for “not stated”."""
    carriage = amount(document, "base_shipping_amount")
    return GivenBack(
        carriage=None if carriage and carriage == base.carriage.full else carriage,
        paid_back=amount(document, "base_adjustment_positive"),
        fee_kept=amount(document, "base_adjustment_negative"),
    )
