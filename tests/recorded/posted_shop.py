"""The recorded shop decided from end to end, without a network, a database or an agent.

Documents are taken in the order of time, invoices before credit memos; whatever is planned counts as proved,
and a customer as soon as he is planned. The company is a small retailer's with a product record for each SKU
that Sage can hold, but one, so that a hold is seen, and one account from earlier days, so that a match is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import cast

from ml_connector.adobe.reader import (
    Bundle,
    Glance,
    glance,
    order_method,
    product_ids,
    read_bundle,
    shop_facts,
)
from ml_connector.adobe.sandbox import ShopData
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import Code
from ml_connector.posting.chart import Chart, Gate
from ml_connector.posting.company import (
    Account,
    Catalogue,
    CompanyIdentity,
    Nominal,
    StockItem,
    TaxCode,
)
from ml_connector.posting.customers.decision import decide_customer
from ml_connector.posting.customers.matching import AccountIndex, index_of
from ml_connector.posting.customers.shopper import known_shopper, shopper_of
from ml_connector.posting.decide import Sibling, Situation, decide
from ml_connector.posting.plan import Decision, Held, Plan, Planned, Skipped, Waiting
from ml_connector.posting.proposal import accept, propose
from ml_connector.posting.stock import sage_code

MISSING_SKU = "TIER-STD"
NOMINALS = (
    Nominal(code="1100", name="Debtors Control Account", control=True),
    Nominal(code="1200", name="Bank Current Account", bank=True),
    Nominal(code="4000", name="Sales"),
    Nominal(code="4009", name="Discounts Allowed"),
    Nominal(code="4905", name="Distribution and Carriage"),
)
TAX_CODES = {0: ("Zero rated", 0), 1: ("Standard rated", 20), 2: ("Exempt", 0), 5: ("Lower rate", 5)}
OUTSIDE_VAT = TaxCode(number=9, description="Not involving VAT", rate=Decimal(0))
STATES = {Planned: "proved", Held: "held", Waiting: "waiting", Skipped: "skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A document of the shop, what it looks like, and what was decided on it."""

    seen: Glance
    document: SalesDocument
    decision: Decision


def _as_it_is(chart: Chart, catalogue: Catalogue) -> tuple[Chart, Catalogue]:
    return chart, catalogue


