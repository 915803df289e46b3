"""In which of its two currencies a document is posted, and the document as it is then looked at.

A shop document says everything twice, in the base currency of its website and in the currency of the order,
each from the shop's own figures (reference: adobe_commerce.md §5.1). Whoever books it reads one side only,
`base`. To post a document in the order's currency its sides change places: what was `order` is `base` then,
and nothing is converted. The rules never learn which of the two they read.

Which side it is, is told by the website, store view and currency alone, so that the proof can ask the same
question of the shop's own payload without any rule (design: “The proof is not circular”).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import (
    AppliedRate,
    Carriage,
    DocumentState,
    NamedAmount,
    OrderFacts,
    Relative,
    SalesDocument,
    SalesLine,
    Wrapping,
)
from ml_connector.documents.tender import Tendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """Orders charged in this currency; on this website and store view only, where they are named (ids)."""

    currency: str
    website: str = ""
    store_view: str = ""


def is_in_order_currency(
    sold: Iterable[Sold], base_currency: str, order_currency: str, website: str, store_view: str
) -> bool:
    """Whether a document counts by its order's figures, where `sold` names the orders that do."""
    return order_currency != base_currency and any(
        each.currency == order_currency
        and each.website in ("", website)
        and each.store_view in ("", store_view)
        for each in sold
    )


def in_order_currency(document: SalesDocument) -> SalesDocument:
    """The document with its two sides exchanged: `base` is what the shopper was charged."""
    return replace(
        document,
        base_currency=document.order_currency,
        order_currency=document.base_currency,
        lines=tuple(_line(line) for line in document.lines),
        carriage=_carriage(document.carriage),
        base=document.order_totals,
        order_totals=document.base,
        order=_order(document),
        relatives=tuple(_relative(each) for each in document.relatives),
        tenders=_tendered(document.tenders),
        unplaced=_tendered(document.unplaced),
        extras=_named(document.extras),
        wrappings=tuple(_wrapping(each) for each in document.wrappings),
    )


def _line(line: SalesLine) -> SalesLine:
    return replace(line, base=line.order, order=line.base, rates=_rates(line.rates))


def _rates(rates: tuple[AppliedRate, ...]) -> tuple[AppliedRate, ...]:
    return tuple(replace(rate, base=rate.order, order=rate.base) for rate in rates)


def _carriage(carriage: Carriage) -> Carriage:
    return Carriage(rates=_rates(carriage.rates), base=carriage.order, order=carriage.base)


def _wrapping(each: Wrapping) -> Wrapping:
    return replace(each, base=each.order, order=each.base)


def _tendered(tenders: tuple[Tendered, ...]) -> tuple[Tendered, ...]:
    return tuple(replace(each, base=each.order, order=each.base) for each in tenders)


def _named(extras: tuple[NamedAmount, ...]) -> tuple[NamedAmount, ...]:
    return tuple(replace(each, base=each.order, order=each.base) for each in extras)


def _relative(each: Relative) -> Relative:
    return replace(
        each,
        base_total=each.order_total,
        order_total=each.base_total,
        base_tender=each.order_tender,
        order_tender=each.base_tender,
    )


def _order(document: SalesDocument) -> OrderFacts:
    order = document.order
    return replace(
        order,
        carriage=order.order_carriage,
        order_carriage=order.carriage,
        extras=_named(order.extras),
        paid_online=_paid_online(document),
    )


def _paid_online(document: SalesDocument) -> Decimal | None:
    """What the gateway captured, as the order's currency: the invoices that its captures cover in full.

    The shop states captures in base currency only. An invoice that is paid whole there is paid whole; of one
    that is paid in part nobody knows the part, and it counts as unpaid.
    """
    left = document.order.paid_online
    if left is None:
        return None
    paid = ZERO
    for invoice in _captured_online(document):
        if invoice.base_total > left:
            break
        left, paid = left - invoice.base_total, paid + invoice.order_total
    return paid


def _captured_online(document: SalesDocument) -> list[Relative]:
    """The order's captured invoices of which a capture is known, oldest first."""
    captured = [
        each
        for each in document.relatives
        if each.kind is Kind.INVOICE and each.state is DocumentState.CAPTURED
    ]
    known = [each for each in captured if len(captured) == 1 or each.transaction in document.order.captures]
    return sorted(known, key=lambda each: each.entity_id)
