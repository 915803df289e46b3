"""What an account takes over from the shop: nothing that a bookkeeper typed is overwritten or cleared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code
from ml_connector.posting.choices.customers import CustomerChoices, UpdatePolicy
from ml_connector.posting.company import Account
from ml_connector.posting.customers.decision import decide_update
from ml_connector.posting.customers.fields import new_fields
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.customers.policy import Ours, changes, written
from ml_connector.posting.customers.shopper import Shopper
from ml_connector.posting.effects import ADDRESS_FIELDS, CUSTOMER_FIELDS, EMAIL_FIELDS
from ml_connector.posting.plan import (
    CustomerFields,
    Decision,
    FieldChange,
    Plan,
    Skipped,
    UpdateCustomer,
    Waiting,
)
from tests.specs.customer_examples import ANN, AT_HOME, chart_with, decided, shopper
from tests.specs.posting_company import CATALOGUE
from tests.specs.posting_examples import planned

OURS = written([(planned(decided()), {})])
MADE = replace(AT_HOME, ref="ANNPE001", emails=(ANN.email,), telephone="01736 496 000")
"""The account that was created for Ann, as it stood then."""
KEPT_UP = tuple(name for name in CUSTOMER_FIELDS if name not in EMAIL_FIELDS[1:])
"""The fields that one shopper has; the further e-mails are those of a company's other buyers."""
MOVED = shopper(street=("9 Mill Lane", "Top Flat"), town="Leeds", county="", postcode="LS1 1AA")


def fields(of: Shopper) -> CustomerFields:
    return new_fields(of, CATALOGUE, "4000")


def changed(to: Shopper, account: Account, policy: UpdatePolicy, ours: Ours = OURS) -> dict[str, str]:
    return {each.field: each.becomes for each in changes(fields(to), account, policy, ours)}


def test_what_is_written_at_creation_is_remembered() -> None:
    assert {name: OURS[name] for name in ("name", "address_5", "email")} == {
        "name": ("Ann Penrose",),
        "address_5": ("TR26 3DA",),
        "email": ("ann@example.co.uk",),
    }
    assert set(OURS) == set(KEPT_UP)


def test_never_is_never() -> None:
    assert changed(MOVED, MADE, UpdatePolicy.NEVER) == {}


def test_blanks_are_filled_and_nothing_else_is_touched() -> None:
    bare = replace(MADE, telephone="", country="", contact="Mo")
    assert changed(MOVED, bare, UpdatePolicy.FILL_BLANKS) == {"telephone": "01736 496 000", "country": "GB"}


def test_an_address_is_filled_only_where_there_is_none_at_all() -> None:
    """Five lines from two addresses would be a third one."""
    none, half = replace(MADE, address=("",) * 5), replace(MADE, address=("", "", "", "", "TR26 3DA"))
    filled = changed(MOVED, none, UpdatePolicy.FILL_BLANKS)
    assert filled == {
        "address_1": "9 Mill Lane",
        "address_2": "Top Flat",
        "address_3": "Leeds",
        "address_5": "LS1 1AA",
    }
    assert changed(MOVED, half, UpdatePolicy.FILL_BLANKS) == {}


def test_following_overwrites_what_we_wrote_last_the_address_as_a_whole() -> None:
    assert changed(MOVED, MADE, UpdatePolicy.FOLLOW) == {
        "address_1": "9 Mill Lane",
        "address_2": "Top Flat",
        "address_3": "Leeds",
        "address_4": "",
        "address_5": "LS1 1AA",
    }


def test_one_line_that_a_bookkeeper_corrected_keeps_the_whole_address() -> None:
    corrected = replace(MADE, address=("12 Quay St", *MADE.address[1:]))
    assert changed(MOVED, corrected, UpdatePolicy.FOLLOW) == {}


