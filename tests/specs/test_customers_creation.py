"""A new account: what it is called, what stands on it, and what does not fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.posting.choices.customers import (
    CustomerChoices,
    LettersOf,
    ReferenceMask,
    customer_findings,
)
from ml_connector.posting.customers.fields import vat_number
from ml_connector.posting.customers.reference import free_reference
from tests.specs.customer_examples import ANN, KNOWN, decided, effect_of, living_at, shopper
from tests.specs.posting_company import CATALOGUE, EMAIL


class TestReferences:
    def test_a_reference_that_somebody_has_is_not_given_again(self) -> None:
        other = replace(KNOWN, ref="annpe001", emails=("someone@example.com",))
        assert effect_of(decided(ANN, other)).account_ref == "ANNPE002"
        assert effect_of(decided(taken=frozenset({"ANNPE001", "ANNPE002"}))).account_ref == "ANNPE003"

    def test_a_full_shelf_takes_a_letter_for_a_digit(self) -> None:
        taken = frozenset(f"ANNPE{n:03}" for n in range(1, 1000))
        assert free_reference(ANN, taken) == "ANNP1000"

    def test_what_sage_refused_is_passed_over_and_never_proposed_again(self) -> None:
        """The reading of the accounts may be old: each refusal goes on from where the last one was."""
        refs = [""]
        for _ in range(4):
            refs.append(effect_of(decided(taken=frozenset(refs[-1:]), refused=refs[-1])).account_ref)
        assert refs[1:] == ["ANNPE001", "ANNPE002", "ANNPE003", "ANNPE004"]

    def test_going_on_also_works_where_letters_gave_way_to_digits(self) -> None:
        assert free_reference(ANN, frozenset(), refused="ANNP1000") == "ANNP1001"

    @pytest.mark.parametrize("letters_of", LettersOf)
    @pytest.mark.parametrize("prefix", ["", "W2"])
    def test_going_on_works_with_every_mask(self, letters_of: LettersOf, prefix: str) -> None:
        """Letters of a postcode end in digits, too, and a prefix may."""
        mask = ReferenceMask(prefix=prefix, letters_of=letters_of, letters=4, digits=2)
        refs = [free_reference(ANN, frozenset(), mask)]
        for _ in range(3):
            refs.append(free_reference(ANN, frozenset(refs[-1:]), mask, refs[-1]))
        assert [ref[-2:] for ref in refs] == ["01", "02", "03", "04"]

    def test_a_refused_reference_of_another_mask_or_name_begins_anew(self) -> None:
        assert free_reference(ANN, frozenset(), refused="PENRO001") == "ANNPE001"

    @pytest.mark.parametrize(
        ("name", "email", "ref"),
        [
            ("Björk Guðmundsdóttir", "b@example.is", "BJORK001"),
            ("Guðrún Æsa", "g@example.is", "GUDRU001"),
            ("张伟", "zhang.wei@example.com", "ZHANG001"),
            ("张伟", "123@example.com", "CUST001"),
            ("O’Neill", "o@example.ie", "ONEIL001"),
            ("Łukasz", "l@example.pl", "LUKAS001"),
            ("Ольга Щукина", "o@example.ua", "OLGAS001"),
            ("Γιώργος", "g@example.gr", "GIORG001"),
            ("Wu", "wu@example.com", "WU001"),
        ],
    )
    def test_a_reference_has_plain_letters_and_digits_only(self, name: str, email: str, ref: str) -> None:
        assert free_reference(replace(shopper(name=name), email=email), frozenset()) == ref

    @pytest.mark.parametrize(
        ("mask", "ref"),
        [
            (ReferenceMask(prefix="W", letters=4, digits=3), "WANNP001"),
            (ReferenceMask(prefix="WEB", letters=0, digits=5), "WEB00001"),
            (ReferenceMask(letters_of=LettersOf.SURNAME, letters=6, digits=2), "PENROS01"),
            (ReferenceMask(letters_of=LettersOf.POSTCODE, letters=6, digits=2), "TR263D01"),
            (ReferenceMask(letters=7, digits=1), "ANNPENR1"),
        ],
    )
    def test_the_chart_says_how_it_is_made_up(self, mask: ReferenceMask, ref: str) -> None:
        assert not list(customer_findings(CustomerChoices(mask=mask), CATALOGUE))
        assert free_reference(shopper(surname="Penrose"), frozenset(), mask) == ref

    def test_a_company_gives_its_name_where_a_surname_is_wanted(self) -> None:
        firm = shopper(company="Wool & Mills Ltd", surname="Penrose")
        assert free_reference(firm, frozenset(), ReferenceMask(letters_of=LettersOf.SURNAME)) == "WOOLM001"

    @pytest.mark.parametrize(
        "mask",
        [
            ReferenceMask(letters=6),
            ReferenceMask(letters=5, digits=0),
            ReferenceMask(prefix="web", letters=2),
            ReferenceMask(prefix="W-", letters=2),
            ReferenceMask(prefix="É", letters=2),
        ],
    )
    def test_a_mask_that_makes_no_sage_reference_is_refused_with_the_chart(self, mask: ReferenceMask) -> None:
        found = list(customer_findings(CustomerChoices(mask=mask), CATALOGUE))
        assert [finding.code for finding in found] == ["chart-invalid"]

    @given(
        st.text(max_size=12),
        st.sampled_from(LettersOf),
        st.integers(0, 5),
        st.integers(1, 3),
        st.integers(1, 12),
    )
    def test_references_are_sage_s_and_never_repeat(
        self, name: str, letters_of: LettersOf, letters: int, digits: int, count: int
    ) -> None:
        mask = ReferenceMask(letters_of=letters_of, letters=letters, digits=digits)
        given_out: set[str] = set()
        for _ in range(count):
            ref = free_reference(shopper(name=name, surname=name), frozenset(given_out), mask)
            assert ref not in given_out
            assert ref.isascii()
            assert ref.isalnum()
            assert ref == ref.upper()
            assert len(ref) <= 8
            given_out.add(ref)


class TestFields:
    def test_a_new_account_has_everything_the_order_knows(self) -> None:
        effect = effect_of(decided())
        fields = effect.fields
        assert (effect.account_ref, effect.create) == ("ANNPE001", True)
        assert fields.address == ("12 Quay Street", "", "Zennor", "Cornwall", "TR26 3DA")
        assert (fields.name, fields.contact, fields.email) == ("Ann Penrose", "Ann Penrose", EMAIL)
        assert (fields.country, fields.currency, fields.nominal, fields.tax_code) == ("GB", "GBP", "4000", 1)
        assert fields.left_out == ()

    def test_a_company_gives_the_account_its_name_and_the_person_is_its_contact(self) -> None:
        firm = replace(shopper(company="Wool & Mills Ltd"), vat_number="gb 123 4567 89")
        effect = effect_of(decided(firm))
        assert (effect.account_ref, effect.fields.name, effect.fields.contact) == (
            "WOOLM001",
            "Wool & Mills Ltd",
            "Ann Penrose",
        )
        assert effect.fields.vat_number == "GB123456789"

    def test_an_email_that_sage_cannot_hold_is_left_out_and_never_bent(self) -> None:
        umlaut = effect_of(decided(replace(ANN, email="müller@example.de"))).fields
        assert (umlaut.email, umlaut.left_out) == ("müller@example.de", ())
        polish = effect_of(decided(replace(ANN, email="żółw@example.pl"))).fields
        assert (polish.email, polish.left_out) == ("", ("żółw@example.pl",))

    def test_what_does_not_fit_is_told_in_full(self) -> None:
        name, number = "Aurelia-Philippa " + "Featherstonehaugh", "DE" + "9" * 30
        fields = effect_of(
            decided(replace(shopper(name=name, telephone="0" * 40, country="DE"), vat_number=number))
        ).fields
        assert (fields.contact, fields.telephone, fields.vat_number) == (name[:30], "0" * 30, "")
        assert fields.left_out == (name, "0" * 40, number)

    @pytest.mark.parametrize(
        ("typed", "country", "postcode", "on_the_account"),
        [
            ("123 4567 89", "GB", "TR26 3DA", "GB123456789"),
            ("gb-123.4567.89", "GB", "TR26 3DA", "GB123456789"),
            ("123456789", "GB", "BT1 5GS", "GB123456789"),
            ("XI123456789", "GB", "BT1 5GS", "XI123456789"),
            ("123456789", "IM", "IM1 1AA", "GB123456789"),
            ("1234567T", "IE", "D02 X285", "IE1234567T"),
            ("IE1234567T", "IE", "D02 X285", "IE1234567T"),
            ("GR123456789", "GR", "104 31", "EL123456789"),
            ("123456789", "GR", "104 31", "EL123456789"),
            ("EL123456789", "GR", "104 31", "EL123456789"),
            ("ATU12345678", "AT", "1010", "ATU12345678"),
            ("U12345678", "AT", "1010", "ATU12345678"),
            ("CHE-123.456.789", "CH", "8001", "CHE123456789"),
            ("12-3456789", "US", "10001", "123456789"),
            ("DE123456789", "GB", "TR26 3DA", "DE123456789"),
            ("", "GB", "TR26 3DA", ""),
        ],
    )
    def test_a_vat_number_stands_under_its_prefix(
        self, typed: str, country: str, postcode: str, on_the_account: str
    ) -> None:
        assert vat_number(typed, living_at(country=country, postcode=postcode)) == on_the_account