@dataclass(slots=True)
class PostedShop:
    """The shop's payloads and everything decided so far; `chosen` bends the chart and the company."""

    gate: Gate
    chosen: Callable[[Chart, Catalogue], tuple[Chart, Catalogue]] = _as_it_is
    _shop: ShopData = field(default_factory=ShopData.recorded)
    accounts: dict[str, str] = field(default_factory=dict[str, str])
    names: dict[str, str] = field(default_factory=dict[str, str])
    customers: list[Decision] = field(default_factory=list[Decision])
    _standing: dict[tuple[Kind, int], Sibling] = field(default_factory=dict[tuple[Kind, int], Sibling])

    def decide_all(self) -> tuple[Posted, ...]:
        """Every invoice and credit memo in the order of time."""
        facts = shop_facts(self._settings())
        catalogue = self._company()
        chart = accept(propose(facts, catalogue, self._methods()), "demo", "accepted for the demo", self.gate)
        chart, catalogue = self.chosen(chart, catalogue)
        index = index_of(catalogue, chart.customers)
        seen = sorted(self._bundles(), key=_in_time)
        made: list[Posted] = []
        for bundle, seen_at in seen:
            document = read_bundle(bundle, facts)
            decision = self._decide(document, chart, catalogue, index)
            self._standing[document.kind, document.entity_id] = _sibling(document, decision)
            made.append(Posted(seen=seen_at, document=document, decision=decision))
        return tuple(made)

    def _decide(
        self, document: SalesDocument, chart: Chart, catalogue: Catalogue, index: AccountIndex
    ) -> Decision:
        situation = Situation(
            tag="K7",
            connection_id="shop",
            chart=chart,
            chart_version=1,
            catalogue=catalogue,
            index=index,
            accounts=self.accounts,
            known_as=self.names,
            siblings=tuple(self._siblings(document)),
        )
        decision = decide(document, situation)
        if not isinstance(decision, Waiting) or decision.code is not Code.CUSTOMER_NOT_READY:
            return decision
        shopper = known_shopper(shopper_of(document, chart), self.names)
        customer = decide_customer(
            shopper,
            connection_id="shop",
            catalogue=catalogue,
            index=index,
            taken_refs=frozenset(self.accounts.values()),
            chart=chart,
            chart_version=1,
            date=document.date,
        )
        self.customers.append(customer)
        assert isinstance(customer, Planned), customer
        self.accounts[shopper.entity] = customer.plan.account_ref
        self.names |= {shopper.also: shopper.entity} if shopper.also else {}
        return decide(document, situation)

    def _siblings(self, document: SalesDocument) -> Iterator[Sibling]:
        for relative in document.relatives:
            key = relative.kind, relative.entity_id
            if key != (document.kind, document.entity_id) and key in self._standing:
                yield self._standing[key]

    def _bundles(self) -> Iterator[tuple[Bundle, Glance]]:
        orders = {document["entity_id"]: text for document, text in self._rows("orders")}
        products = {document["id"]: text for document, text in self._rows("products")}
        invoices = self._by_order("invoices")
        memos, transactions = self._by_order("creditmemos"), self._by_order("transactions")
        for kind, listing in ((Kind.INVOICE, "invoices"), (Kind.CREDIT_MEMO, "creditmemos")):
            for document, text in self._rows(listing):
                number = document["order_id"]
                wanted = product_ids(text)
                bundle = Bundle(
                    kind=kind,
                    document=text,
                    order=orders[number],
                    invoices=invoices.get(number, ()),
                    memos=memos.get(number, ()),
                    transactions=transactions.get(number, ()),
                    products=tuple(products[each] for each in wanted if each in products),
                )
                yield bundle, glance(kind, text)

    def _by_order(self, listing: str) -> dict[object, tuple[str, ...]]:
        found: dict[object, tuple[str, ...]] = {}
        for document, text in self._rows(listing):
            found[document["order_id"]] = (*found.get(document["order_id"], ()), text)
        return found

    def _rows(self, listing: str) -> Iterator[tuple[Mapping[str, object], str]]:
        for row in self._shop.table(listing).rows:
            yield cast(Mapping[str, object], row.document), row.text

    def _settings(self) -> dict[str, object]:
        lists = ("customer_groups", "tax_classes", "tax_rates", "tax_rules")
        tables = {name: [document for document, _ in self._rows(name)] for name in lists}
        stores = ("websites", "store_views", "store_configs")
        return {**tables, **{name: self._shop.setting(name) for name in stores}}

    def _methods(self) -> dict[str, bool]:
        captured = {
            document["order_id"]
            for document, _ in self._rows("transactions")
            if document["txn_type"] == "capture"
        }
        methods: dict[str, bool] = {}
        for document, text in self._rows("orders"):
            method = order_method(text)
            methods[method] = methods.get(method, False) or document["entity_id"] in captured
        return methods

    def _company(self) -> Catalogue:
        skus = {str(document["sku"]) for document, _ in self._rows("products")}
        stock = {code for code in map(sage_code, skus) if code not in ("", MISSING_SKU)}
        alice = Account(ref="ALICE01", name="Alice", emails=("Alice@example.co.uk",), currency="GBP")
        codes = (
            TaxCode(number=number, description=text, rate=Decimal(rate))
            for number, (text, rate) in TAX_CODES.items()
        )
        return Catalogue(
            company=CompanyIdentity(name="Hearth & Loom Ltd", company_id="c-1", version="32.0"),
            base_currency="GBP",
            country="GB",
            accounts=(alice,),
            stock=tuple(
                StockItem(code=code, description=code, nominal="4000", tax_code=1) for code in sorted(stock)
            ),
            nominals=NOMINALS,
            tax_codes=(*codes, OUTSIDE_VAT),
            default_nominal="4000",
            default_tax_code=1,
        )


def _sibling(document: SalesDocument, decision: Decision) -> Sibling:
    plan: Plan | None = decision.plan if isinstance(decision, Planned) else None
    return Sibling(
        kind=document.kind,
        entity_id=document.entity_id,
        number=document.number,
        state=STATES[type(decision)],
        created_at=document.created_at,
        plan=plan,
    )


def _in_time(each: tuple[Bundle, Glance]) -> tuple[datetime, bool, int]:
    bundle, seen = each
    return seen.created_at, bundle.kind is Kind.CREDIT_MEMO, seen.entity_id
