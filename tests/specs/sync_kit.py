"""One connection for the tests of `sync`: real records on a real file, a shop in lists, a decider who obeys.

The decider posts whatever it is not told otherwise: a document waits for its shopper's account, a memo for
its order's invoices, and everything else is planned.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast

from ml_connector.codec import loads
from ml_connector.documents.edited import Edited
from ml_connector.documents.identity import Key, Kind, reference
from ml_connector.documents.likeness import LookAlike, OrderSeen
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.posting.plan import (
    Decision,
    Held,
    Planned,
    Waiting,
)
from ml_connector.sync.material import Considered, CustomerMaterial, Material
from ml_connector.sync.ports import Flow, Ids, Page, Payload, Seen
from ml_connector.sync.reading import EVERYTHING, Extent
from ml_connector.sync.record import Record
from tests.specs.sync_plans import MADE, TAG, customer_plan, document_plan, update_plan

SHOP = "shop-1"
ANNA = "anna@example.com|GBP"
BEN = "ben@example.com|GBP"
FLOW_OF = {Kind.INVOICE: Flow.INVOICES, Kind.CREDIT_MEMO: Flow.CREDIT_MEMOS}

Saying = Decision | Exception


def finding(code: Code = Code.UNMAPPED_TAX) -> Finding:
    return Finding(code=code, what="It was not posted.", why="Something is in the way.", fix="Take it away.")


def invoice(
    entity: int, total: str = "12.00", *, order: int = 0, kind: Kind = Kind.INVOICE, **more: object
) -> Payload:
    """An invoice as the shop sends it; its order has the same number unless another is given."""
    facts: dict[str, object] = {
        "id": entity,
        "order": order or entity,
        "total": total,
        "currency": "GBP",
        "captured": True,
        "shopper": ANNA,
        "products": [],
        "made": (MADE + timedelta(minutes=entity)).isoformat(),
    }
    return Payload(
        kind=FLOW_OF[kind].value,
        entity_id=entity,
        order_id=order or entity,
        updated_at="2026-11-01 10:00:00",
        body=json.dumps(facts | more),
    )


def memo(entity: int, total: str = "5.00", *, order: int = 0, **more: object) -> Payload:
    return invoice(entity, total, order=order, kind=Kind.CREDIT_MEMO, **more)


def of_kind(kind: str, entity: int, *, order: int = 0, body: str = "{}") -> Payload:
    """An order, transaction or product."""
    return Payload(kind=kind, entity_id=entity, order_id=order, updated_at="", body=body)


@dataclass
class ListedShop:
    """A `ShopReads` of what a test put in. A call whose name is in `broken` raises `TryAgain`."""

    pages: dict[Flow, list[tuple[Payload, ...]]] = field(
        default_factory=dict[Flow, list[tuple[Payload, ...]]]
    )
    entities: dict[tuple[str, int], Payload] = field(default_factory=dict[tuple[str, int], Payload])
    broken: set[str] = field(default_factory=set[str])
    asked: list[str] = field(default_factory=list[str])

    def page(self, *payloads: Payload, orders: bool = True) -> None:
        """One more page of changes, with an order for each document unless the shop is to have none."""
        assert len({payload.kind for payload in payloads}) == 1, "a page is of one flow"
        self.pages.setdefault(Flow(payloads[0].kind), []).append(payloads)
        for payload in payloads:
            self.add(payload)
            if orders and payload.kind != Flow.ORDERS:
                self.entities.setdefault(
                    (Flow.ORDERS.value, payload.order_id), of_kind(Flow.ORDERS, payload.order_id)
                )

    def add(self, payload: Payload) -> None:
        """Something that is there, and in no page of changes."""
        self.entities[payload.kind, payload.entity_id] = payload

    def changes(self, flow: Flow, cursor: str, extent: Extent = EVERYTHING) -> Page:
        self._ask(f"changes {flow} {cursor}")
        del extent
        pages, at = self.pages.get(flow, []), int(cursor or 0)
        if at >= len(pages):
            return Page(payloads=(), cursor=str(at), more=False)
        return Page(payloads=pages[at], cursor=str(at + 1), more=at + 1 < len(pages))

    def by_id(self, kind: str, ids: Sequence[int]) -> tuple[Payload, ...]:
        self._ask(f"by_id {kind}")
        return tuple(self.entities[kind, each] for each in ids if (kind, each) in self.entities)

    def is_missing(self, flow: Flow, entity_id: int) -> bool:
        self._ask(f"is_missing {flow} {entity_id}")
        return (flow.value, entity_id) not in self.entities

    def ids(self, flow: Flow, extent: Extent) -> Ids:
        self._ask(f"ids {flow} {extent.after}")
        return Ids(found=dict(sorted(self._within(flow, extent))), failing=(), more=False)

    def count(self, flow: Flow, extent: Extent) -> int:
        self._ask(f"count {flow}")
        return len(self._within(flow, extent))

    def _within(self, flow: Flow, extent: Extent) -> list[tuple[int, str]]:
        return [
            (entity, payload.updated_at)
            for (kind, entity), payload in self.entities.items()
            if kind == flow and entity > extent.after and entity <= (extent.up_to or entity)
        ]

    def of_orders(self, kind: str, order_ids: Sequence[int]) -> tuple[Payload, ...]:
        self._ask(f"of_orders {kind}")
        return tuple(
            payload
            for payload in self.entities.values()
            if payload.kind == kind and payload.order_id in order_ids
        )

    def settings(self) -> Mapping[str, object]:
        return {}

    def _ask(self, call: str) -> None:
        self.asked.append(call)
        if call in self.broken:
            raise TryAgain(finding(Code.SHOP_UNREACHABLE))


@dataclass
class Teller:
    """A `Decider` that says of a key's entity what the test says, and else what the kit's docstring says.

    `reads` are bodies that this teller's reader has learnt to read: the body, and what it reads it as.
    """

    chart_version: int = 1
    says: dict[str, Saying] = field(default_factory=dict[str, Saying])
    fingerprints: dict[str, str] = field(default_factory=dict[str, str])
    totals: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    reads: dict[str, str] = field(default_factory=dict[str, str])
    asked: list[str] = field(default_factory=list[str])
    customers: list[CustomerMaterial] = field(default_factory=list[CustomerMaterial])
    alike: dict[str, tuple[LookAlike, ...]] = field(default_factory=dict[str, tuple[LookAlike, ...]])
    replaced: dict[str, tuple[Record, ...]] = field(default_factory=dict[str, tuple[Record, ...]])
    follows: bool = False

    def see(self, kind: Kind, body: str) -> Seen:
        facts = self._facts(body)
        return Seen(
            kind=kind,
            entity_id=int(str(facts["id"])),
            order_id=int(str(facts["order"])),
            number=f"{facts['id']:>09}",
            reference=reference(TAG, kind, int(str(facts["id"]))),
            captured=bool(facts["captured"]),
            made_at=datetime.fromisoformat(str(facts["made"])),
            made_on=datetime.fromisoformat(str(facts["made"])).date(),
            currency=str(facts["currency"]),
            total=Decimal(str(facts["total"])),
        )

    def order_seen(self, body: str) -> OrderSeen:
        facts = self._facts(body)
        return OrderSeen(
            order_id=int(str(facts["id"])),
            number=f"{facts['id']:>09}",
            made_at=datetime.fromisoformat(str(facts["made"])),
            likeness=str(facts.get("like", "")),
        )

    def edited(self, order: str) -> Edited:
        named = cast(dict[str, int], loads(order))
        return Edited(replaces=named.get("replaces", 0), replaced_by=named.get("replaced_by", 0))

    def day_begins(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    def products(self, document: str, order: str) -> tuple[int, ...]:
        del order
        listed = cast(list[int], self._facts(document)["products"])
        return tuple(listed)

    def document(self, material: Material) -> Considered:
        facts = self._facts(material.document)
        shopper, entity = str(facts["shopper"]), material.key.entity
        self.alike[entity] = material.look_alikes
        self.replaced[entity] = material.replaced
        shopper = material.known_as.get(str(facts.get("also", "")), shopper)
        return Considered(
            decision=self._said(entity) or self._decide(material, facts, shopper),
            fingerprint=self.fingerprints.get(entity, f"f1:{facts['total']}"),
            shopper=shopper,
            profile=str(facts.get("profile", f"profile of {shopper}")),
            also=str(facts.get("also", "")),
            follows=self.follows,
            totals={str(facts["currency"]): self.totals[entity]} if entity in self.totals else {},
        )

    def customer(self, material: CustomerMaterial) -> Decision:
        key, day = material.key, material.made_at.date()
        self.customers.append(material)
        said = self._said(key.entity)
        if said:
            return said
        if material.updates:
            return Planned(plan=update_plan(key, material.updates, day, self.chart_version))
        name = key.entity[:4].upper().replace("@", "X")
        begun = int(material.refused[-3:]) if material.refused else 0
        free = (f"{name}{n:03d}" for n in range(begun + 1, 1000) if f"{name}{n:03d}" not in material.taken)
        ref = material.answer or next(free)
        return Planned(plan=customer_plan(key, ref, day, self.chart_version))

    def _facts(self, body: str) -> Mapping[str, object]:
        facts = cast(dict[str, object], loads(self.reads.get(body, body)))
        if "id" not in facts:
            raise unreadable()
        return facts

    def _said(self, entity: str) -> Decision | None:
        self.asked.append(entity)
        said = self.says.get(entity)
        if isinstance(said, Exception):
            raise said
        return said

    def _decide(self, material: Material, facts: Mapping[str, object], shopper: str) -> Decision:
        account = material.accounts.get(shopper)
        if account is None:
            customer = Key(SHOP, Kind.CUSTOMER, shopper)
            return Waiting(code=Code.CUSTOMER_NOT_READY, why="No account yet.", on=(str(customer),))
        invoices = [
            str(sibling.key)
            for sibling in material.siblings
            if sibling.key.kind is Kind.INVOICE and sibling.state not in ("proved", "skipped")
        ]
        if material.key.kind is Kind.CREDIT_MEMO and invoices:
            return Waiting(code=Code.INVOICE_NOT_READY, why="Its invoice comes first.", on=tuple(invoices))
        total = self.totals.get(material.key.entity, Decimal(str(facts["total"])))
        return Planned(plan=document_plan(material.key, total, account, self.chart_version))


def held() -> Held:
    """A decision that a person has to change something first."""
    return Held(findings=(finding(Code.UNMAPPED_TAX),))


def waiting() -> Waiting:
    """A decision that the order's gate is shut."""
    return Waiting(code=Code.ORDER_NOT_COMPLETE, why="Something is to be shipped.")


def unreadable() -> NeedsPerson:
    """What the reader raises for a document that it cannot read."""
    return NeedsPerson(finding(Code.DOCUMENT_UNREADABLE))
