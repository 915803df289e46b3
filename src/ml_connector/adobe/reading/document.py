"""An invoice or credit memo with its order, in our words: the join that `adobe.reader.read_bundle` makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from ml_connector.adobe.reading.days import zone
from ml_connector.adobe.reading.fields import Fields, parsed
from ml_connector.adobe.reading.order import address, delivery_address, named_amounts, order_facts
from ml_connector.adobe.reading.rows import OrderItems, lines, moved
from ml_connector.adobe.reading.settings import product_tax_class
from ml_connector.documents.bundle import Bundle, Glance
from ml_connector.documents.identity import Kind, Plain, fingerprint
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import (
    Amounts,
    Carriage,
    CarriageAmounts,
    DocumentState,
    Relative,
    SalesDocument,
    Totals,
)
from ml_connector.documents.shop import ShopFacts, StoreView

_NAMES = {Kind.INVOICE: "invoice", Kind.CREDIT_MEMO: "credit memo"}
_STATES = {1: DocumentState.OPEN, 2: DocumentState.CAPTURED, 3: DocumentState.CANCELLED}


def glance(kind: Kind, text: str) -> Glance:
    """The cheap facts of an invoice or credit memo; raises NeedsPerson naming the field at fault."""
    found = named(kind, text)
    return Glance(
        entity_id=found.number("entity_id"),
        order_id=found.number("order_id"),
        number=found.text("increment_id"),
        state=_state(found),
        store_id=found.id("store_id"),
        created_at=found.instant("created_at"),
        updated_at=found.instant("updated_at"),
        base_currency=found.text("base_currency_code"),
        order_currency=found.text("order_currency_code"),
        base_total=found.needed_amount("base_grand_total"),
        order_total=found.needed_amount("grand_total"),
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
    sold = lines(rows, items, _tax_classes(bundle.products))
    relatives = _relatives(bundle)
    state, day = _state(found), _date(found, view)
    return SalesDocument(
        kind=bundle.kind,
        entity_id=found.number("entity_id"),
        number=found.text("increment_id"),
        state=state,
        created_at=found.instant("created_at"),
        date=day,
        website=view.website,
        base_currency=found.text("base_currency_code"),
        order_currency=found.text("order_currency_code"),
        bill_to=address(order.needed("billing_address")),
        deliver_to=delivery_address(order),
        lines=sold,
        carriage=Carriage(
            rates=items.carriage_rates,
            base=_carriage(bundle.kind, _totals(found, "base_"), [line.base for line in sold]),
            order=_carriage(bundle.kind, _totals(found, ""), [line.order for line in sold]),
        ),
        base=_totals(found, "base_"),
        order_totals=_totals(found, ""),
        order=order_facts(order, items, tuple(parsed("transaction", text) for text in bundle.transactions)),
        relatives=relatives,
        invoiced_beyond_order=_invoiced_beyond(relatives, items),
        transaction=found.text_or_empty("transaction_id"),
        tenders=named_amounts(found, tenders=True),
        extras=(*named_amounts(found, tenders=False), *named_amounts(order, tenders=False)),
        fingerprint=_fingerprint(found, rows, state, day),
    )


def named(kind: Kind, text: str) -> Fields:
    """The object of an invoice's or memo's text, named by its number for whoever has to look at it."""
    found = parsed(_NAMES[kind], text)
    return Fields(f"{_NAMES[kind]} {found.text('increment_id')}", found.values)


def _state(found: Fields) -> DocumentState:
    state = _STATES.get(found.number("state"))
    if state is None:
        raise found.unreadable("state", "is none of 1, 2 and 3")
    return state


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


def _totals(found: Fields, prefix: str) -> Totals:
    short = "amnt" if prefix else "amount"  # Adobe's own spelling of the base field
    return Totals(
        subtotal=found.needed_amount(f"{prefix}subtotal"),
        discount=found.amount(f"{prefix}discount_amount"),
        carriage=found.amount(f"{prefix}shipping_amount"),
        tax=found.amount(f"{prefix}tax_amount"),
        compensation=found.amount(f"{prefix}discount_tax_compensation_amount"),
        carriage_compensation=found.amount(f"{prefix}shipping_discount_tax_compensation_{short}"),
        carriage_tax=found.amount(f"{prefix}shipping_tax_amount"),
        paid_back=found.amount(f"{prefix}adjustment_positive"),
        fee_kept=found.amount(f"{prefix}adjustment_negative"),
        grand_total=found.needed_amount(f"{prefix}grand_total"),
    )


def _carriage(kind: Kind, totals: Totals, rows: list[Amounts]) -> CarriageAmounts:
    """The delivery charge: its discount is what the header's holds beyond the rows' (§5.4).

    A credit memo's header compensation holds the carriage's part; an invoice has a field of its own for it.
    """
    discounts = sum((row.discount for row in rows), ZERO)
    compensations = sum((row.compensation for row in rows), ZERO)
    return CarriageAmounts(
        full=totals.carriage,
        discount=-totals.discount - discounts,
        compensation=totals.compensation - compensations
        if kind is Kind.CREDIT_MEMO
        else totals.carriage_compensation,
        tax=totals.carriage_tax,
    )


def _relatives(bundle: Bundle) -> tuple[Relative, ...]:
    texts = [
        *((Kind.INVOICE, text) for text in bundle.invoices),
        *((Kind.CREDIT_MEMO, text) for text in bundle.memos),
    ]
    if bundle.document not in [text for kind, text in texts if kind is bundle.kind]:
        texts.append((bundle.kind, bundle.document))
    found = [_relative(kind, named(kind, text)) for kind, text in texts]
    unique = {(relative.kind, relative.entity_id): relative for relative in found}
    return tuple(sorted(unique.values(), key=lambda each: (each.kind, each.created_at, each.entity_id)))


def _relative(kind: Kind, found: Fields) -> Relative:
    return Relative(
        kind=kind,
        entity_id=found.number("entity_id"),
        number=found.text("increment_id"),
        state=_state(found),
        created_at=found.instant("created_at"),
        base_total=found.needed_amount("base_grand_total"),
        transaction=found.text_or_empty("transaction_id"),
        rows=moved(found.needed_rows("items")),
    )


def _invoiced_beyond(relatives: Iterable[Relative], items: OrderItems) -> bool:
    """Whether the captured invoices of the order bill more units of something than were ordered."""
    billed: dict[int, Decimal] = {}
    for relative in relatives:
        if relative.kind is Kind.INVOICE and relative.state is DocumentState.CAPTURED:
            for item_id, quantity in relative.rows:
                billed[item_id] = billed.get(item_id, ZERO) + quantity
    return any(quantity > items.ordered(item_id) for item_id, quantity in billed.items())


def _fingerprint(found: Fields, rows: Iterable[Fields], state: DocumentState, day: date) -> str:
    """`f1`: the document's own ids, state, currencies, amounts, tax, quantities and date; a closed list."""
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
