"""A dry run says exactly what would stand in Sage, by the path that decides, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from ml_connector.cloud.agents import Agent, take_catalogue
from ml_connector.cloud.deciding import RulesKeeper
from ml_connector.cloud.preview import Previewed
from ml_connector.cloud.preview_forms import as_text
from ml_connector.cloud.preview_records import Only, asked_for, rules_of
from ml_connector.codec import digest
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, NeedsPerson
from ml_connector.posting.company import Account
from ml_connector.posting.plan import Held, Plan, Planned, Skipped, Waiting, plan_hash
from ml_connector.posting.show_rows import added, books_of, rows_of
from ml_connector.records import tables
from ml_connector.sync.passage import State
from ml_connector.sync.protocol import CatalogueIs
from ml_connector.sync.record import Record
from tests.specs.cloud_place import Cloud
from tests.specs.preview_place import a_shop_that_was_read, accept, decide_all
from tests.specs.retail_company import company

pytestmark = pytest.mark.slow

YEARS = (date(2020, 1, 1), date(2030, 1, 1))


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_shop_that_was_read(tmp_path) as made:
        accept(made)
        yield made


def preview(
    cloud: Cloud, number: str = "", only: Only = "order", days: tuple[date, date] | None = None
) -> list[Previewed]:
    first, last = days or (None, None)
    return list(asked_for(cloud.ledger, rules_of(cloud.ledger), number, only, first, last))


def plan_of(made: Previewed) -> Plan:
    assert isinstance(made.decision, Planned), made.decision
    return made.decision.plan


def stored(cloud: Cloud) -> list[tuple[object, ...]]:
    """Every row of every table."""
    with cloud.ledger.engine.begin() as connection:
        return [
            tuple(row) for table in tables.metadata.sorted_tables for row in connection.execute(select(table))
        ]


def prove(cloud: Cloud, *states: State) -> None:
    """As if the agent had posted everything that is in one of these states."""
    with cloud.ledger.begin() as tx:
        for record in tx.records(states=states):
            tx.connection.execute(
                tables.records.update()
                .where(tables.records.c.kind == record.key.kind.value)
                .where(tables.records.c.entity == record.key.entity)
                .values(state=State.PROVED.value)
            )
        tx.mark_due()


def in_earnest(cloud: Cloud) -> dict[str, Record]:
    """Everything decided and proved as it goes: customers, then invoices, then what waited for them."""
    for _ in range(4):
        decide_all(cloud)
        prove(cloud, State.PLANNED)
    with cloud.ledger.begin() as tx:
        return {str(record.key): record for record in tx.records() if record.key.kind is not Kind.CUSTOMER}


def agree(cloud: Cloud) -> int:
    """Preview and earnest say the same of every document, to the last byte of each plan; gives the plans."""
    previewed = {str(made.record.key): made for made in preview(cloud, days=YEARS)}
    assert all(made.record.state is State.NOTICED for made in previewed.values())
    records = in_earnest(cloud)
    assert set(previewed) == set(records)
    for key, record in records.items():
        decision = previewed[key].decision
        if record.plan is not None:
            assert plan_hash(plan_of(previewed[key])) == record.plan_hash, key
        elif isinstance(decision, Held):
            assert record.findings == decision.findings
        else:
            assert not isinstance(decision, Planned), key
            assert record.code is decision.code
    return sum(record.plan is not None for record in records.values())


def test_what_is_previewed_is_what_is_planned_in_earnest(cloud: Cloud) -> None:
    """Documents that wait today for accounts and invoices too."""
    assert agree(cloud) == 7


def test_the_whole_recorded_shop_is_previewed_as_it_is_planned_in_earnest(tmp_path: Path) -> None:
    with a_shop_that_was_read(tmp_path, orders=range(1, 400)) as cloud:
        accept(cloud)
        assert agree(cloud) > 150


def test_nothing_is_written(cloud: Cloud) -> None:
    before = stored(cloud)
    assert preview(cloud, days=YEARS)
    assert preview(cloud, "000000005")
    assert stored(cloud) == before


def test_a_new_shopper_is_shown_with_the_account_that_would_be_made(cloud: Cloud) -> None:
    (made,) = preview(cloud, "000000002")
    assert isinstance(made.customer, Planned)
    assert made.customer.plan.account_ref == plan_of(made).account_ref == "GUEST001"
    (said,) = made.as_if
    assert said.startswith("As if account GUEST001 had been made for the shopper: it is proposed")


def with_account(cloud: Cloud, account: Account) -> None:
    """Sage has this account, too."""
    catalogue = replace(company(), accounts=(account,))
    agent = Agent("agent-1", cloud.ledger)
    take_catalogue(agent, CatalogueIs(hash=digest(catalogue), catalogue=catalogue))


def test_an_account_with_the_shopper_s_e_mail_is_shown_as_found(cloud: Cloud) -> None:
    emails = ("guest001@example.com",)
    with_account(cloud, Account(ref="OLD001", name="Guest", emails=emails, currency="GBP"))
    (made,) = preview(cloud, "000000002")
    assert plan_of(made).account_ref == "OLD001"
    assert made.as_if == ("As if account OLD001 had been found in Sage as the shopper's.",)


def test_a_shopper_whom_a_person_has_to_tell_keeps_the_document_waiting(cloud: Cloud) -> None:
    same = Account(ref="OLD001", name="Guest Buyer", emails=(), currency="GBP", postcode="LS1 1AA")
    with_account(cloud, same)
    (made,) = preview(cloud, "000000002")
    assert isinstance(made.decision, Waiting)
    assert made.decision.code is Code.CUSTOMER_NOT_READY
    assert isinstance(made.customer, Held)
    assert made.customer.findings[0].code is Code.CUSTOMER_NEAR_MATCH
    assert "OLD001 may be this shopper's" in as_text(made)


def test_two_new_shoppers_are_shown_with_two_accounts(cloud: Cloud) -> None:
    made = [each for each in preview(cloud, days=YEARS) if isinstance(each.decision, Planned)]
    shoppers = {each.document.order.email: plan_of(each).account_ref for each in made if each.document}
    assert len(shoppers) > 2
    assert len(set(shoppers.values())) == len(shoppers)


def test_once_the_account_is_there_nothing_is_taken_as_if(cloud: Cloud) -> None:
    decide_all(cloud)
    with cloud.ledger.begin() as tx:
        for record in tx.records(states=(State.PLANNED,)):
            assert record.key.kind is Kind.CUSTOMER
    prove(cloud, State.PLANNED)
    (made,) = preview(cloud, "000000002")
    assert (made.as_if, made.customer) == ((), None)


def test_a_credit_memo_is_shown_as_if_its_invoices_stood_in_sage(cloud: Cloud) -> None:
    invoice, memo = preview(cloud, "000000005")
    assert "As if invoice 000000004 stood in Sage." in memo.as_if
    allocated = [row for row in rows_of(plan_of(memo)) if row.type == "allocation"]
    assert {row.to for row in allocated} == {plan_of(invoice).reference}


def test_of_a_held_order_the_credit_memo_is_held_too(cloud: Cloud) -> None:
    assert all(isinstance(each.decision, Held) for each in preview(cloud, "000000001"))


def test_a_row_that_the_tax_table_lacks_is_shown(cloud: Cloud) -> None:
    made = preview(cloud, "000000001")[0]
    assert isinstance(made.decision, Held)
    assert made.decision.findings[0].code is Code.VAT_MISSING
    assert [row.row.product_class for row in made.missing] == ["carriage"]


def test_what_stands_in_sage_is_shown_as_it_was_planned(cloud: Cloud) -> None:
    records = in_earnest(cloud)
    accept(cloud)
    (made,) = preview(cloud, "000000002")
    assert made.record.state is State.PROVED
    assert plan_of(made) == records[str(made.record.key)].plan


def test_a_plan_names_its_chart_s_version_and_each_row_the_rule_that_made_it(cloud: Cloud) -> None:
    accept(cloud)
    for made in preview(cloud, days=YEARS):
        if isinstance(made.decision, Planned):
            assert made.decision.plan.chart_version == 2
            assert all(row.rule for row in rows_of(made.decision.plan))


def test_the_books_change_by_what_the_documents_and_the_money_come_to(cloud: Cloud) -> None:
    (paid,) = preview(cloud, "000000002")
    books = books_of(plan_of(paid))
    assert (books.debtors, books.banks, books.vat) == (0, {"1200": 5022}, {"T1": 837})
    invoice, memo = (plan_of(each) for each in preview(cloud, "000000005"))
    assert (books_of(invoice).debtors, books_of(memo).debtors) == (1426, -732)
    assert added((books_of(invoice), books_of(memo))).vat == {"T1": 238 - 139}


# Which documents


def test_an_order_s_number_goes_before_a_document_s(cloud: Cloud) -> None:
    """Invoice 000000005 is another order's, and is not there."""
    assert [each.record.number for each in preview(cloud, "000000005")] == ["000000004", "000000028"]
    (invoice,) = preview(cloud, "000000004")
    assert (invoice.record.key.kind, invoice.record.number) == (Kind.INVOICE, "000000004")


