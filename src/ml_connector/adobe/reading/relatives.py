"""The documents of one order beside each other: what each moves, comes to, and was paid with.

Reward points, and what was given back as store credit without saying so, stand on the order alone. Only then
every document's figures are read, because only all of them together tell which paid for what (see
`documents.tender`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ml_connector.adobe.reading.beside import credited, points, tenders
from ml_connector.adobe.reading.fields import Fields, parsed
from ml_connector.adobe.reading.figures import figures
from ml_connector.adobe.reading.rows import OrderItems, moved
from ml_connector.documents.bundle import Bundle
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import DocumentState, Relative
from ml_connector.documents.tender import Shortfall, Tendered, credit_of, points_of

_NAMES = {Kind.INVOICE: "invoice", Kind.CREDIT_MEMO: "credit memo"}
_STATES = {1: DocumentState.OPEN, 2: DocumentState.CAPTURED, 3: DocumentState.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What the order's documents were paid with that only the order states, by kind and entity id.

    `points` are the order's, where `without` names documents whose part of them cannot be told.
    """

    shares: Mapping[tuple[Kind, int], Tendered]
    points: Tendered | None = None
    without: frozenset[tuple[Kind, int]] = frozenset()

    def unplaced(self, kind: Kind, entity_id: int) -> tuple[Tendered, ...]:
        """What a document may have been paid with, and nobody can say how much of it."""
        return (self.points,) if self.points and (kind, entity_id) in self.without else ()


def named(kind: Kind, text: str) -> Fields:
    """The object of an invoice's or memo's text, named by its number for whoever has to look at it."""
    found = parsed(_NAMES[kind], text)
    return Fields(f"{_NAMES[kind]} {found.text('increment_id')}", found.values)


def state_of(found: Fields) -> DocumentState:
    """Where an invoice or memo stands; raises NeedsPerson for a state that does not exist."""
    state = _STATES.get(found.number("state"))
    if state is None:
        raise found.unreadable("state", "is none of 1, 2 and 3")
    return state


def documents_of(bundle: Bundle) -> tuple[tuple[Kind, Fields], ...]:
    """All documents of the order, the one in hand included."""
    texts = [
        *((Kind.INVOICE, text) for text in bundle.invoices),
        *((Kind.CREDIT_MEMO, text) for text in bundle.memos),
    ]
    if bundle.document not in [text for kind, text in texts if kind is bundle.kind]:
        texts.append((bundle.kind, bundle.document))
    return tuple((kind, named(kind, text)) for kind, text in texts)


def placed(documents: Iterable[tuple[Kind, Fields]], order: Fields, items: OrderItems) -> Placed:
    """Who was paid with the order's points, and with store credit that no memo states."""
    captured = [(kind, found) for kind, found in documents if state_of(found) is DocumentState.CAPTURED]
    used = points(order)
    refunded = _unstated(credited(order), captured)
    if not (_some(used) or _some(refunded)):
        return Placed(shares={})
    shortfalls = [figures(kind, found, items, {}).shortfall for kind, found in captured]
    shares = {(each.kind, each.entity_id): _share(each, shortfalls, used, refunded) for each in shortfalls}
    return Placed(
        shares={key: share for key, share in shares.items() if share and _some(share)},
        points=used if _some(used) else None,
        without=frozenset(key for key, share in shares.items() if share is None),
    )


def relatives(
    documents: Iterable[tuple[Kind, Fields]], shares: Mapping[tuple[Kind, int], Tendered]
) -> tuple[Relative, ...]:
    """The documents in the order in which the shop made them, by kind."""
    found = (_relative(kind, document, shares) for kind, document in documents)
    unique = {(relative.kind, relative.entity_id): relative for relative in found}
    return tuple(sorted(unique.values(), key=lambda each: (each.kind, each.created_at, each.entity_id)))


def invoiced_beyond(related: Iterable[Relative], items: OrderItems) -> bool:
    """Whether the captured invoices of the order bill more units of something than were ordered."""
    billed: dict[int, Decimal] = {}
    for relative in related:
        if relative.kind is Kind.INVOICE and relative.state is DocumentState.CAPTURED:
            for item_id, quantity in relative.rows:
                billed[item_id] = billed.get(item_id, ZERO) + quantity
    return any(quantity > items.ordered(item_id) for item_id, quantity in billed.items())


def _share(
    each: Shortfall, shortfalls: list[Shortfall], used: Tendered, refunded: Tendered
) -> Tendered | None:
    if _some(used):
        return points_of(used, shortfalls, each.kind, each.entity_id)
    return credit_of(refunded, shortfalls, each.entity_id) if each.kind is Kind.CREDIT_MEMO else None


def _unstated(whole: Tendered, documents: Iterable[tuple[Kind, Fields]]) -> Tendered:
    """What the order gave back as store credit beyond what its memos state."""
    stated = [
        tender
        for kind, found in documents
        if kind is Kind.CREDIT_MEMO
        for tender in tenders(found)
        if tender.tender is whole.tender
    ]
    return replace(
        whole,
        base=max(ZERO, whole.base - sum((each.base for each in stated), ZERO)),
        order=max(ZERO, whole.order - sum((each.order for each in stated), ZERO)),
    )


def _relative(kind: Kind, found: Fields, shares: Mapping[tuple[Kind, int], Tendered]) -> Relative:
    entity_id = found.number("entity_id")
    share = shares.get((kind, entity_id))
    return Relative(
        kind=kind,
        entity_id=entity_id,
        number=found.text("increment_id"),
        state=state_of(found),
        created_at=found.instant("created_at"),
        base_total=found.needed_amount("base_grand_total"),
        base_tender=sum((each.base for each in tenders(found)), share.base if share else ZERO),
        order_total=found.needed_amount("grand_total"),
        order_tender=sum((each.order for each in tenders(found)), share.order if share else ZERO),
        transaction=found.text_or_empty("transaction_id"),
        rows=moved(found.needed_rows("items")),
    )


def _some(tendered: Tendered) -> bool:
    return bool(tendered.base or tendered.order)
