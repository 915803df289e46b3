"""What is shown of a connection: where its records stand, what keeps anything from moving, and the proof."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from ml_connector.cloud.agents import CATALOGUE, LEDGER, ledger_wanted
from ml_connector.cloud.connections import newest_chart
from ml_connector.cloud.reading_view import reading_of
from ml_connector.cloud.rounds import Round
from ml_connector.cloud.shop_settings import gaps
from ml_connector.cloud.standings import shop_standing
from ml_connector.codec import from_json, loads
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import from_minor
from ml_connector.posting.company import LedgerEntry
from ml_connector.posting.plan import EnsureCustomer
from ml_connector.records import tables, trail
from ml_connector.records.ledger import Ledger
from ml_connector.sync.reconcile import Exchange, Proof, reconcile
from ml_connector.sync.record import Record


def overview(ledger: Ledger, one: Round | None) -> dict[str, object]:
    """A connection at a glance; without a round, what the worker last noted of its shop."""
    with ledger.begin() as tx:
        noted = shop_standing(tx) if one is None else one.standing
        controls = tx.controls()
        version, _ = newest_chart(tx)
        records = tables.records.c
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        due = 0
        rows = tx.connection.execute(
            select(records.kind, records.captured, records.state, records.due).where(
                records.connection_id == ledger.connection_id
            )
        )
        for row in rows:
            due += bool(row.due)
            if row.captured or row.kind == Kind.CUSTOMER.value:
                counts["customers" if row.kind == Kind.CUSTOMER.value else "documents"][row.state] += 1
        agents = [
            {
                "agent_id": row.agent_id,
                "last_seen": row.last_seen,
                "finding": loads(row.finding) if row.finding else None,
            }
            for row in tx.connection.execute(
                select(tables.agents).where(tables.agents.c.connection_id == ledger.connection_id)
            )
        ]
        catalogue, ledger_reading = tx.fact(CATALOGUE), tx.fact(LEDGER)
        return {
            "connection_id": ledger.connection_id,
            "tag": controls.tag,
            "paused": controls.paused,
            "breaker": controls.breaker,
            "first_run_approved": controls.first_run_approved,
            "road_approved": controls.road_approved,
            "chart_version": version,
            "catalogue_read": catalogue is not None,
            "ledger_wanted": ledger_wanted(tx),
            "ledger_read": ledger_reading is not None and ledger_reading[0] != "",
            "counts": counts,
            "due": due,
            "agents": agents,
            "opened": noted.opened,
            "sweeping": noted.opened and (one is None or one.sweeping or one.swept_at is None),
            "swept_at": one.swept_at if one else None,
            "next_sweep_at": one.next_at if one else None,
            "shop_rests_until": noted.rests_until,
            "shop_trouble": noted.trouble,
            "settings_missing": gaps(tx).lists,
            "reading": reading_of(tx),
            "trail_head": tx.trail_head(),
        }


def prove(ledger: Ledger) -> Proof:
    """The reconciliation by the last reading of Sage's ledger; an empty ledger before the first."""
    with ledger.begin() as tx:
        records = tx.records()
        reading = tx.fact(LEDGER)
    return reconcile(records, from_json(tuple[LedgerEntry, ...], loads(reading[1])) if reading else ())


def proof(ledger: Ledger) -> dict[str, object]:
    """The proof as JSON: amounts as decimal text, states with reasons and counts."""
    made = prove(ledger)
    return {
        "documents": made.documents,
        "proved": made.proved,
        "by_state": made.by_state,
        "unfinished": made.unfinished,
        "balanced": made.balanced,
        "currencies": {
            currency: {
                "shop": from_minor(one.shop),
                "sage": from_minor(one.sage),
                "held": from_minor(one.held),
                "waiting": from_minor(one.waiting),
                "skipped": from_minor(one.skipped),
                "disputed": from_minor(one.disputed),
                "difference": from_minor(one.difference),
            }
            for currency, one in made.currencies.items()
        },
        "tax_codes": [
            {
                "currency": currency,
                "tax_code": f"T{number}",
                "planned_net": from_minor(one.planned_net),
                "planned_tax": from_minor(one.planned_tax),
                "sage_net": from_minor(one.sage_net),
                "sage_tax": from_minor(one.sage_tax),
            }
            for (currency, number), one in made.tax_codes.items()
        ],
        "exchange": [
            {
                "number": one.number,
                "reference": one.reference,
                "currency": one.currency,
                "posted": from_minor(one.posted),
                "base_currency": one.base_currency,
                "shop_base": from_minor(one.shop),
                "sage_base": from_minor(one.sage),
                "difference": from_minor(one.difference),
            }
            for one in made.exchange
        ],
        "exchange_in_all": _in_all(made.exchange),
    }


def _in_all(exchange: Iterable[Exchange]) -> list[dict[str, object]]:
    """What Sage's base values differ from the shop's by, for each currency."""
    sums: Counter[tuple[str, str]] = Counter()
    for one in exchange:
        sums[one.currency, one.base_currency] += one.difference
    return [
        {"currency": currency, "base_currency": base, "difference": from_minor(difference)}
        for (currency, base), difference in sorted(sums.items())
    ]


def summary(record: Record) -> dict[str, object]:
    """One record as a line of a list."""
    return {
        "kind": record.key.kind,
        "entity": record.key.entity,
        "number": record.number,
        "order_id": record.order_id,
        "reference": record.reference,
        "account_ref": record.account_ref,
        "captured": record.captured,
        "currency": record.shop_currency,
        "total": record.shop_total,
        "document_at": record.document_at,
        "state": record.state,
        "code": record.code or "",
        "findings": record.findings,
        "waits_on": record.waits_on,
        "generation": record.generation,
        "sage": record.sage,
        "created": _creates(record),
    }


def _creates(record: Record) -> bool:
    effects = record.plan.effects if record.plan else ()
    return any(isinstance(effect, EnsureCustomer) and effect.create for effect in effects)


def trail_page(ledger: Ledger, after: int, limit: int) -> list[object]:
    """Trail entries behind `after`, as they stand."""
    with ledger.begin() as tx:
        return list(trail.entries(tx.connection, ledger.connection_id, after=after, limit=limit))