def test_an_order_without_a_captured_invoice_is_found_too(tmp_path: Path) -> None:
    """Order 000000146 has an open invoice, order 000000147 a cancelled one."""
    with a_shop_that_was_read(tmp_path, orders=(2, 198, 199)) as open_ones:
        accept(open_ones)
        (open_one,), (cancelled,) = preview(open_ones, "000000146"), preview(open_ones, "000000147")
    assert isinstance(open_one.decision, Waiting)
    assert open_one.decision.code is Code.NOT_CAPTURED
    assert isinstance(cancelled.decision, Skipped)
    assert "Skipped: document-cancelled" in as_text(cancelled)


def test_a_document_may_be_asked_for_by_its_kind(cloud: Cloud) -> None:
    (memo,) = preview(cloud, "000000028", "credit-memo")
    assert memo.record.key.kind is Kind.CREDIT_MEMO
    with pytest.raises(NeedsPerson):
        preview(cloud, "000000028", "invoice")


def test_a_number_that_was_never_read_is_said(cloud: Cloud) -> None:
    with pytest.raises(NeedsPerson) as refused:
        preview(cloud, "000009999")
    finding = refused.value.finding
    assert (finding.code, "000009999" in finding.why) == (Code.DOCUMENT_UNKNOWN, True)


def test_days_are_those_of_the_shop(cloud: Cloud) -> None:
    """Order 000000005 was invoiced on the day on which summer time ended."""
    day = date(2026, 10, 25)
    assert [each.record.number for each in preview(cloud, days=(day, day))] == ["000000004"]
    assert preview(cloud, days=(date(2026, 10, 26), date(2026, 10, 29))) == []


def test_neither_a_number_nor_days_or_both_is_refused(cloud: Cloud) -> None:
    rules = rules_of(cloud.ledger)
    for number, first in (("", None), ("000000005", YEARS[0])):
        with pytest.raises(NeedsPerson, match="of one number, or of days"):
            asked_for(cloud.ledger, rules, number, "order", first, None)


def test_without_a_chart_it_is_said_what_to_wait_for(tmp_path: Path) -> None:
    with a_shop_that_was_read(tmp_path, orders=(2,)) as bare:
        assert RulesKeeper(bare.ledger)().chart_version == 0
        with pytest.raises(NeedsPerson, match="No chart is accepted"):
            rules_of(bare.ledger)
