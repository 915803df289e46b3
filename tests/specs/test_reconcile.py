"""The proof: shop − Sage − held − waiting − skipped − disputed, and that it cannot come out by accident."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.identity import Key, Kind, reference
from ml_connector.documents.money import to_minor
from ml_connector.errors import Code
from ml_connector.posting.company import LedgerEntry, LedgerSplit
from ml_connector.sync.passage import END_STATES, UNFINISHED, State
from ml_connector.sync.reconcile import CurrencyProof, Proof, TaxCodeProof, reconcile
from ml_connector.sync.record import Record
from tests.specs.sync_plans import TAG, document_plan

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOT_IN_SAGE = [State.HELD, State.WAITING, State.SKIPPED]


def document(
    entity: int,
    total: str,
    state: State = State.PROVED,
    *,
    kind: Kind = Kind.INVOICE,
    currency: str = "GBP",
    captured: bool = True,
    header: int = 0,
    code: Code | None = None,
) -> Record:
    """A record as the sweep leaves it; a credit memo's total counts minus."""
    key = Key("shop-1", kind, str(entity))
    return Record(
        key=key,
        reference=reference(TAG, kind, entity),
        document_at=NOW,
        since=NOW,
        captured=captured,
        shop_currency=currency,
        shop_total=Decimal(total) * (-1 if kind is Kind.CREDIT_MEMO else 1),
        state=state,
        code=code,
        plan=document_plan(key, Decimal(total), "ANNA001") if total.strip("0.") else None,
        sage={"ledger": {"header": header}} if header else {},
    )


def memo(entity: int, total: str, state: State = State.PROVED, *, header: int = 0) -> Record:
    return document(entity, total, state, kind=Kind.CREDIT_MEMO, header=header)