def test_a_field_that_a_bookkeeper_typed_stays() -> None:
    typed = replace(MADE, telephone="ask for Mo")
    told = replace(MOVED, address=replace(MOVED.address, telephone="0113 496 0002"))
    assert "telephone" not in changed(told, typed, UpdatePolicy.FOLLOW)
    assert changed(told, MADE, UpdatePolicy.FOLLOW)["telephone"] == "0113 496 0002"


def test_a_second_change_before_the_accounts_are_read_again_follows_the_first() -> None:
    """What was read holds what we wrote before; the agent compares with what we wrote last."""
    ours = {**OURS, "telephone": ("01736 496 000", "0113 496 0001")}
    told = shopper(telephone="0113 496 0002")
    (change,) = changes(fields(told), MADE, UpdatePolicy.FOLLOW, ours)
    assert (change.field, change.was, change.becomes) == ("telephone", "0113 496 0001", "0113 496 0002")
    assert changes(fields(shopper(telephone="0113 496 0001")), MADE, UpdatePolicy.FOLLOW, ours) == ()


class TestCompanies:
    """One account, and several people who buy for it."""

    firm = replace(shopper(company="Wool & Mills Ltd"), company="Wool & Mills Ltd")
    account = replace(MADE, name="Wool & Mills Ltd")
    ours = written([(planned(decided(firm)), {})])

    def changed(self, account: Account, email: str, **address: object) -> dict[str, str]:
        buyer = replace(
            shopper(company="Wool & Mills Ltd", name="Ben", telephone="1", **address), email=email
        )
        made = changes(fields(buyer), account, UpdatePolicy.FOLLOW, self.ours, company=True)
        return {each.field: each.becomes for each in made}

    def test_another_buyer_is_a_further_contact_and_displaces_nobody(self) -> None:
        assert self.changed(self.account, "ben@wool.example") == {"email_2": "ben@wool.example"}

    def test_a_third_one_too_and_a_fourth_finds_no_room(self) -> None:
        two = replace(self.account, emails=(ANN.email, "ben@wool.example"))
        full = replace(two, emails=(*two.emails, "cleo@wool.example"))
        assert self.changed(two, "dora@wool.example") == {"email_3": "dora@wool.example"}
        assert self.changed(full, "dora@wool.example") == {}

    def test_a_buyer_who_is_known_changes_nothing(self) -> None:
        assert self.changed(self.account, ANN.email.upper()) == {}

    def test_the_companys_own_address_is_followed(self) -> None:
        moved = self.changed(self.account, ANN.email, town="Leeds", county="", postcode="LS1 1AA")
        assert set(moved) == {"address_3", "address_4", "address_5"}


def test_a_blank_in_the_shop_changes_nothing() -> None:
    silent = shopper(telephone="", street=(), town="", county="", postcode="", company="")
    assert changed(silent, MADE, UpdatePolicy.FOLLOW) == {}


def test_an_account_that_we_did_not_make_is_only_filled() -> None:
    assert changed(MOVED, MADE, UpdatePolicy.FOLLOW, {}) == {}


def test_what_was_kept_is_not_ours() -> None:
    update = replace(
        planned(decided()),
        effects=(
            UpdateCustomer(
                id="UPD",
                account_ref="ANNPE001",
                changes=(
                    FieldChange(field="telephone", was="1", becomes="2"),
                    FieldChange(field="contact", was="Ann", becomes="Anna"),
                ),
            ),
        ),
    )
    ours = written([(planned(decided()), {}), (update, {"account_ref": "ANNPE001", "kept": "telephone"})])
    assert (ours["telephone"], ours["contact"]) == (("01736 496 000",), ("Ann Penrose", "Anna"))


texts = st.sampled_from(["", "one", "two", "three"])


