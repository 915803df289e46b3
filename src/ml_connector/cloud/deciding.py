"""Reader and rules joined: `sync`'s `Decider`, bound to one chart, one catalogue, one shop reading.

Everything that parses or validates is kept until its hash changes, so a step costs only its documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from ml_connector.adobe.reader import (
    Bundle,
    Glance,
    day_begins,
    day_made,
    edited,
    glance,
    order_seen,
    product_ids,
    read_bundle,
    shop_facts,
)
from ml_connector.cloud.agents import CATALOGUE
from ml_connector.cloud.connections import newest_chart
from ml_connector.cloud.shop_settings import SHOP_SETTINGS, gaps
from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.edited import Edited
from ml_connector.documents.identity import Kind, reference
from ml_connector.documents.likeness import OrderSeen
from ml_connector.documents.money import ZERO
from ml_connector.documents.posted_in import is_in_order_currency
from ml_connector.documents.sales import SalesDocument
from ml_connector.documents.shop import ShopFacts
from ml_connector.errors import Code, Defect, Finding, TryAgain
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.customers import UpdatePolicy
from ml_connector.posting.company import Catalogue
from ml_connector.posting.customers.decision import decide_customer, decide_update
from ml_connector.posting.customers.matching import AccountIndex, index_of
from ml_connector.posting.customers.policy import Ours, written
from ml_connector.posting.customers.shopper import Shopper, known_shopper, shopper_of
from ml_connector.posting.customers.web_sales import web_sales_row
from ml_connector.posting.decide import Sibling, Situation, decide
from ml_connector.posting.plan import Decision, Planned, Waiting
from ml_connector.records.ledger import Ledger
from ml_connector.sync.material import Considered, CustomerMaterial, Material
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Seen
from ml_connector.sync.record import Record

_NOTHING_SAID: Mapping[str, int | str | tuple[int, ...]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A `sync.ports.Decider`. Without a chart, facts or catalogue it only sees, and decides nothing; so it is
    while a list of the shop's settings cannot be read that decisions rest on."""

    connection_id: str
    tag: str
    chart_version: int
    chart: Chart | None
    facts: ShopFacts | None
    catalogue: Catalogue | None
    index: AccountIndex | None

    def see(self, kind: Kind, body: str) -> Seen:
        seen = glance(kind, body)
        in_order = self._counts_in_order_currency(seen)
        return Seen(
            kind=kind,
            entity_id=seen.entity_id,
            order_id=seen.order_id,
            number=seen.number,
            reference=reference(self.tag, kind, seen.entity_id),
            captured=seen.captured,
            made_at=seen.created_at,
            currency=seen.order_currency if in_order else seen.base_currency,
            total=seen.order_total if in_order else seen.base_total,
            base_currency=seen.base_currency if in_order else "",
            base_total=seen.base_total if in_order else ZERO,
            totals={seen.order_currency: seen.order_total, seen.base_currency: seen.base_total},
            made_on=None if self.facts is None else day_made(seen, self.facts),
        )

    def _counts_in_order_currency(self, seen: Glance) -> bool:
        """Whether the chart posts such documents in their order's currency: of the shop's own payload, by its
        website, view and currencies, without any rule and before there is a plan."""
        if self.chart is None or seen.base_currency != self.chart.currency:
            return False
        view = self.facts.store_view(seen.store_id) if self.facts else None
        return is_in_order_currency(
            self.chart.currencies.sold,
            seen.base_currency,
            seen.order_currency,
            view.website if view else "",
            seen.store_id,
        )

    def order_seen(self, body: str) -> OrderSeen:
        return order_seen(body)

    def edited(self, order: str) -> Edited:
        return edited(order)

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
        del order  # a document's own rows name its products
        return product_ids(document)

    def reading(self, material: Material) -> tuple[SalesDocument, Situation]:
        """The document, and all else that its decision rests on."""
        chart, facts, catalogue, index = self._complete()
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
            index=index,
            accounts=material.accounts,
            known_as=material.known_as,
            look_alikes=material.look_alikes,
            billed_before=_still_billed(material.replaced),
            siblings=tuple(_sibling(record) for record in material.siblings if record.captured),
        )
        return read, situation

    def document(self, material: Material) -> Considered:
        read, situation = self.reading(material)
        chart, decision = situation.chart, decide(read, situation)
        shopper = _shopper(read, chart, decision, material.known_as)
        return Considered(
            decision=decision,
            fingerprint=read.fingerprint,
            shopper=shopper.entity if shopper else "",
            profile=canonical(shopper).decode() if shopper else "",
            also=shopper.also if shopper else "",
            follows=chart.customers.update is not UpdatePolicy.NEVER,
            totals={read.order_currency: read.order_totals.worth, read.base_currency: read.base.worth},
        )

    def customer(self, material: CustomerMaterial) -> Decision:
        chart, _, catalogue, index = self._complete()
        shopper = from_json(Shopper, loads(material.profile))
        if material.updates:
            return decide_update(
                shopper,
                key=material.key,
                account_ref=material.updates,
                ours=_ours(material),
                catalogue=catalogue,
                index=index,
                chart=chart,
                chart_version=self.chart_version,
                date=material.made_at.date(),
            )
        return decide_customer(
            shopper,
            connection_id=material.key.connection_id,
            catalogue=catalogue,
            index=index,
            taken_refs=material.taken,
            chart=chart,
            chart_version=self.chart_version,
            date=material.made_at.date(),
            answer=material.answer,
            refused=material.refused,
        )

    def _complete(self) -> tuple[Chart, ShopFacts, Catalogue, AccountIndex]:
        if self.chart is None or self.facts is None or self.catalogue is None or self.index is None:
            raise Defect("nothing may be decided before chart, shop settings and catalogue are there")
        return self.chart, self.facts, self.catalogue, self.index


