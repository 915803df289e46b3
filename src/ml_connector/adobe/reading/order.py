"""The order that a document belongs to: people, addresses, money received, what is still to be sent."""

from __future__ import annotations

from decimal import Decimal

from ml_connector.adobe.reading.beside import extras, fees_unnamed
from ml_connector.adobe.reading.fields import Fields, parsed
from ml_connector.adobe.reading.rows import OrderItems
from ml_connector.documents.edited import Edited
from ml_connector.documents.identity import Kind
from ml_connector.documents.likeness import OrderSeen, likeness
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import Address, CarriageAmounts, OrderFacts

_FINISHED = ("complete", "closed")


def order_facts(order: Fields, items: OrderItems, transactions: tuple[Fields, ...], kind: Kind) -> OrderFacts:
    """The facts of the order as a document of this kind needs them; raises NeedsPerson naming a field that is
    missing or of the wrong type."""
    payment = order.inner("payment")
    state = order.text("state")
    group = order.number_or_none("customer_group_id")
    customer = order.number_or_none("customer_id")
    company_id, company_name = _company(order)
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
        order_carriage=CarriageAmounts(
            full=order.amount("shipping_amount"),
            discount=order.amount("shipping_discount_amount"),
            compensation=order.amount("shipping_discount_tax_compensation_amount"),
            tax=order.amount("shipping_tax_amount"),
        ),
        extras=(*extras(order), *fees_unnamed(kind, order)),
        customer_id=str(customer or ""),
        company_id=company_id,
        company_name=company_name,
        replaces=order.text_or_empty("relation_parent_real_id"),
        replaced_by=order.text_or_empty("relation_child_real_id"),
    )


def edited(text: str) -> Edited:
    """Which orders an order's JSON text names as itself before and after it was edited (§4.8)."""
    if '"relation_' not in text:
        return Edited()
    order = parsed("order", text)
    return Edited(replaces=_id(order, "relation_parent_id"), replaced_by=_id(order, "relation_child_id"))


def _id(order: Fields, name: str) -> int:
    """An id that the shop writes as text; 0 for what is none."""
    value = order.values.get(name)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else 0


def _company(order: Fields) -> tuple[str, str]:
    """Id and name of the company account that the order was placed for (B2B, §5.9); both “” without one."""
    extension = order.inner("extension_attributes")
    attributes = extension.inner("company_order_attributes") if extension else None
    number = attributes.number_or_none("company_id") if attributes else None
    if attributes is None or not number:
        return "", ""
    return str(number), attributes.text_or_empty("company_name").strip()


def order_seen(text: str) -> OrderSeen:
    """What an order's JSON text is compared by; raises NeedsPerson naming the field at fault."""
    order = parsed("order", text)
    rows = (row for row in order.needed_rows("items") if row.number_or_none("parent_item_id") is None)
    return OrderSeen(
        order_id=order.number("entity_id"),
        number=order.text("increment_id"),
        made_at=order.instant("created_at"),
        likeness=likeness(
            order.text_or_empty("customer_email"),
            order.text_or_empty("order_currency_code"),
            order.amount("grand_total"),
            ((row.text_or_empty("sku"), row.amount("qty_ordered")) for row in rows),
        ),
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
        surname=found.text_or_empty("lastname").strip(),
        vat_valid=found.values.get("vat_is_valid") in (1, True, "1"),
    )


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
