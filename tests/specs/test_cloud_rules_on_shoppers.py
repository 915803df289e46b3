"""Reader and rules joined, as far as shoppers go: from the shop's payload to the plan of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from ml_connector.adobe.reader import read_bundle
from ml_connector.cloud.deciding import Rules
from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code
from ml_connector.posting.choices.customers import CustomerChoices, UpdatePolicy, WebSalesRow
from ml_connector.posting.company import Account
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.customers.shopper import Shopper
from ml_connector.posting.plan import Decision, Plan, Planned, Skipped, UpdateCustomer, Waiting, plan_hash
from ml_connector.sync.material import Considered, CustomerMaterial, Material
from ml_connector.sync.passage import State
from ml_connector.sync.record import Record
from tests.specs.customer_examples import ANN, AT_HOME, KNOWN, chart_with, effect_of
from tests.specs.posting_company import CATALOGUE, YES
from tests.specs.posting_examples import codes, planned
from tests.specs.shop_payloads import ADDRESS, FACTS, Json, bundle, document, order

AT = datetime(2026, 4, 6, 2, 2, 59, tzinfo=UTC)
KEY = Key("shop", Kind.CUSTOMER, ANN.entity)
CLASSED = {"id": 1, "custom_attributes": [{"attribute_code": "tax_class_id", "value": "4"}]}
PROFILE = canonical(ANN).decode()


def rules(*accounts: Account, customers: CustomerChoices | None = None) -> Rules:
    choices = customers or CustomerChoices()
    catalogue = replace(CATALOGUE, accounts=accounts)
    return Rules(
        connection_id="shop",
        tag="K7",
        chart_version=4,
        chart=chart_with(choices),
        facts=FACTS,
        catalogue=catalogue,
        index=index_of(catalogue, choices),
    )


def considered(
    decider: Rules,
    of: Json,
    accounts: Mapping[str, str] | None = None,
    known_as: Mapping[str, str] | None = None,
) -> Considered:
    whole = bundle(document(), of, products=(CLASSED,))
    return decider.document(
        Material(
            key=Key("shop", Kind.INVOICE, "7"),
            document=whole.document,
            order=whole.order,
            invoices=whole.invoices,
            memos=(),
            transactions=(),
            products=whole.products,
            siblings=(),
            accounts=accounts or {},
            known_as=known_as or {},
        )
    )


def of_shopper(decider: Rules, **changes: object) -> Decision:
    usual = CustomerMaterial(key=KEY, profile=PROFILE, taken=frozenset(), made_at=AT)
    return decider.customer(replace(usual, **changes))


def proved(plan: Plan, entity: str = ANN.entity, **sage: Mapping[str, str]) -> Record:
    return Record(
        key=Key("shop", Kind.CUSTOMER, entity),
        document_at=AT,
        since=AT,
        state=State.PROVED,
        plan=plan,
        plan_hash=plan_hash(plan),
        account_ref=plan.account_ref,
        sage=sage,
    )


class TestReading:
    def test_a_registered_customer_has_the_shops_number_and_a_surname(self) -> None:
        read = read_bundle(bundle(document(), order(customer_id=42)), FACTS)
        assert (read.order.customer_id, read.bill_to.surname) == ("42", "Penrose")

    @pytest.mark.parametrize("gone", [{}, {"customer_id": None}, {"customer_id": 0}])
    def test_a_guest_and_a_deleted_registration_have_none(self, gone: dict[str, object]) -> None:
        assert read_bundle(bundle(document(), order(**gone)), FACTS).order.customer_id == ""

    def test_a_company_account_is_read_from_the_order(self) -> None:
        extension = cast(dict[str, object], order()["extension_attributes"])
        attributes = {"company_order_attributes": {"company_id": 7, "company_name": " Wool & Mills Ltd "}}
        read = read_bundle(bundle(document(), order(extension_attributes=extension | attributes)), FACTS)
        assert (read.order.company_id, read.order.company_name) == ("7", "Wool & Mills Ltd")


class TestDocuments:
    def test_one_that_waits_names_its_shopper_in_full(self) -> None:
        made = considered(rules(), order(customer_id=42))
        assert isinstance(made.decision, Waiting)
        assert (made.shopper, made.also) == (ANN.entity, "customer 42|GBP")
        assert from_json(Shopper, loads(made.profile)).address.street == ("12 Quay Street",)

    def test_one_that_is_planned_does_too_so_that_names_and_changes_are_seen(self) -> None:
        made = considered(rules(KNOWN), order(customer_id=42), {ANN.entity: "PENRO001"})
        assert isinstance(made.decision, Planned)
        assert (made.shopper, made.follows) == (ANN.entity, False)

    def test_a_shopper_is_found_by_another_name(self) -> None:
        of = order(customer_id=42, customer_email="ann@new.example")
        made = considered(rules(), of, {ANN.entity: "PENRO001"}, {"customer 42|GBP": ANN.entity})
        assert planned(made.decision).account_ref == "PENRO001"
        assert made.shopper == ANN.entity

    def test_web_sales_have_no_shopper(self) -> None:
        shared = CustomerChoices(web_sales=(WebSalesRow(account_ref="PENRO001", accepted=YES),))
        made = considered(rules(KNOWN, customers=shared), order())
        assert planned(made.decision).account_ref == "PENRO001"
        assert (made.shopper, made.profile, made.also) == ("", "", "")

    def test_the_chart_says_whether_accounts_follow(self) -> None:
        choices = CustomerChoices(update=UpdatePolicy.FOLLOW)
        assert considered(rules(customers=choices), order()).follows

    def test_the_address_of_the_bill_is_the_accounts(self) -> None:
        moved = {**ADDRESS, "street": ["9 Mill Lane"]}
        made = considered(rules(), order(billing_address=moved))
        assert from_json(Shopper, loads(made.profile)).address.street == ("9 Mill Lane",)


class TestShoppers:
    def test_an_answer_decides(self) -> None:
        decider = rules(AT_HOME)
        assert codes(of_shopper(decider)) == ["customer-near-match"]
        assert effect_of(of_shopper(decider, answer="PENRO001")).by_reference
        assert effect_of(of_shopper(decider, answer="")).create

    def test_a_refused_reference_is_passed_over(self) -> None:
        assert effect_of(of_shopper(rules(), refused="ANNPE001")).account_ref == "ANNPE002"


class TestChanges:
    made = planned(of_shopper(rules()))
    account = replace(AT_HOME, ref="ANNPE001", emails=(ANN.email,), telephone="01736 496 000")
    told = canonical(replace(ANN, address=replace(ANN.address, telephone="0113 496 0001"))).decode()
    follow = CustomerChoices(update=UpdatePolicy.FOLLOW)

    def decided(self, *history: Record, account: Account | None = None) -> Decision:
        key = Key("shop", Kind.CUSTOMER, f"{ANN.entity}|update 7")
        decider = rules(account or self.account, customers=self.follow)
        return of_shopper(decider, key=key, profile=self.told, updates="ANNPE001", history=history)

    def changes(self, decision: Decision) -> list[tuple[str, str, str]]:
        (effect,) = planned(decision).effects
        assert isinstance(effect, UpdateCustomer)
        return [(each.field, each.was, each.becomes) for each in effect.changes]

    def test_what_we_wrote_at_creation_is_followed(self) -> None:
        decision = self.decided(proved(self.made))
        assert self.changes(decision) == [("telephone", "01736 496 000", "0113 496 0001")]
        assert planned(decision).key == f"shop/customer/{ANN.entity}|update 7"

    @pytest.mark.parametrize(
        "record",
        [
            replace(proved(made), state=State.SENT),
            replace(proved(made), account_ref="ANOTHER1"),
            replace(proved(made), plan=None),
        ],
        ids=["not proved", "another account", "no plan"],
    )
    def test_what_was_not_proved_on_this_account_is_not_ours(self, record: Record) -> None:
        decision = self.decided(record)
        assert isinstance(decision, Skipped)
        assert decision.code is Code.CUSTOMER_UP_TO_DATE
        assert self.decided() == decision

    def test_what_sage_said_was_kept_is_not_ours(self) -> None:
        first = planned(self.decided(proved(self.made)))
        typed = replace(self.account, telephone="0113 496 0001")
        later = f"{ANN.entity}|update 6"
        kept = proved(first, later, UPD={"account_ref": "ANNPE001", "kept": "telephone"})
        wrote = proved(first, later, UPD={"account_ref": "ANNPE001"})
        told = canonical(replace(ANN, address=replace(ANN.address, telephone="0113 496 0002"))).decode()
        decider = rules(typed, customers=self.follow)
        key = Key("shop", Kind.CUSTOMER, f"{ANN.entity}|update 7")
        for record, outcome in ((kept, False), (wrote, True)):
            decision = of_shopper(
                decider, key=key, profile=told, updates="ANNPE001", history=(proved(self.made), record)
            )
            assert isinstance(decision, Planned) is outcome