def _shopper(
    document: SalesDocument, chart: Chart, decision: Decision, known_as: Mapping[str, str]
) -> Shopper | None:
    """Who bought, where it is asked for: what is held or left out may well have no shopper at all."""
    waits = isinstance(decision, Waiting) and decision.code is Code.CUSTOMER_NOT_READY
    if (not waits and not isinstance(decision, Planned)) or web_sales_row(document, chart) is not None:
        return None
    return known_shopper(shopper_of(document, chart), known_as)


def _ours(material: CustomerMaterial) -> Ours:
    """What we wrote on the account that is to be changed."""
    proved = [
        (record.plan, record.sage.get(record.plan.effects[0].id, _NOTHING_SAID))
        for record in material.history
        if record.plan is not None and record.state is State.PROVED and record.account_ref == material.updates
    ]
    return written(proved)


def _still_billed(replaced: Iterable[Record]) -> Decimal:
    """What these documents of an order come to, refunds taken off; what was left out does not count."""
    counted = (each for each in replaced if each.captured and each.state is not State.SKIPPED)
    return sum((each.shop_total for each in counted), ZERO)


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
            missing = gaps(tx)
            tag = tx.controls().tag
        decides = settings and catalogue and not missing.hold_decisions
        sees = settings and not missing.stores_unknown
        key = (version, settings and settings[0], catalogue and catalogue[0], bool(decides), bool(sees))
        if self._rules is None or key != self._key:
            self._key = key
            known = from_json(Catalogue, loads(catalogue[1])) if catalogue else None
            self._rules = Rules(
                connection_id=self.ledger.connection_id,
                tag=tag,
                chart_version=version if decides else 0,
                chart=chart,
                facts=shop_facts(_object(settings[1])) if settings and sees else None,
                catalogue=known,
                index=index_of(known, chart.customers) if known and chart else None,
            )
        return self._rules


def _object(text: str) -> dict[str, object]:
    value = loads(text)
    if not isinstance(value, dict):
        raise Defect("the shop's settings are one JSON object")
    return cast(dict[str, object], value)
