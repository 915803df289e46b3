"""Paid by gift card, credit or points, a sale is proved to the penny: shop less Sage is 0.00.

The shop's side is counted from the payloads by code that knows no rule, Sage's side is what stands in the
ledger after everything was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from ml_connector.adobe.reader import glance
from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.company import Account, StockItem
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Plan
from ml_connector.sage.memory import MemoryCompany, MemoryDoor, MemoryIndex
from ml_connector.sync.passage import State
from ml_connector.sync.reconcile import Proof, reconcile
from ml_connector.sync.record import Record
from ml_connector.sync.sight import counted
from tests.recorded.paid_edition import Json, PaidEdition, extend, move, text_of
from tests.specs.posting_examples import planned, situation
from tests.specs.tender_examples import TENDERED, WITH_CLEARING

pytestmark = pytest.mark.slow

D = Decimal
ACCOUNT = "PENRO001"


@dataclass
class Books:
    """A company in memory, and the records of what was posted in it."""

    company: MemoryCompany = field(
        default_factory=lambda: MemoryCompany(
            accounts={
                ACCOUNT: Account(ref=ACCOUNT, name="Ann", emails=("ann@example.co.uk",), currency="GBP")
            },
            nominals=WITH_CLEARING.nominals,
        )
    )
    records: list[Record] = field(default_factory=list[Record])
    siblings: list[Sibling] = field(default_factory=list[Sibling])

    def post(self, document: SalesDocument, payload: Json) -> Plan:
        """Decide the document, write every effect of its plan, and count it as the connector does."""
        stock = {line.sku for line in document.lines}
        place = situation(
            chart=TENDERED,
            catalogue=replace(
                WITH_CLEARING,
                stock=tuple(
                    StockItem(code=sku, description=sku, nominal="4000", tax_code=1, kind="non-stock")
                    for sku in sorted(stock)
                ),
            ),
            accounts={f"{document.order.email.lower()}|GBP": ACCOUNT},
            siblings=tuple(self.siblings),
        )
        plan = planned(decide(document, place))
        with MemoryDoor(self.company).open(MemoryIndex()) as books:
            for effect in plan.effects:
                books.write(plan, effect)
        self.siblings.append(
            Sibling(
                kind=document.kind,
                entity_id=document.entity_id,
                number=document.number,
                state="proved",
                created_at=document.created_at,
                plan=plan,
            )
        )
        seen = glance(document.kind, text_of(payload))
        record = Record(
            key=Key("shop", document.kind, str(document.entity_id)),
            reference=plan.reference,
            document_at=document.created_at,
            captured=True,
            shop_currency=seen.base_currency,
            shop_total=-seen.base_total if document.kind is Kind.CREDIT_MEMO else seen.base_total,
            state=State.PROVED,
            since=document.created_at,
            plan=plan,
        )
        self.records.append(counted(record, {document.base_currency: document.base.worth}))
        return plan

    def proof(self) -> Proof:
        with MemoryDoor(self.company).open(MemoryIndex()) as books:
            return reconcile(self.records, tuple(books.ledger()))


def proved(books: Books, shop: str) -> None:
    """Nothing is missing or doubled, and the shop's side comes to this."""
    proof = books.proof()
    assert proof.balanced
    assert proof.currencies["GBP"].shop == proof.currencies["GBP"].sage == int(D(shop) * 100)


def test_a_sale_paid_wholly_by_gift_card_is_a_sale() -> None:
    shop, books = PaidEdition("000000002"), Books()
    total = str(shop.invoices[0]["base_grand_total"])
    extend(shop.invoices[0], gift_cards_amount=float(total), base_gift_cards_amount=float(total))
    move(shop.invoices[0], "grand_total", f"-{total}")
    books.post(shop.read(), shop.invoices[0])
    proved(books, total)


def test_points_over_two_part_invoices_are_counted_on_each() -> None:
    """First sight cannot know of points; the order tells, and the record is counted again."""
    shop, books = PaidEdition("000000048"), Books()
    totals = [D(str(each["base_grand_total"])) for each in shop.invoices]
    extend(shop.order, reward_currency_amount=10, base_reward_currency_amount=10)
    move(shop.invoices[0], "grand_total", "-7.25")
    move(shop.invoices[1], "grand_total", "-2.75")
    for which, invoice in enumerate(shop.invoices):
        books.post(shop.read(which=which), invoice)
    proved(books, str(sum(totals)))


def test_a_refund_to_store_credit_takes_the_sale_back() -> None:
    shop, books = PaidEdition("000000055"), Books()
    total = D(str(shop.memos[0]["base_grand_total"]))
    extend(shop.memos[0], customer_balance_amount=float(total), base_customer_balance_amount=float(total))
    move(shop.memos[0], "grand_total", f"-{total}")
    books.post(shop.read(), shop.invoices[0])
    plan = books.post(shop.read(Kind.CREDIT_MEMO), shop.memos[0])
    assert [effect.type for effect in plan.effects].count("refund") == 1
    proved(books, str(D(str(shop.invoices[0]["base_grand_total"])) - total))


def test_a_plan_that_forgot_the_tender_would_not_come_out() -> None:
    """What the proof is for: counted by the grand total alone, the two sides differ by what was tendered."""
    shop, books = PaidEdition("000000002"), Books()
    extend(shop.invoices[0], gift_cards_amount=10, base_gift_cards_amount=10)
    move(shop.invoices[0], "grand_total", "-10")
    books.post(shop.read(), shop.invoices[0])
    books.records[0] = replace(books.records[0], shop_total=D(str(shop.invoices[0]["base_grand_total"])))
    assert books.proof().currencies["GBP"].difference == -1000