def entry(
    header: int, total: str, kind: str = "SI", *, currency: str = "GBP", reference: str = ""
) -> LedgerEntry:
    """A ledger header of one split at 20 % VAT; Sage's amounts are positive in each type."""
    gross = to_minor(Decimal(total))
    return LedgerEntry(
        header=header,
        type=kind,
        account_ref="ANNA001",
        date=date(2026, 11, 1),
        reference=reference,
        currency=currency,
        splits=(LedgerSplit(nominal="4000", tax_code=1, net=gross - gross // 6, tax=gross // 6),),
    )


def gbp(proof: Proof) -> CurrencyProof:
    return proof.currencies["GBP"]


# The equation


def test_what_stands_in_both_comes_to_nothing() -> None:
    proof = reconcile([document(1, "12.00"), document(2, "6.00")], [entry(1, "12.00"), entry(2, "6.00")])
    assert gbp(proof) == CurrencyProof(shop=1800, sage=1800)
    assert (proof.documents, proof.proved, proof.balanced) == (2, 2, True)


def test_a_credit_memo_counts_minus_on_both_sides() -> None:
    proof = reconcile([document(1, "12.00"), memo(1, "5.00")], [entry(1, "12.00"), entry(2, "5.00", "SC")])
    assert gbp(proof) == CurrencyProof(shop=700, sage=700)
    assert proof.balanced


@pytest.mark.parametrize("state", NOT_IN_SAGE)
def test_what_is_not_in_sage_is_counted_with_its_state(state: State) -> None:
    proof = reconcile(
        [document(1, "12.00"), document(2, "6.00", state), memo(3, "1.00", state)], [entry(1, "12.00")]
    )
    assert gbp(proof) == CurrencyProof(shop=1700, sage=1200, **{state.value: 500})
    assert proof.balanced


def test_a_disputed_document_counts_the_shop_s_amount_less_what_the_ledger_holds_for_it() -> None:
    """The shop changed 12.00 to 13.00 after it was posted."""
    proof = reconcile([document(1, "13.00", State.DISPUTED, header=41)], [entry(41, "12.00")])
    assert gbp(proof) == CurrencyProof(shop=1300, sage=1200, disputed=100)
    assert proof.balanced


def test_a_disputed_document_that_is_gone_from_the_ledger_counts_whole() -> None:
    proof = reconcile([document(1, "12.00", State.DISPUTED, header=41)], [])
    assert gbp(proof) == CurrencyProof(shop=1200, disputed=1200)


def test_a_disputed_document_without_numbers_is_found_by_its_reference() -> None:
    for written in ("K7-I1", "000000001 K7-I1"):
        proof = reconcile([document(1, "13.00", State.DISPUTED)], [entry(9, "12.00", reference=written)])
        assert gbp(proof).disputed == 100


def test_a_disputed_credit_memo_counts_minus() -> None:
    proof = reconcile([memo(1, "5.00", State.DISPUTED, header=7)], [entry(7, "4.00", "SC")])
    assert gbp(proof) == CurrencyProof(shop=-500, sage=-400, disputed=-100)
    assert proof.balanced


def test_a_disputed_document_that_stands_twice_shows_what_is_too_much() -> None:
    twice = [entry(9, "12.00", reference="K7-I1"), entry(10, "12.00", reference="K7-I1")]
    proof = reconcile([document(1, "12.00", State.DISPUTED)], twice)
    assert gbp(proof) == CurrencyProof(shop=1200, sage=2400, disputed=-1200)


def test_what_the_shop_took_back_after_posting_is_disputed_with_all_that_the_ledger_holds() -> None:
    proof = reconcile([document(1, "12.00", State.DISPUTED, captured=False, header=41)], [entry(41, "12.00")])
    assert gbp(proof) == CurrencyProof(sage=1200, disputed=-1200)
    assert (proof.documents, proof.balanced) == (0, True)


# What must show


def test_a_doubled_ledger_entry_shows_as_a_difference() -> None:
    proof = reconcile([document(1, "12.00", header=1)], [entry(1, "12.00"), entry(2, "12.00")])
    assert gbp(proof).difference == -1200
    assert not proof.balanced


def test_a_proved_document_that_is_not_in_the_ledger_shows_as_a_difference() -> None:
    assert gbp(reconcile([document(1, "12.00")], [])).difference == 1200


def test_an_entry_of_another_amount_shows_as_a_difference_to_the_penny() -> None:
    assert gbp(reconcile([document(1, "12.00")], [entry(1, "11.99")])).difference == 1


def test_an_entry_in_another_currency_does_not_make_up_for_a_missing_one() -> None:
    proof = reconcile([document(1, "12.00")], [entry(1, "12.00", currency="EUR")])
    assert {currency: one.difference for currency, one in proof.currencies.items()} == {
        "EUR": -1200,
        "GBP": 1200,
    }


def test_a_disputed_document_is_not_set_off_against_an_entry_in_another_currency() -> None:
    proof = reconcile([document(1, "12.00", State.DISPUTED, header=1)], [entry(1, "12.00", currency="EUR")])
    assert proof.currencies["GBP"] == CurrencyProof(shop=1200, disputed=1200)
    assert proof.currencies["EUR"].difference == -1200


@pytest.mark.parametrize("state", sorted(UNFINISHED))
def test_what_is_left_half_way_is_named_and_is_not_balanced(state: State) -> None:
    proof = reconcile([document(1, "0.00", state)], [])
    assert proof.unfinished == {state.value: 1}
    assert not proof.balanced


# What does not count


def test_documents_that_are_not_captured_do_not_count() -> None:
    proof = reconcile([document(1, "12.00", State.WAITING, captured=False)], [])
    assert (proof.documents, proof.by_state.get(State.WAITING), proof.currencies) == (0, None, {})


def test_customers_do_not_count() -> None:
    customer = Record(
        key=Key("shop-1", Kind.CUSTOMER, "a@b.c|GBP"), document_at=NOW, since=NOW, captured=True
    )
    assert reconcile([customer], []).documents == 0


@pytest.mark.parametrize("kind", ["SA", "SR", "SP", "JD", "JC", "PI", "BR"])
def test_entries_of_other_types_do_not_count(kind: str) -> None:
    proof = reconcile([document(1, "12.00", header=5)], [entry(5, "12.00"), entry(6, "12.00", kind)])
    assert gbp(proof) == CurrencyProof(shop=1200, sage=1200)
    assert proof.tax_codes["GBP", 1].sage_net == 1000


def test_a_document_that_could_not_be_read_has_no_amount_and_still_shows() -> None:
    unread = document(1, "0", State.HELD, currency="", code=Code.DOCUMENT_UNREADABLE)
    proof = reconcile([unread], [])
    assert (proof.documents, proof.currencies) == (1, {})
    assert proof.by_state[State.HELD] == {"document-unreadable": 1}


# Currencies and pennies


def test_each_currency_is_proved_alone() -> None:
    records = [document(1, "12.00"), document(2, "6.00", State.HELD, currency="EUR")]
    proof = reconcile(records, [entry(1, "12.00")])
    assert proof.currencies == {
        "EUR": CurrencyProof(shop=600, held=600),
        "GBP": CurrencyProof(shop=1200, sage=1200),
    }


@pytest.mark.parametrize(
    ("total", "pence"),
    [("0.005", 1), ("0.0049", 0), ("0.015", 2), ("0.025", 3), ("12.345", 1235), ("12.3449", 1234)],
)
def test_each_document_is_rounded_half_away_from_zero(total: str, pence: int) -> None:
    assert gbp(reconcile([document(1, total, State.HELD)], [])).held == pence
    assert gbp(reconcile([memo(1, total, State.HELD)], [])).held == -pence


def test_rounding_is_per_document_and_not_of_the_sum() -> None:
    proof = reconcile([document(n, "0.005", State.HELD) for n in (1, 2, 3)], [])
    assert gbp(proof).shop == 3


# By state and by tax code


def test_documents_are_counted_by_state_and_reason() -> None:
    records = [
        document(1, "1.00", State.HELD, code=Code.FOREIGN_VAT),
        document(2, "1.00", State.HELD, code=Code.FOREIGN_VAT),
        document(3, "1.00", State.HELD, code=Code.NOT_VAT),
        document(4, "1.00", State.WAITING, code=Code.ORDER_NOT_COMPLETE),
    ]
    proof = reconcile(records, [])
    assert proof.by_state[State.HELD] == {"foreign-vat": 2, "not-vat": 1}
    assert proof.by_state[State.WAITING] == {"order-not-complete": 1}


def test_the_day_book_holds_plans_against_the_ledger_by_tax_code() -> None:
    proof = reconcile([document(1, "12.00"), memo(2, "6.00")], [entry(1, "12.00"), entry(2, "6.00", "SC")])
    assert proof.tax_codes == {
        ("GBP", 1): TaxCodeProof(planned_net=500, planned_tax=100, sage_net=500, sage_tax=100)
    }


def test_a_plan_that_is_not_proved_is_not_in_the_day_book() -> None:
    assert reconcile([document(1, "12.00", State.HELD)], []).tax_codes == {}


# Whatever the numbers are

totals = st.decimals(min_value="0.0001", max_value="99999", places=4, allow_nan=False)
documents = st.lists(
    st.tuples(totals, st.sampled_from(sorted(END_STATES)), st.sampled_from([Kind.INVOICE, Kind.CREDIT_MEMO])),
    max_size=12,
)


def recorded(made: list[tuple[Decimal, State, Kind]]) -> list[Record]:
    return [document(n, str(total), state, kind=kind) for n, (total, state, kind) in enumerate(made, start=1)]


def posted(made: list[tuple[Decimal, State, Kind]]) -> list[LedgerEntry]:
    """The ledger that holds exactly what is proved."""
    return [
        entry(n, str(total), "SC" if kind is Kind.CREDIT_MEMO else "SI")
        for n, (total, state, kind) in enumerate(made, start=1)
        if state is State.PROVED
    ]


@given(documents)
def test_it_comes_to_nothing_whenever_the_ledger_holds_exactly_what_is_proved(
    made: list[tuple[Decimal, State, Kind]],
) -> None:
    records = recorded(made)
    proof = reconcile(records, posted(made))
    assert proof.balanced
    shop = sum(one.shop for one in proof.currencies.values())
    assert shop == sum(to_minor(record.shop_total) for record in records)


@given(documents, st.integers(min_value=1, max_value=10_000))
def test_no_state_hides_an_entry_that_nobody_knows_of(
    made: list[tuple[Decimal, State, Kind]], pence: int
) -> None:
    stranger = entry(999, str(Decimal(pence) / 100))
    assert gbp(reconcile(recorded(made), [*posted(made), stranger])).difference == -pence
