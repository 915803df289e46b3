"""A record: one shop document or one shopper on its passage, as the store holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ml_connector.documents.identity import Key
from ml_connector.errors import Code, Finding
from ml_connector.posting.plan import Plan
from ml_connector.sync.passage import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where one record stands, and why.

    `shop_total` is what the shop says the document comes to in `shop_currency` (a memo counts minus), tender
    included, read off the shop's own payloads and never off the plan; it is what the proof counts. `captured`
    tells whether the document counts at all (invoice and memo state 2). `document_at` is when the shop made
    it (UTC). Where it counts in the order's currency, `shop_base_total` is what the shop says it comes to in
    its base currency `shop_base_currency`, for the exchange difference only; else they are 0 and “”.
    `waits_on` names what a waiting record waits for. `sage` holds Sage's own numbers per effect id.
    `due` asks the conductor to decide again.
    """

    key: Key
    order_id: int = 0
    number: str = ""
    reference: str = ""
    document_at: datetime
    captured: bool = False
    shop_currency: str = ""
    shop_total: Decimal = Decimal(0)
    shop_base_currency: str = ""
    shop_base_total: Decimal = Decimal(0)
    state: State = State.NOTICED
    since: datetime
    due: bool = True
    code: Code | None = None
    findings: tuple[Finding, ...] = ()
    waits_on: tuple[str, ...] = ()
    fingerprint: str = ""
    generation: int = 0
    chart_version: int = 0
    plan: Plan | None = None
    plan_hash: str = ""
    profile: str = ""
    account_ref: str = ""
    sage: Mapping[str, Mapping[str, int | str | tuple[int, ...]]] = field(
        default_factory=dict[str, Mapping[str, int | str | tuple[int, ...]]]
    )
