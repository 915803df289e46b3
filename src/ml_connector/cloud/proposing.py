"""A chart to begin with: proposed from the shop's settings, its payments and Sage's live lists."""

from __future__ import annotations

from typing import cast

from sqlalchemy import select

from ml_connector.adobe.reader import is_capture, order_method, shop_facts
from ml_connector.cloud.agents import CATALOGUE
from ml_connector.cloud.chart_book import refusal
from ml_connector.cloud.shop_settings import SHOP_SETTINGS, gaps
from ml_connector.codec import from_json, loads
from ml_connector.documents.shop import ShopFacts
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.posting.chart import Chart, check
from ml_connector.posting.company import Catalogue
from ml_connector.posting.proposal import Proposal, accept, propose
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.sync.ports import Flow


def propose_chart(ledger: Ledger) -> Proposal:
    """Propose a chart; raises `TryAgain` while the shop or the company was not read yet, and `NeedsPerson`
    while one of the shop's lists may not be read: a chart is a choice for long, made on what is so now."""
    facts, catalogue = _read(ledger)
    return propose(facts, catalogue, _methods(ledger))


def accepted_chart(ledger: Ledger, by: str, why: str, gate: str) -> Chart:
    """The proposed chart with a person's yes to every answer.

    Raises `NeedsPerson` (chart-invalid) with everything that is wrong with it for this company, and
    `TryAgain` as `propose_chart` does.
    """
    facts, catalogue = _read(ledger)
    chart = accept(propose(facts, catalogue, _methods(ledger)), by=by, note=why, gate=gate)
    wrong = check(chart, catalogue)
    if wrong:
        raise refusal("The proposed chart was not accepted.", wrong)
    return chart


def _read(ledger: Ledger) -> tuple[ShopFacts, Catalogue]:
    with ledger.begin() as tx:
        settings, catalogue, missing = tx.fact(SHOP_SETTINGS), tx.fact(CATALOGUE), gaps(tx).finding
    if missing is not None:
        raise NeedsPerson(missing)
    if settings is None or catalogue is None:
        raise TryAgain(
            Finding(
                code=Code.CHART_INVALID,
                what="No chart can be proposed yet.",
                why="The shop or the Sage company was not read yet.",
                fix="Wait until the first sweep has ended and the agent has called.",
            )
        )
    facts = shop_facts(cast(dict[str, object], loads(settings[1])))
    return facts, from_json(Catalogue, loads(catalogue[1]))


def _methods(ledger: Ledger) -> dict[str, bool]:
    """The shop's payment methods, and whether orders that used them have a capture transaction."""
    with ledger.begin() as tx:
        payloads = tables.payloads.c
        ours = payloads.connection_id == ledger.connection_id
        orders = tx.connection.execute(
            select(payloads.entity_id, payloads.body).where(ours, payloads.kind == Flow.ORDERS.value)
        ).all()
        transactions = tx.connection.execute(
            select(payloads.order_id, payloads.body).where(ours, payloads.kind == "transactions")
        ).all()
    paid = {row.order_id for row in transactions if is_capture(row.body)}
    methods: dict[str, bool] = {}
    for order in orders:
        method = order_method(order.body)
        methods[method] = methods.get(method, False) or order.entity_id in paid
    return methods
