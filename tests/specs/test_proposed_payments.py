"""What is proposed for money: a bank where captures are, a clearing account where Sage has one so named."""

from __future__ import annotations

from dataclasses import replace

from ml_connector.documents.tender import Tender
from ml_connector.posting.chart import check
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.company import Catalogue, Nominal
from ml_connector.posting.proposal import accept, propose
from ml_connector.posting.proposed_payments import Asked, asked_of_money
from tests.specs.posting_company import CATALOGUE
from tests.specs.shop_payloads import FACTS


def with_banks(*names: str) -> Catalogue:
    """The company with these banks beside its current account."""
    banks = (Nominal(code=f"125{n}", name=name, bank=True) for n, name in enumerate(names))
    return replace(CATALOGUE, nominals=(*CATALOGUE.nominals, *banks))


def asked(catalogue: Catalogue, **methods: bool) -> dict[str, Asked]:
    return {about: (about, asks, answer) for about, asks, answer in asked_of_money(catalogue, methods)}


def test_a_bank_that_bears_a_tenders_name_is_proposed_as_its_clearing_account() -> None:
    company = with_banks("Gift Card and Store Credit Clearing")
    chart = accept(propose(FACTS, company, {}), "ann", "agreed", "complete")
    assert [(row.tender, row.clearing) for row in chart.tender.rows] == [
        (Tender.GIFT_CARD, "1250"),
        (Tender.STORE_CREDIT, "1250"),
    ]
    assert {row.accepted for row in chart.tender.rows} == {Acceptance(by="ann", note="agreed")}
    assert check(chart, company) == ()


def test_a_tender_without_one_is_said_to_be_held() -> None:
    found = asked(with_banks("Gift Card Clearing"))
    assert found["payment by gift card"][2] is not None
    about = "payment by store credit, reward points"
    assert "are held until the chart names a clearing account" in found[about][1]
    assert found[about][2] is None


def test_a_nominal_of_that_name_that_is_no_bank_is_not_proposed() -> None:
    company = replace(CATALOGUE, nominals=(*CATALOGUE.nominals, Nominal(code="2110", name="Gift card sales")))
    assert accept(propose(FACTS, company, {}), "ann", "", "complete").tender.rows == ()


def test_a_bank_in_another_currency_is_no_clearing_account() -> None:
    euros = Nominal(code="1260", name="Gift card clearing EUR", bank=True, currency="EUR")
    company = replace(CATALOGUE, nominals=(*CATALOGUE.nominals, euros))
    assert accept(propose(FACTS, company, {}), "ann", "", "complete").tender.rows == ()


def test_what_gift_cards_are_is_asked_and_never_answered_for_a_person() -> None:
    assert asked(CATALOGUE)["gift cards that are sold"][2] is None
    assert accept(propose(FACTS, CATALOGUE, {}), "ann", "", "complete").gift_cards is None


def test_that_invoices_without_a_capture_are_paid_is_never_proposed() -> None:
    assert asked(CATALOGUE, checkmo=False)["payment method checkmo"][2] is None
    chart = accept(propose(FACTS, CATALOGUE, {"card": True}), "ann", "", "complete")
    assert {row.invoices.value for row in chart.payments.banks} == {"transaction"}
