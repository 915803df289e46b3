"""An invoice or credit memo with its order, in our words: the join that `adobe.reader.read_bundle` makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from ml_connector.adobe.reading.beside import extras, fees_of, tenders
from ml_connector.adobe.reading.days import zone
from ml_connector.adobe.reading.fields import Fields, parsed
from ml_connector.adobe.reading.figures import Figures, figures
from ml_connector.adobe.reading.order import address, delivery_address, order_facts
from ml_connector.adobe.reading.relatives import (
    documents_of,
    invoiced_beyond,
    named,
    placed,
    relatives,
    state_of,
)
from ml_connector.adobe.reading.rows import OrderItems, without_amounts
from ml_connector.adobe.reading.settings import product_tax_class
from ml_connector.documents.bundle import Bundle, Glance
from ml_connector.documents.identity import Kind, Plain, fingerprint
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import (
    AppliedRate,
    Carriage,
    DocumentState,
    SalesDocument,
)
from ml_connector.documents.shop import ShopFacts, StoreView


def glance(kind: Kind, text: str) -> Glance:
    """The cheap facts of an invoice or credit memo; raises NeedsPerson naming the field at fault."""
    found = named(kind, text)
    paid_with = tenders(found)
    return Glance(
        entity_id=found.number("entity_id"),
        order_id=found.number("order_id"),
        number=found.text("increment_id"),
        state=state_of(found),
        store_id=found.id("store_id"),
        created_at=found.instant("created_at"),
        updated_at=found.instant("updated_at"),
        base_currency=found.text("base_currency_code"),
        order_currency=found.text("order_currency_code"),
        base_total=found.needed_amount("base_grand_total") + sum((each.base for each in paid_with), ZERO),
        order_total=found.needed_amount("grand_total") + sum((each.order for each in paid_with), ZERO),
    )


def read_bundle(bundle: Bundle, facts: ShopFacts) -> SalesDocument:
    """The document of a bundle; raises NeedsPerson (`document-unreadable`) naming the field at fault."""
    found = named(bundle.kind, bundle.document)
    order = parsed("order", bundle.order)
    if order.number("entity_id") != found.number("order_id"):
        raise found.unreadable("order_id", "is not the order that was read for it")
    items = OrderItems(order, facts)
    rows = found.needed_rows("items")
    view = _store_view(found, facts)
    documents = documents_of(bundle)
    spread = placed(documents, order, items)
    entity_id = found.number("entity_id")
    own = figures(bundle.kind, found, items, _tax_classes(bundle.products))
    own = own.paid_with(spread.shares.get((bundle.kind, entity_id)))
    related = relatives(documents, spread.shares)
    state, day = state_of(found), _date(found, view)
    return SalesDocument(
        kind=bundle.kind,
        entity_id=entity_id,
        number=found.text("increment_id"),
        state=state,
        created_at=found.instant("created_at"),
        date=day,
        website=view.website,
        store_view=view.id,
        base_currency=found.text("base_currency_code"),
        order_currency=found.text("order_currency_code"),
        bill_to=address(order.needed("billing_address")),
        deliver_to=delivery_address(order),
        lines=own.lines,
        carriage=Carriage(
            rates=_carriage_rates(found, order, items),
            base=own.carriage(own.base, [line.base for line in own.lines]),
            order=own.carriage(own.order, [line.order for line in own.lines]),
        ),
        base=own.base,
        order_totals=own.order,
        order=order_facts(
            order, items, tuple(parsed("transaction", text) for text in bundle.transactions), bundle.kind
        ),
        relatives=related,
        invoiced_beyond_order=invoiced_beyond(related, items),
        transaction=found.text_or_empty("transaction_id"),
        tenders=own.tenders,
        wrappings=own.wrappings,
        unplaced=spread.unplaced(bundle.kind, entity_id),
        extras=(*extras(found), *fees_of(bundle.kind, entity_id, order)),
        fingerprint=_fingerprint(found, rows, state, day, own),
    )


def _store_view(found: Fields, facts: ShopFacts) -> StoreView:
    view = facts.store_view(found.id("store_id"))
    if view is None:
        raise found.unreadable("store_id", "names a store view that the shop's settings do not have")
    return view


def _date(found: Fields, view: StoreView) -> date:
    """The day on which the document was made, in the shop's own time zone (§4.6)."""
    known = zone(view.time_zone)
    if known is None:
        raise found.unreadable("store_id", f"has a view whose time zone is {view.time_zone!r}")
    return found.instant("created_at").astimezone(known).date()


def _tax_classes(products: Iterable[str]) -> Mapping[int, str]:
    read = (parsed("product", text) for text in products)
    return {product.number("id"): product_tax_class(product) for product in read}


def _carriage_rates(found: Fields, order: Fields, items: OrderItems) -> tuple[AppliedRate, ...]:
    """The order's taxes on delivery; what each comes to is this document's only if all of it is."""
    names = ("base_shipping_tax_amount", "shipping_tax_amount")
    whole = all(found.amount(name) == order.amount(name) for name in names)
    return items.carriage_rates if whole else without_amounts(items.carriage_rates)


def _fingerprint(found: Fields, rows: Iterable[Fields], state: DocumentState, day: date, own: Figures) -> str:
    """`f1`: the document's own ids, state, currencies, amounts, tax, tender, gift wrapping, quantities and
    date; a closed list. Points count as far as they are placed."""
    header: dict[str, Plain] = {
        "entity_id": found.number("entity_id"),
        "order_id": found.number("order_id"),
        "number": found.text("increment_id"),
        "state": state.value,
        "currencies": [found.text("base_currency_code"), found.text("order_currency_code")],
        "date": day.isoformat(),
    }
    for name in _AMOUNTS:
        header[name] = [_plain(found.amount(f"base_{name}")), _plain(found.amount(name))]
    for name, base, ordered in (
        ("wrapping", own.base.wrapping, own.order.wrapping),
        ("wrapping_tax", own.base.wrapping_tax, own.order.wrapping_tax),
        *((each.tender.value, each.base, each.order) for each in own.tenders),
    ):
        header[name] = [_plain(base), _plain(ordered)]
    return fingerprint({**header, "rows": [_row_facts(row) for row in rows]})


_AMOUNTS = (
    *("subtotal", "discount_amount", "shipping_amount", "tax_amount", "shipping_tax_amount"),
    *("discount_tax_compensation_amount", "adjustment_positive", "adjustment_negative", "grand_total"),
)
_ROW_AMOUNTS = ("row_total", "discount_amount", "discount_tax_compensation_amount", "tax_amount")


def _row_facts(row: Fields) -> dict[str, Plain]:
    amounts: list[Plain] = [
        _plain(row.amount(f"{prefix}{name}")) for name in _ROW_AMOUNTS for prefix in ("base_", "")
    ]
    return {"item": row.number("order_item_id"), "quantity": _plain(row.amount("qty")), "amounts": amounts}


def _plain(amount: Decimal) -> str:
    """An amount whose text does not depend on trailing zeros."""
    return format(amount.normalize() + ZERO, "f")
