"""Which account a shopper gets: answered, by e-mail, asked about, or a new one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ml_connector.errors import Code
from ml_connector.posting.choices.customers import CustomerChoices
from ml_connector.posting.company import Account
from ml_connector.posting.customers.near import evidence, near, similar, telephone_key, vat_key
from ml_connector.posting.plan import Held
from tests.specs.customer_examples import ANN, AT_HOME, KNOWN, decided, effect_of, shopper
from tests.specs.posting_examples import codes


class TestByEmail:
    def test_the_account_with_the_email_is_taken_as_it_is(self) -> None:
        effect = effect_of(decided(ANN, KNOWN))
        assert (effect.account_ref, effect.create, effect.by_reference) == ("PENRO001", False, False)

    def test_case_makes_no_other_customer(self) -> None:
        assert not effect_of(decided(ANN, replace(KNOWN, emails=("ANN@Example.CO.UK",)))).create

    def test_any_of_an_accounts_addresses_matches(self) -> None:
        assert not effect_of(decided(ANN, replace(KNOWN, emails=("office@example.co.uk", ANN.email)))).create

    def test_a_plus_address_matches_where_the_chart_says_so(self) -> None:
        plus = CustomerChoices(plus_addresses=True)
        tagged = replace(ANN, email="ann+shop@example.co.uk")
        assert effect_of(decided(tagged, KNOWN)).create
        assert not effect_of(decided(tagged, KNOWN, customers=plus)).create

    def test_two_accounts_with_the_email_are_held(self) -> None:
        assert codes(decided(ANN, KNOWN, replace(KNOWN, ref="PENRO002"))) == ["customer-ambiguous"]

    def test_an_inactive_namesake_does_not_disturb(self) -> None:
        effect = effect_of(decided(ANN, replace(KNOWN, ref="PENRO000", inactive=True), KNOWN))
        assert effect.account_ref == "PENRO001"

    def test_an_account_in_another_currency_does_not_disturb_beside_the_right_one(self) -> None:
        effect = effect_of(decided(ANN, replace(KNOWN, ref="EUR1", currency="EUR"), KNOWN))
        assert effect.account_ref == "PENRO001"

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

    def test_an_account_that_lost_the_email_since_is_not_sent_to_sage_again_and_again(self) -> None:
        """The agent refused it, and the last reading of the accounts still says otherwise."""
        assert codes(decided(ANN, KNOWN, refused="PENRO001")) == ["account-ref-taken"]


class TestNearMatches:
    def test_the_same_postcode_and_a_similar_name_ask(self) -> None:
        decision = decided(ANN, AT_HOME)
        assert codes(decision) == ["customer-near-match"]
        assert isinstance(decision, Held)
        (finding,) = decision.findings
        assert "PENRO001" in finding.what
        assert finding.why == (
            "Same postcode and name, postcode and telephone: the shop has Ann Penrose · ann@example.co.uk · "
            "TR26 3DA · 01736 496 000; A/C PENRO001 has Ann Penrose · ann@work.example · TR26 3DA · "
            "01736 496000."
        )

    def test_the_same_vat_number_asks_wherever_they_live(self) -> None:
        firm = replace(shopper(postcode="LS1 1AA"), vat_number="GB 123 4567 89")
        assert codes(decided(firm, replace(KNOWN, emails=(), vat_number="123456789"))) == [
            "customer-near-match"
        ]

    @pytest.mark.parametrize(
        "account",
        [
            replace(AT_HOME, postcode="TR26 3DB"),
            replace(AT_HOME, name="Ben Trevithick", contact="", telephone="01736 111 222"),
            replace(AT_HOME, inactive=True),
            replace(AT_HOME, currency="EUR"),
            replace(AT_HOME, name="", contact="", telephone="496"),
        ],
    )
    def test_a_neighbour_a_namesake_elsewhere_and_a_closed_account_do_not_ask(self, account: Account) -> None:
        assert effect_of(decided(ANN, account)).create

    def test_an_account_without_a_postcode_is_near_to_nobody(self) -> None:
        assert effect_of(decided(shopper(postcode=""), replace(AT_HOME, postcode=""))).create

    def test_an_account_on_hold_asks_too(self) -> None:
        """Who is on hold and orders under another e-mail is the one whom a bookkeeper wants to see."""
        assert codes(decided(ANN, replace(AT_HOME, on_hold=True))) == ["customer-near-match"]

    def test_the_account_with_the_email_goes_before_a_near_one(self) -> None:
        assert effect_of(decided(ANN, AT_HOME, replace(KNOWN, ref="PENRO002"))).account_ref == "PENRO002"

    @pytest.mark.parametrize(
        ("one", "other", "alike"),
        [
            ("Ann Penrose", "A Penrose", True),
            ("Ann Penrose", "Mrs Ann Mary Penrose", True),
            ("Ann Penrose", "PENROSE ANN", True),
            ("Ann Penrose", "Anne Penrose", True),
            ("Ann Penrose", "Ben Penrose", False),
            ("Wool & Mills Ltd", "The Wool and Mills Company Limited", True),
            ("Zoë O’Hara", "Zoe O'Hara", True),
            ("Дмитрий Иванов", "Dmitrii Ivanov", True),
            ("Ltd", "Limited", False),
            ("", "Ann", False),
        ],
    )
    def test_names_are_alike_or_not(self, one: str, other: str, alike: bool) -> None:
        assert similar(one, other) is alike
        assert similar(other, one) is alike

    def test_a_telephone_number_is_its_last_nine_digits(self) -> None:
        assert telephone_key("+44 (0)1736 496 000") == telephone_key("01736 496000")
        assert telephone_key("496 000") == ""

    def test_a_vat_number_is_the_same_with_and_without_gb(self) -> None:
        assert vat_key("gb 123 4567 89") == vat_key("123456789") != vat_key("XI123456789")

    def test_evidence_names_only_what_there_is(self) -> None:
        bare = replace(AT_HOME, emails=(), telephone="")
        found = near(ANN, bare)
        assert found is not None
        assert evidence(ANN, found).endswith("A/C PENRO001 has Ann Penrose · TR26 3DA.")


class TestAnswers:
    def test_a_link_is_taken_whatever_e_mail_the_account_carries(self) -> None:
        effect = effect_of(decided(ANN, AT_HOME, answer="PENRO001"))
        assert (effect.account_ref, effect.create, effect.by_reference) == ("PENRO001", False, True)

    def test_a_link_settles_what_is_ambiguous(self) -> None:
        other = replace(KNOWN, ref="PENRO002")
        assert effect_of(decided(ANN, KNOWN, other, answer="PENRO002")).account_ref == "PENRO002"

    def test_a_new_account_is_made_when_a_person_says_so(self) -> None:
        effect = effect_of(decided(ANN, AT_HOME, answer=""))
        assert (effect.account_ref, effect.create) == ("ANNPE001", True)

    def test_a_link_to_an_account_that_is_gone_is_held(self) -> None:
        assert codes(decided(ANN, KNOWN, answer="NOBODY")) == ["customer-link-broken"]

    @pytest.mark.parametrize(
        ("account", "code"),
        [
            (replace(KNOWN, on_hold=True), Code.CUSTOMER_ON_HOLD),
            (replace(KNOWN, inactive=True), Code.CUSTOMER_INACTIVE),
            (replace(KNOWN, currency="EUR"), Code.CUSTOMER_OTHER_CURRENCY),
        ],
    )
    def test_a_link_to_an_account_that_cannot_be_used_is_held(self, account: Account, code: Code) -> None:
        assert codes(decided(ANN, account, answer="PENRO001")) == [code]
