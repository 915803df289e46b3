"""Which account a shopper gets, and what of a name survives in Sage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.sales import Address
from ml_connector.errors import NeedsPerson
from ml_connector.posting.company import Account
from ml_connector.posting.customers import (
    Shopper,
    decide_customer,
    free_reference,
    normalised_email,
    shopper_of,
)
from ml_connector.posting.fitting import account_name, address_lines, ascii_letters, fit, plain
from ml_connector.posting.plan import Decision, EnsureCustomer
from tests.specs.posting_company import CATALOGUE, CHART, EMAIL
from tests.specs.posting_examples import ADDRESS, codes, planned, row, sale

ANN = shopper_of(sale(row()), CHART)
KNOWN = CATALOGUE.accounts[0]


def decided(shopper: Shopper = ANN, *accounts: Account, taken: frozenset[str] = frozenset()) -> Decision:
    return decide_customer(
        shopper,
        connection_id="shop",
        catalogue=replace(CATALOGUE, accounts=accounts),
        taken_refs=taken,
        chart=CHART,
        chart_version=4,
        date=date(2026, 4, 6),
    )


def effect_of(decision: Decision) -> EnsureCustomer:
    effect = planned(decision).effects[0]
    assert isinstance(effect, EnsureCustomer)
    return effect


def living_at(**changes: object) -> Address:
    return replace(ADDRESS, **changes)


class TestShoppers:
    def test_a_shopper_is_known_by_email_and_currency(self) -> None:
        assert ANN.entity == "ann@example.co.uk|GBP"

    def test_spellings_of_one_email_are_one_shopper(self) -> None:
        assert normalised_email(" Ann@Example.co.uk ") == EMAIL
        assert normalised_email("mu\u0308ller@example.de") == normalised_email("MÜLLER@example.de")

    def test_the_billing_address_or_else_the_order_gives_the_vat_number(self) -> None:
        document = sale(row())
        numbered = replace(document, order=replace(document.order, vat_number="GB123456789"))
        own = replace(numbered, bill_to=living_at(vat_number="GB999"))
        assert shopper_of(numbered, CHART).vat_number == "GB123456789"
        assert shopper_of(own, CHART).vat_number == "GB999"

    def test_without_an_email_there_is_no_shopper(self) -> None:
        document = sale(row())
        with pytest.raises(NeedsPerson, match="customer-without-email"):
            shopper_of(replace(document, order=replace(document.order, email="")), CHART)

    def test_a_profile_survives_being_written_down(self) -> None:
        assert from_json(Shopper, loads(canonical(ANN))) == ANN


class TestMatching:
    def test_the_account_with_the_email_is_taken_as_it_is(self) -> None:
        effect = effect_of(decided(ANN, KNOWN))
        assert (effect.account_ref, effect.create) == ("PENRO001", False)

    def test_case_makes_no_other_customer(self) -> None:
        assert not effect_of(decided(ANN, replace(KNOWN, emails=("ANN@Example.CO.UK",)))).create

    def test_any_of_an_accounts_addresses_matches(self) -> None:
        assert not effect_of(decided(ANN, replace(KNOWN, emails=("office@example.co.uk", EMAIL)))).create

    def test_two_accounts_with_the_email_are_held(self) -> None:
        assert codes(decided(ANN, KNOWN, replace(KNOWN, ref="PENRO002"))) == ["customer-ambiguous"]

    def test_an_inactive_namesake_does_not_disturb(self) -> None:
        effect = effect_of(decided(ANN, replace(KNOWN, ref="PENRO000", inactive=True), KNOWN))
        assert effect.account_ref == "PENRO001"

    def test_an_account_in_another_currency_does_not_disturb_beside_the_right_one(self) -> None:
        assert effect_of(decided(ANN, replace(KNOWN, ref="EUR1", currency="EUR"), KNOWN)).account_ref == (
            "PENRO001"
        )

    @pytest.mark.parametrize(
        ("account", "code"),
        [
            (replace(KNOWN, on_hold=True), "customer-on-hold"),
            (replace(KNOWN, inactive=True), "customer-inactive"),
            (replace(KNOWN, currency="EUR"), "customer-other-currency"),
        ],
    )
    def test_an_account_that_cannot_be_used_is_held(self, account: Account, code: str) -> None:
        assert codes(decided(ANN, account)) == [code]


class TestCreation:
    def test_a_new_account_has_everything_the_order_knows(self) -> None:
        effect = effect_of(decided())
        fields = effect.fields
        assert (effect.account_ref, effect.create) == ("ANNPE001", True)
        assert fields.address == ("12 Quay Street", "", "Zennor", "Cornwall", "TR26 3DA")
        assert (fields.name, fields.contact, fields.email) == ("Ann Penrose", "Ann Penrose", EMAIL)
        assert (fields.country, fields.currency, fields.nominal, fields.tax_code) == ("GB", "GBP", "4000", 1)

    def test_a_company_gives_the_account_its_name_and_the_person_is_its_contact(self) -> None:
        firm = replace(ANN, address=living_at(company="Wool & Mills Ltd", vat_number="gb 123 4567 89"))
        effect = effect_of(decided(replace(firm, vat_number="gb 123 4567 89")))
        assert (effect.account_ref, effect.fields.name, effect.fields.contact) == (
            "WOOLM001",
            "Wool & Mills Ltd",
            "Ann Penrose",
        )
        assert effect.fields.vat_number == "GB123456789"

    def test_an_email_that_sage_cannot_hold_is_left_out_and_never_bent(self) -> None:
        assert effect_of(decided(replace(ANN, email="müller@example.de"))).fields.email == "müller@example.de"
        assert effect_of(decided(replace(ANN, email="żółw@example.pl"))).fields.email == ""

    def test_a_reference_that_somebody_has_is_not_given_again(self) -> None:
        other = replace(KNOWN, ref="ANNPE001", emails=("someone@example.com",))
        assert effect_of(decided(ANN, other)).account_ref == "ANNPE002"
        assert effect_of(decided(taken=frozenset({"ANNPE001", "ANNPE002"}))).account_ref == "ANNPE003"

    def test_a_full_shelf_takes_a_letter_for_a_digit(self) -> None:
        taken = frozenset(f"ANNPE{n:03}" for n in range(1, 1000))
        assert free_reference(ANN, taken) == "ANNP1000"

    @pytest.mark.parametrize(
        ("name", "email", "ref"),
        [
            ("Björk Guðmundsdóttir", "b@example.is", "BJORK001"),
            ("张伟", "zhang.wei@example.com", "ZHANG001"),
            ("张伟", "123@example.com", "CUST001"),
            ("O’Neill", "o@example.ie", "ONEIL001"),
            ("Łukasz", "l@example.pl", "LUKAS001"),
            ("Wu", "wu@example.com", "WU001"),
        ],
    )
    def test_a_reference_has_plain_letters_and_digits_only(self, name: str, email: str, ref: str) -> None:
        assert free_reference(replace(ANN, email=email, address=living_at(name=name)), frozenset()) == ref


class TestFitting:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("Größe – “Éire” €5", "Größe – “Éire” €5"),
            ("Łódź, Šibenik", "Lódz, Šibenik"),
            ("ﬁne ½ ①", "fine ½ 1"),
            ("张伟", ""),
            ("Mug 🫖 blue", "Mug blue"),
            ("two\nlines\tand\x07 bells", "two lines and bells"),
            ("  spaced   out ", "spaced out"),
        ],
    )
    def test_what_windows_1252_has_is_kept_and_the_rest_made_plain(self, typed: str, kept: str) -> None:
        assert plain(typed) == kept
        plain(typed).encode("cp1252")

    def test_text_is_cut_at_its_length_and_not_left_with_a_space(self) -> None:
        assert fit("twelve chars and more", 13) == "twelve chars"

    def test_letters_for_a_reference_are_a_to_z(self) -> None:
        assert ascii_letters("Crème & Brûlée 24 ß") == "CREMEBRULEESS"

    def test_two_street_lines_that_fit_stay_as_typed(self) -> None:
        lines = address_lines(living_at(street=("Flat 2", "9 High Street")))
        assert lines[:2] == ("Flat 2", "9 High Street")

    def test_more_are_run_together_and_split_at_words(self) -> None:
        street = ("The Old Chandlery Building", "Unit 14 Third Floor", "North Quay Enterprise Park")
        assert address_lines(living_at(street=street))[:2] == (
            "The Old Chandlery Building, Unit 14 Third Floor, North Quay",
            "Enterprise Park",
        )

    def test_a_word_longer_than_a_line_is_cut(self) -> None:
        first, second = address_lines(living_at(street=("x" * 70,)))[:2]
        assert (len(first), len(second)) == (60, 10)

    def test_town_county_and_postcode_have_their_own_lines(self) -> None:
        lines = address_lines(living_at(town="T" * 80, county="", postcode="tr26 3da"))
        assert lines[2:] == ("T" * 60, "", "TR26 3DA")

    def test_an_address_without_a_street_has_empty_lines(self) -> None:
        assert address_lines(living_at(street=()))[:2] == ("", "")

    def test_the_company_is_the_accounts_name_unless_nothing_of_it_survives(self) -> None:
        assert account_name(living_at(company="茶 茶")) == "Ann Penrose"
