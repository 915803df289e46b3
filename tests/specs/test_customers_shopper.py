"""Who bought: one name that lasts for each person and each company, whatever they type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import NeedsPerson
from ml_connector.posting.choices.customers import CustomerChoices, Websites
from ml_connector.posting.customers.shopper import Shopper, known_shopper, normalised_email, shopper_of
from tests.specs.customer_examples import ANN, chart_with, living_at
from tests.specs.posting_company import CHART, EMAIL
from tests.specs.posting_examples import row, sale


def ordered(**changes: object) -> SalesDocument:
    document = sale(row())
    return replace(document, order=replace(document.order, **changes))


def test_a_shopper_is_known_by_email_and_currency() -> None:
    assert ANN.entity == "ann@example.co.uk|GBP"
    assert ANN.also == ""


def test_spellings_of_one_email_are_one_shopper() -> None:
    assert normalised_email(" Ann@Example.co.uk ") == EMAIL
    assert normalised_email("mu\u0308ller@example.de") == normalised_email("MÜLLER@example.de")
    assert normalised_email("ａｎｎ＠example.co.uk") == EMAIL


def test_a_plus_address_is_the_same_one_only_where_the_chart_says_so() -> None:
    tagged = ordered(email="Ann+Shop@example.co.uk")
    plus = chart_with(CustomerChoices(plus_addresses=True))
    assert shopper_of(tagged, CHART).entity == "ann+shop@example.co.uk|GBP"
    assert shopper_of(tagged, plus).entity == ANN.entity
    assert shopper_of(tagged, plus).email == "ann+shop@example.co.uk"


def test_websites_are_one_customer_unless_the_chart_keeps_them_apart() -> None:
    elsewhere = replace(sale(row()), website="2")
    apart = chart_with(CustomerChoices(websites=Websites.APART))
    assert shopper_of(elsewhere, CHART).entity == ANN.entity
    assert shopper_of(elsewhere, apart).entity != shopper_of(sale(row()), apart).entity


def test_a_company_is_one_shopper_whoever_buys_for_it() -> None:
    """The shop's company accounts have an id; its buyers are contacts."""
    bought = ordered(company_id="7", company_name="Wool & Mills Ltd", customer_id="42")
    other = ordered(company_id="7", company_name="Wool & Mills Ltd", email="ben@example.co.uk")
    assert shopper_of(bought, CHART).entity == shopper_of(other, CHART).entity == "company 7|GBP"
    assert shopper_of(bought, CHART).also == ""
    assert shopper_of(bought, CHART).address.company == "Wool & Mills Ltd"


def test_who_changes_the_email_in_the_shop_is_the_same_customer() -> None:
    before = shopper_of(ordered(customer_id="42"), CHART)
    after = shopper_of(ordered(customer_id="42", email="ann@new.example"), CHART)
    assert after.entity != before.entity
    known = {before.also: before.entity}
    assert known_shopper(after, known).entity == before.entity
    assert known_shopper(after, known).email == "ann@new.example"


def test_a_guest_or_a_deleted_registration_is_known_by_the_email_alone() -> None:
    guest = shopper_of(ordered(), CHART)
    assert known_shopper(guest, {"": "somebody else"}) == guest


def test_the_billing_address_or_else_the_order_gives_the_vat_number() -> None:
    document = ordered(vat_number="GB123456789")
    own = replace(document, bill_to=living_at(vat_number="GB999"))
    assert shopper_of(document, CHART).vat_number == "GB123456789"
    assert shopper_of(own, CHART).vat_number == "GB999"


def test_without_an_email_there_is_no_shopper() -> None:
    with pytest.raises(NeedsPerson, match="customer-without-email"):
        shopper_of(ordered(email=" "), CHART)


def test_a_profile_survives_being_written_down() -> None:
    bought = shopper_of(ordered(company_id="7", company_name="Wool", customer_id="42"), CHART)
    assert from_json(Shopper, loads(canonical(bought))) == bought
