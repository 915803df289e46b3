"""Ann, her account, and a decision on her; tests bend them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ml_connector.documents.sales import Address
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.customers import CustomerChoices
from ml_connector.posting.company import Account
from ml_connector.posting.customers.decision import decide_customer
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.customers.shopper import Shopper, shopper_of
from ml_connector.posting.plan import Decision, EnsureCustomer
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.posting_examples import ADDRESS, planned, row, sale

ANN = shopper_of(sale(row()), CHART)
KNOWN = CATALOGUE.accounts[0]
AT_HOME = replace(
    KNOWN,
    emails=("ann@work.example",),
    postcode="TR26 3DA",
    contact="Ann Penrose",
    telephone="01736 496000",
    address=("12 Quay Street", "", "Zennor", "Cornwall", "TR26 3DA"),
    country="GB",
)
"""Ann's account under another e-mail."""


def decided(
    shopper: Shopper = ANN,
    *accounts: Account,
    taken: frozenset[str] = frozenset(),
    customers: CustomerChoices | None = None,
    answer: str | None = None,
    refused: str = "",
) -> Decision:
    """The decision on a shopper in a company of these accounts."""
    catalogue, chart = replace(CATALOGUE, accounts=accounts), chart_with(customers or CustomerChoices())
    return decide_customer(
        shopper,
        connection_id="shop",
        catalogue=catalogue,
        index=index_of(catalogue, chart.customers),
        taken_refs=taken,
        chart=chart,
        chart_version=4,
        date=date(2026, 4, 6),
        answer=answer,
        refused=refused,
    )


def chart_with(customers: CustomerChoices) -> Chart:
    return replace(CHART, customers=customers)


def effect_of(decision: Decision) -> EnsureCustomer:
    effect = planned(decision).effects[0]
    assert isinstance(effect, EnsureCustomer)
    return effect


def living_at(**changes: object) -> Address:
    return replace(ADDRESS, **changes)


def shopper(**changes: object) -> Shopper:
    """Ann, living or being called otherwise."""
    return replace(ANN, address=living_at(**changes))
