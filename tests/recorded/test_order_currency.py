"""The recorded shop's euro views, posted in euros by the chart: every figure is the shop's own euro figure.

Its second store shows euros over prices in pounds. By default those sales are booked in pounds; here the
chart posts them in euros, on accounts and a bank that are kept in euros, and nothing else changes.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.money import to_minor
from ml_connector.posting.chart import Chart, Gate, check
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.currencies import CurrencyChoices, InOrderCurrency
from ml_connector.posting.choices.payments import BankRow, Evidence, PaymentChoices
from ml_connector.posting.company import Account, Catalogue, Nominal
from ml_connector.posting.plan import EnsureCustomer, Held, Planned, Receipt, RefundPayment, Split
from ml_connector.sage.books import Found
from ml_connector.sage.memory import MemoryCompany, MemoryDoor, MemoryIndex
from ml_connector.sync.passage import State
from ml_connector.sync.reconcile import reconcile
from ml_connector.sync.record import Record
from tests.recorded.posted_shop import NOMINALS, Posted, PostedShop

YES = Acceptance(by="ann", note="in a test")
EUROS = Nominal(code="1210", name="Bank Euro Account", bank=True, currency="EUR")


def in_euros(chart: Chart, catalogue: Catalogue) -> tuple[Chart, Catalogue]:
    """Orders in euros are posted in euros, and all of them are paid to the euro bank."""
    methods = {row.method for row in chart.payments.banks} | {"checkmo"}
    banks = tuple(
        BankRow(method=method, bank=EUROS.code, invoices=Evidence.ALWAYS, currency="EUR", accepted=YES)
        for method in sorted(methods)
    )
    chosen = replace(
        chart,
        currencies=CurrencyChoices(in_order_currency=(InOrderCurrency(currency="EUR", accepted=YES),)),
        payments=PaymentChoices(banks=(*chart.payments.banks, *banks)),
    )
    company = replace(catalogue, nominals=(*catalogue.nominals, EUROS))
    assert check(chosen, company) == ()
    return chosen, company


BEFORE = {each.document.fingerprint: each for each in PostedShop(gate=Gate.INVOICED).decide_all()}
SHOP = PostedShop(gate=Gate.INVOICED, chosen=in_euros)
POSTED = SHOP.decide_all()
IN_EUROS = [
    each for each in POSTED if (each.document.base_currency, each.document.order_currency) == ("GBP", "EUR")
]


def outcome(posted: Posted) -> str:
    decision = posted.decision
    if isinstance(decision, Planned):
        return f"planned in {decision.plan.currency}"
    return decision.findings[0].code if isinstance(decision, Held) else decision.code


def test_what_was_planned_in_pounds_is_planned_in_euros_and_what_was_held_is_held() -> None:
    outcomes = {(outcome(BEFORE[each.document.fingerprint]), outcome(each)) for each in IN_EUROS}
    assert outcomes == {("planned in GBP", "planned in EUR"), ("foreign-vat", "foreign-vat")}
    assert sum(outcome(each) == "planned in EUR" for each in IN_EUROS) == 14


def splits(posted: Posted) -> tuple[Split, ...]:
    ledger = posted.decision.plan.ledger if isinstance(posted.decision, Planned) else None
    return ledger.splits if ledger else ()


def test_nothing_else_changes() -> None:
    """But for A/C references, which are counted up: some shoppers have one more account now."""
    others = [each for each in POSTED if each not in IN_EUROS]
    assert len(others) > 180
    for each in others:
        before = BEFORE[each.document.fingerprint]
        assert (outcome(each), splits(each)) == (outcome(before), splits(before))


def test_each_plan_comes_to_the_shops_own_total_in_euros() -> None:
    for each in IN_EUROS:
        if isinstance(each.decision, Planned):
            assert each.decision.plan.gross == to_minor(each.seen.order_total)


def test_some_of_them_are_not_what_the_rate_makes_of_the_pounds() -> None:
    """Why nothing is ever converted: 1.1734 is the shop's own rate of that day."""
    rate = Decimal("1.1734")
    both = [(to_minor(each.seen.base_total * rate), to_minor(each.seen.order_total)) for each in IN_EUROS]
    apart = [each for each in both if each[0] != each[1]]
    assert len(apart) >= 3


def test_money_goes_through_the_euro_bank_and_no_other() -> None:
    moved = [
        effect
        for each in IN_EUROS
        if isinstance(each.decision, Planned)
        for effect in each.decision.plan.effects
        if isinstance(effect, Receipt | RefundPayment)
    ]
    assert moved
    assert {effect.bank for effect in moved} == {EUROS.code}


def test_their_shoppers_have_accounts_in_euros() -> None:
    made = {
        effect.account_ref: effect.fields.currency
        for decision in SHOP.customers
        if isinstance(decision, Planned)
        for effect in decision.plan.effects
        if isinstance(effect, EnsureCustomer)
    }
    for each in IN_EUROS:
        if isinstance(each.decision, Planned):
            assert made[each.decision.plan.account_ref] == "EUR"


def test_they_are_proved_in_euros_and_exchange_is_told_beside() -> None:
    """Written into books in memory; the shop's side is counted from the payloads' own header."""
    company = MemoryCompany(nominals=(*NOMINALS, EUROS), per_base={"EUR": Decimal("1.25")})
    records = [_recorded(each, company) for each in IN_EUROS]
    with MemoryDoor(company).open(MemoryIndex()) as books:
        proof = reconcile(records, tuple(books.ledger()))
    assert proof.balanced
    assert list(proof.currencies) == ["EUR"]
    euros = proof.currencies["EUR"]
    assert euros.shop - euros.held == euros.sage > 0
    assert len(proof.exchange) == proof.proved == 14
    first = proof.exchange[0]
    assert (first.posted, first.shop, first.sage, first.difference) == (4916, 4190, 3933, -257)


def _recorded(posted: Posted, company: MemoryCompany) -> Record:
    """The document's record after everything of its plan was written; held, when it has none."""
    seen, document = posted.seen, posted.document
    sign = -1 if document.kind is Kind.CREDIT_MEMO else 1
    record = Record(
        key=Key("shop", document.kind, str(seen.entity_id)),
        document_at=seen.created_at,
        since=seen.created_at,
        captured=seen.captured,
        state=State.HELD,
        shop_currency=seen.order_currency,
        shop_total=sign * seen.order_total,
        shop_base_currency=seen.base_currency,
        shop_base_total=sign * seen.base_total,
    )
    if not isinstance(posted.decision, Planned):
        return record
    plan = posted.decision.plan
    account = Account(ref=plan.account_ref, name="", emails=(), currency="EUR")
    company.accounts.setdefault(plan.account_ref, account)
    with MemoryDoor(company).open(MemoryIndex()) as books:
        for effect in plan.effects:
            books.write(plan, effect)
        look = books.look(plan, plan.effects[1], books.before(plan, plan.effects[1]))
    assert isinstance(look, Found)
    assert not look.differences
    return replace(record, state=State.PROVED, plan=plan, sage={"LED": look.numbers})
