"""Reader and rules joined: `sync`'s `Decider`, bound to one chart, one catalogue, one shop reading.

Everything that parses or validates is kept until its hash changes, so a step costs only its documents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from ml_connector.adobe.reader import (
    Bundle,
    day_begins,
    day_made,
    glance,
    product_ids,
    read_bundle,
    shop_facts,
)
from ml_connector.cloud.agents import CATALOGUE
from ml_connector.cloud.connections import newest_chart
from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.identity import Key, Kind, reference
from ml_connector.documents.shop import ShopFacts
from ml_connector.errors import Code, Defect, Finding, TryAgain
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue
from ml_connector.posting.customers import Shopper, decide_customer, shopper_of
from ml_connector.posting.decide import Sibling, Situation, decide
from ml_connector.posting.plan import Decision, Waiting
from ml_connector.records.ledger import Ledger
from ml_connector.sync.ports import Considered, Material, Seen
from ml_connector.sync.record import Record

SHOP_SETTINGS = "shop-settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A `sync.ports.Decider`. Without a chart, facts or catalogue it only sees, and decides nothing."""

    connection_id: str
    tag: str
    chart_version: int
    chart: Chart | None
    facts: ShopFacts | None
    catalogue: Catalogue | None

    def see(self, kind: Kind, body: str) -> Seen:
        seen = glance(kind, body)
        return Seen(
            kind=kind,
            entity_id=seen.entity_id,
            order_id=seen.order_id,
            number=seen.number,
            reference=reference(self.tag, kind, seen.entity_id),
            captured=seen.captured,
            made_at=seen.created_at,
            currency=seen.base_currency,
            total=seen.base_total,
            made_on=None if self.facts is None else day_made(seen, self.facts),
        )

    def day_begins(self, day: date) -> datetime:
        """Raises `TryAgain` while the shop's time zones are not known."""
        if self.facts is None:
            raise TryAgain(
                Finding(
                    code=Code.SHOP_UNREACHABLE,
                    what="No document was read.",
                    why="The shop's settings have not been read yet, and they say when its days begin.",
                    fix="Nothing to do; they are read with every sweep.",
                )
            )
        return day_begins(day, self.facts)

    def products(self, document: str, order: str) -> tuple[int, ...]:
        return product_ids(document, order)

    def document(self, material: Material) -> Considered:
        chart, facts, catalogue = self._complete()
        read = read_bundle(
            Bundle(
                kind=material.key.kind,
                document=material.document,
                order=material.order,
                invoices=material.invoices,
                memos=material.memos,
                transactions=material.transactions,
                products=material.products,
            ),
            facts,
        )
        situation = Situation(
            tag=self.tag,
            connection_id=self.connection_id,
            chart=chart,
            chart_version=self.chart_version,
            catalogue=catalogue,
            accounts=material.accounts,
            siblings=tuple(_sibling(record) for record in material.siblings if record.captured),
        )
        decision = decide(read, situation)
        # Only asked for now: a document that is held or left out may well have no shopper at all.
        wanted = isinstance(decision, Waiting) and decision.code is Code.CUSTOMER_NOT_READY
        shopper = shopper_of(read, chart) if wanted else None
        return Considered(
            decision=decision,
            fingerprint=read.fingerprint,
            shopper=shopper.entity if shopper else "",
            profile=canonical(shopper).decode() if shopper else "",
        )

    def customer(self, key: Key, profile: str, taken: frozenset[str], made_at: datetime) -> Decision:
        chart, _, catalogue = self._complete()
        return decide_customer(
            from_json(Shopper, loads(profile)),
            connection_id=key.connection_id,
            catalogue=catalogue,
            taken_refs=taken,
            chart=chart,
            chart_version=self.chart_version,
            date=made_at.date(),
        )

    def _complete(self) -> tuple[Chart, ShopFacts, Catalogue]:
        if self.chart is None or self.facts is None or self.catalogue is None:
            raise Defect("nothing may be decided before chart, shop settings and catalogue are there")
        return self.chart, self.facts, self.catalogue


def _sibling(record: Record) -> Sibling:
    return Sibling(
        kind=record.key.kind,
        entity_id=int(record.key.entity),
        number=record.number,
        state=record.state.value,
        created_at=record.document_at,
        plan=record.plan,
    )


@dataclass(slots=True)
class RulesKeeper:
    """Gives the current `Rules` of a connection, and parses again only what changed."""

    ledger: Ledger
    _key: tuple[object, ...] = ()
    _rules: Rules | None = field(default=None, repr=False)

    def __call__(self) -> Rules:
        with self.ledger.begin() as tx:
            version, chart = newest_chart(tx)
            settings, catalogue = tx.fact(SHOP_SETTINGS), tx.fact(CATALOGUE)
            tag = tx.controls().tag
        key = (version, settings and settings[0], catalogue and catalogue[0])
        if self._rules is None or key != self._key:
            self._key = key
            self._rules = Rules(
                connection_id=self.ledger.connection_id,
                tag=tag,
                chart_version=version if settings and catalogue else 0,
                chart=chart,
                facts=shop_facts(_object(settings[1])) if settings else None,
                catalogue=from_json(Catalogue, loads(catalogue[1])) if catalogue else None,
            )
        return self._rules


def _object(text: str) -> dict[str, object]:
    value = loads(text)
    if not isinstance(value, dict):
        raise Defect("the shop's settings are one JSON object")
    return cast(dict[str, object], value)