@given(
    st.fixed_dictionaries(dict.fromkeys(KEPT_UP, texts)),
    st.fixed_dictionaries(dict.fromkeys(KEPT_UP, texts)),
    st.fixed_dictionaries(dict.fromkeys(KEPT_UP, texts)),
    st.sampled_from(UpdatePolicy),
)
def test_only_blanks_and_our_own_words_are_ever_overwritten(
    wanted: dict[str, str], standing: dict[str, str], ours: dict[str, str], policy: UpdatePolicy
) -> None:
    account = replace(
        MADE,
        name=standing["name"],
        address=tuple(standing[name] for name in ADDRESS_FIELDS),
        contact=standing["contact"],
        telephone=standing["telephone"],
        emails=(standing["email"],) if standing["email"] else (),
        vat_number=standing["vat_number"],
        country=standing["country"],
    )
    new = replace(
        fields(ANN),
        **{name: wanted[name] for name in KEPT_UP if name not in ADDRESS_FIELDS},
        address=tuple(wanted[name] for name in ADDRESS_FIELDS),
    )
    for change in changes(new, account, policy, {name: (text,) for name, text in ours.items()}):
        assert change.was == standing[change.field]
        assert change.was in ("", ours[change.field] if policy is UpdatePolicy.FOLLOW else "")
        assert change.becomes == wanted[change.field]
        assert change.becomes or change.field in ADDRESS_FIELDS


class TestTheDecision:
    def decided(self, to: Shopper, account: Account | None, policy: UpdatePolicy) -> Decision:
        catalogue = replace(CATALOGUE, accounts=(account,) if account else ())
        chart = chart_with(CustomerChoices(update=policy))
        return decide_update(
            to,
            key=Key("shop", Kind.CUSTOMER, f"{ANN.entity}|update 7"),
            account_ref="ANNPE001",
            ours=OURS,
            catalogue=catalogue,
            index=index_of(catalogue, chart.customers),
            chart=chart,
            chart_version=4,
            date=date(2026, 4, 6),
        )

    def test_changes_are_planned_on_the_account(self) -> None:
        plan = planned(self.decided(MOVED, MADE, UpdatePolicy.FOLLOW))
        assert (plan.account_ref, plan.kind, plan.gross) == ("ANNPE001", Kind.CUSTOMER, 0)
        (effect,) = plan.effects
        assert isinstance(effect, UpdateCustomer)
        assert len(effect.changes) == len(ADDRESS_FIELDS)

    def test_without_a_change_nothing_is_planned(self) -> None:
        decision = self.decided(ANN, MADE, UpdatePolicy.FOLLOW)
        assert isinstance(decision, Skipped)
        assert decision.code is Code.CUSTOMER_UP_TO_DATE

    def test_an_account_that_was_not_read_yet_is_waited_for(self) -> None:
        assert isinstance(self.decided(MOVED, None, UpdatePolicy.FOLLOW), Waiting)


class TestTheEffect:
    def test_a_field_is_never_cleared_but_for_a_line_of_an_address(self) -> None:
        assert FieldChange(field="address_2", was="Flat 2", becomes="").becomes == ""
        with pytest.raises(ValueError, match="never cleared"):
            FieldChange(field="telephone", was="1", becomes="")

    @pytest.mark.parametrize(
        ("field", "becomes", "said"),
        [("credit_limit", "2", "no field 'credit_limit'"), ("telephone", "1", "does not change")],
    )
    def test_other_fields_and_no_change_are_refused(self, field: str, becomes: str, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            FieldChange(field=field, was="1", becomes=becomes)

    def test_an_update_names_each_field_once(self) -> None:
        change = FieldChange(field="telephone", was="1", becomes="2")
        for several in ((), (change, change)):
            with pytest.raises(ValueError, match="each once"):
                UpdateCustomer(id="UPD", account_ref="ANNPE001", changes=several)

    def test_a_plan_of_a_customer_may_hold_it_and_one_of_a_document_may_not(self) -> None:
        effect = UpdateCustomer(
            id="UPD", account_ref="A1", changes=(FieldChange(field="telephone", was="1", becomes="2"),)
        )
        made: Plan = replace(planned(decided()), effects=(effect,))
        with pytest.raises(ValueError, match="a document comes first"):
            replace(made, kind=Kind.INVOICE)
