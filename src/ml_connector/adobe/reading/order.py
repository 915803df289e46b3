"""The order that a document belongs to: people, addresses, money received, what is still to be sent."""

from __future__ import annotations

import re
from decimal import Decimal

from ml_connector.adobe.reading.fields import Fields, parsed
from ml_connector.adobe.reading.rows import OrderItems
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import Address, CarriageAmounts, NamedAmount, OrderFacts

_FINISHED = ("complete", "closed")
_TENDERS = ("gift_cards_amount", "customer_balance_amount", "reward_currency_amount")
_DECIMAL = re.compile(r"-?\d+\.\d+")  # gift wrapping's amounts are strings (§5.7)


def order_facts(order: Fields, items: OrderItems, transactions: tuple[Fields, ...]) -> OrderFacts:
    """The facts of the order; raises NeedsPerson naming a field that is missing or of the wrong type."""
    payment = order.inner("payment")
    state = order.text("state")
    group = order.number_or_none("customer_group_id")
    return OrderFacts(
        entity_id=order.number("entity_id"),
        number=order.text("increment_id"),
        state=state,
        finished=state in _FINISHED,
        to_ship=any(_to_ship(item, items) for item in items.top()),
        email=order.text_or_empty("customer_email"),
        vat_number=order.text_or_empty("customer_taxvat"),
        customer_group="" if group is None else str(group),
        method=payment.text_or_empty("method") if payment else "",
        captures=tuple(sorted({txn.text("txn_id") for txn in transactions if _captures(txn)})),
        paid_online=payment.amount("base_amount_paid_online")
        if payment and payment.values.get("base_amount_paid_online") is not None
        else None,
        carriage=CarriageAmounts(
            full=order.amount("base_shipping_amount"),
            discount=order.amount("base_shipping_discount_amount"),
            compensation=order.amount("base_shipping_discount_tax_compensation_amnt"),
            tax=order.amount("base_shipping_tax_amount"),
        ),
        tenders=named_amounts(order, tenders=True),
    )


def order_method(text: str) -> str:
    """The payment method of an order's JSON text; “” when it has none."""
    payment = parsed("order", text).inner("payment")
    return payment.text_or_empty("method") if payment else ""


def is_capture(text: str) -> bool:
    """Whether a transaction's JSON text tells of money taken: no authorization, void or refund."""
    return _captures(parsed("transaction", text))


def _captures(transaction: Fields) -> bool:
    return transaction.values.get("txn_type") == "capture"


def delivery_address(order: Fields) -> Address | None:
    """Where the goods go: it stands in the shipping assignment only, and virtual orders have none (§5.9)."""
    extension = order.inner("extension_attributes")
    for assignment in extension.rows("shipping_assignments") if extension else ():
        shipping = assignment.inner("shipping")
        found = shipping.inner("address") if shipping else None
        if found is not None:
            return address(found)
    return None


def address(found: Fields) -> Address:
    """An address; raises NeedsPerson when it has no country, which decides the VAT."""
    names = ("prefix", "firstname", "middlename", "lastname", "suffix")
    return Address(
        name=" ".join(part for part in (found.text_or_empty(name).strip() for name in names) if part),
        company=found.text_or_empty("company").strip(),
        street=tuple(line.strip() for line in found.texts("street") if line.strip()),
        town=found.text_or_empty("city").strip(),
        county=found.text_or_empty("region").strip(),
        postcode=found.text_or_empty("postcode").strip(),
        country=found.text("country_id").upper(),
        telephone=found.text_or_empty("telephone").strip(),
        vat_number=found.text_or_empty("vat_id").strip(),
    )


def named_amounts(holder: Fields, *, tenders: bool) -> tuple[NamedAmount, ...]:
    """Non-zero amounts beside the core totals: the known tenders, or everything else in the extensions.

    Gift cards, store credit and points may stand on the object itself or in its extensions (§5.7).
    """
    extension = holder.inner("extension_attributes") or Fields(holder.what, {})
    if tenders:
        names = _TENDERS
    else:
        plain = {name.removeprefix("base_") for name in extension.values if _is_amount(extension, name)}
        names = tuple(sorted(plain - set(_TENDERS)))
    found = [
        NamedAmount(
            field=name,
            base=_either(extension, holder, f"base_{name}"),
            order=_either(extension, holder, name),
        )
        for name in names
    ]
    return tuple(amount for amount in found if amount.base or amount.order)


def _either(extension: Fields, holder: Fields, name: str) -> Decimal:
    return extension.amount(name) or holder.amount(name)


def _is_amount(extension: Fields, name: str) -> bool:
    value = extension.values.get(name)
    if isinstance(value, str):
        return _DECIMAL.fullmatch(value) is not None
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _to_ship(item: Fields, items: OrderItems) -> bool:
    """Whether units of an item have still to be sent; a bundle may count them on itself or on its parts."""
    if item.values.get("is_virtual") in (1, True, "1"):
        return False
    if _open(item) <= ZERO:
        return False
    parts = tuple(items.children(item))
    return not parts or any(_open(part) > ZERO for part in parts)


def _open(item: Fields) -> Decimal:
    gone = max(item.amount("qty_shipped"), item.amount("qty_refunded"))
    return item.amount("qty_ordered") - item.amount("qty_canceled") - gone
