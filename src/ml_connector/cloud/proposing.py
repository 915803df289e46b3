"""A chart to begin with: proposed from the shop's settings, its payments and Sage's live lists."""

from __future__ import annotations

from typing import cast

from sqlalchemy import select

from ml_connector.adobe.reader import order_method, shop_facts
from ml_connector.cloud.agents import CATALOGUE
from ml_connector.cloud.deciding import SHOP_SETTINGS
from ml_connector.codec import from_json, loads
from ml_connector.errors import Code, Finding, TryAgain
from ml_connector.posting.company import Catalogue
from ml_connector.posting.proposal import Proposal, propose
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.sync.ports import Flow


def propose_chart(ledger: Ledger) -> Proposal:
    """Propose a chart; raises `TryAgain` while the shop or the company was not read yet."""
    with ledger.begin() as tx:
        settings, catalogue = tx.fact(SHOP_SETTINGS), tx.fact(CATALOGUE)
        payloads = tables.payloads.c
        bodies = tx.connection.execute(
            select(payloads.body, payloads.entity_id).where(
                payloads.connection_id == ledger.connection_id, payloads.kind == Flow.ORDERS.value
            )
        ).all()
        paid = {
            row.order_id
            for row in tx.connection.execute(
                select(payloads.order_id, payloads.body).where(
                    payloads.connection_id == ledger.connection_id, payloads.kind == "transactions"
                )
            )
        }
    if settings is None or catalogue is None:
        raise TryAgain(
            Finding(
                code=Code.CHART_INVALID,
                what="No chart can be proposed yet.",
                why="The shop or the Sage company was not read yet.",
                fix="Wait until the first sweep has ended and the agent has called.",
            )
        )
    methods: dict[str, bool] = {}
    for row in bodies:
        method = order_method(row.body)
        methods[method] = methods.get(method, False) or row.entity_id in paid
    return propose(
        shop_facts(cast(dict[str, object], loads(settings[1]))),
        from_json(Catalogue, loads(catalogue[1])),
        methods,
    )
