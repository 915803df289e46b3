"""What a look makes of what stands in the books, in sentences that a bookkeeper can act on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ml_connector.posting.company import Watermark
from ml_connector.posting.plan import Allocation, PostDocument, Receipt, UpdateLedger
from ml_connector.sage.books import Absent, Before, Found, Look, Unknown
from ml_connector.sage.conformance.bench import BANK, DAY, invoice
from ml_connector.sage.differences import planned_carriage, planned_lines
from ml_connector.sage.looks import allocation_look, chosen_split, document_look, ledger_look, money_look
from ml_connector.sage.standing import StandingDocument, StandingEntry, StandingSplit, carries, has_email

PLAN = invoice("K7-I123")
DOCUMENT, LEDGER, RECEIPT, ALLOCATION = PLAN.effects[:4]
assert isinstance(DOCUMENT, PostDocument)
assert isinstance(LEDGER, UpdateLedger)
assert isinstance(RECEIPT, Receipt)
assert isinstance(ALLOCATION, Allocation)

SAVED = StandingDocument(
    number=12,
    account_ref=PLAN.account_ref,
    date=DAY,
    currency="GBP",
    credit=False,
    reference="000000042 K7-I123",
    lines=planned_lines(DOCUMENT),
    carriage=planned_carriage(DOCUMENT),
    posted=False,
)
POSTED = replace(SAVED, posted=True)
ENTRY = StandingEntry(
    header=34,
    type="SI",
    account_ref=PLAN.account_ref,
    date=DAY,
    reference="12",
    currency="GBP",
    bank="",
    user="WEB",
    splits=tuple(
        StandingSplit(number=50 + n, nominal=each.nominal, tax_code=each.tax_code, net=each.net, tax=each.tax)
        for n, each in enumerate(LEDGER.splits)
    ),
)
MONEY = StandingEntry(
    header=35,
    type="SA",
    account_ref=PLAN.account_ref,
    date=DAY,
    reference="K7-I123.R1",
    currency="GBP",
    bank=BANK,
    user="WEB",
    splits=(StandingSplit(number=60, nominal=BANK, tax_code=9, net=RECEIPT.amount, tax=0),),
)


def told(look: Look) -> tuple[str, ...]:
    assert isinstance(look, Found)
    return look.differences


def on_document(document: StandingDocument, *entries: StandingEntry) -> Look:
    assert isinstance(DOCUMENT, PostDocument)
    return document_look(PLAN, DOCUMENT, [document], entries)


def on_ledger(document: StandingDocument, *entries: StandingEntry) -> Look:
    assert isinstance(LEDGER, UpdateLedger)
    return ledger_look(PLAN, LEDGER, [document], entries)


def on_money(*entries: StandingEntry) -> Look:
    assert isinstance(RECEIPT, Receipt)
    return money_look(PLAN, RECEIPT, entries)


def on_allocation(before: Before, debit: StandingSplit | str, credit: StandingSplit | str) -> Look:
    assert isinstance(ALLOCATION, Allocation)
    return allocation_look(ALLOCATION, before, debit, credit, "GBP")


def test_what_stands_as_planned_is_found_with_its_numbers() -> None:
    assert on_document(SAVED) == Found(numbers={"invoice_number": 12})
    assert on_document(POSTED, ENTRY) == Found(numbers={"header": 34, "invoice_number": 12})
    assert on_ledger(POSTED, ENTRY) == Found(
        numbers={"header": 34, "splits": (50, 51, 52), "invoice_number": 12}
    )
    assert on_money(MONEY) == Found(numbers={"header": 35, "splits": (60,)})


def test_the_order_of_lines_and_splits_does_not_matter() -> None:
    assert told(on_document(replace(SAVED, lines=SAVED.lines[::-1]))) == ()
    assert told(on_ledger(POSTED, replace(ENTRY, splits=ENTRY.splits[::-1]))) == ()


@pytest.mark.parametrize(
    ("document", "sentences"),
    [
        (replace(SAVED, account_ref="JONES001"), ("The account is JONES001, not SHOPPER1.",)),
        (replace(SAVED, date=DAY + timedelta(days=2)), ("The date is 16/03/2026, not 14/03/2026.",)),
        (replace(SAVED, date=None), ("The date is not given, not 14/03/2026.",)),
        (replace(SAVED, currency="EUR"), ("The currency is EUR, not GBP.",)),
        (replace(SAVED, credit=True), ("It is a credit note, not an invoice.",)),
        (replace(SAVED, reference="000000042"), ("It does not carry the reference K7-I123.",)),
        (
            replace(SAVED, carriage=None),
            ("Carriage is none, not £4.95 + £0.99 VAT (T1, nominal 4905).",),
        ),
        (
            replace(SAVED, lines=(replace(SAVED.lines[0], tax=749), *SAVED.lines[1:])),
            (
                "VAT of the lines is £9.14, not £9.15.",
                "Missing: MUG-BLUE £37.50 + £7.50 VAT (T1, nominal 4000).",
                "Not planned: MUG-BLUE £37.50 + £7.49 VAT (T1, nominal 4000).",
            ),
        ),
    ],
)
def test_a_difference_is_told_as_a_person_would(
    document: StandingDocument, sentences: tuple[str, ...]
) -> None:
    assert told(on_document(document)) == sentences


def test_a_posted_document_has_to_stand_in_the_ledger_as_planned_too() -> None:
    """A document that looks right while its ledger entry was corrected is a difference."""
    wrong = replace(ENTRY, splits=(replace(ENTRY.splits[0], nominal="4001"), *ENTRY.splits[1:]))
    assert told(on_document(POSTED, wrong)) == (
        "Missing: £37.50 + £7.50 VAT (T1, nominal 4000).",
        "Not planned: £37.50 + £7.50 VAT (T1, nominal 4001).",
    )
    missing = ("Document 12 is marked as posted, but no transaction of it is in the ledger.",)
    assert told(on_document(POSTED)) == told(on_ledger(POSTED)) == missing


def test_an_entry_without_the_mark_on_its_document_is_unknown() -> None:
    """Sage died in the middle of a ledger update: nobody may post it again."""
    look = on_ledger(SAVED, ENTRY)
    assert isinstance(look, Unknown)
    assert "not marked as posted, but transaction 34" in look.why


def test_more_than_one_is_counted_wherever_it_stands() -> None:
    assert isinstance(DOCUMENT, PostDocument)
    assert isinstance(LEDGER, UpdateLedger)
    copy = replace(SAVED, number=13)
    look = document_look(PLAN, DOCUMENT, [SAVED, copy], [])
    assert isinstance(look, Found)
    assert (look.copies, look.numbers["invoice_numbers"]) == (2, (12, 13))
    twice = ledger_look(PLAN, LEDGER, [POSTED], [ENTRY, replace(ENTRY, header=36)])
    assert isinstance(twice, Found)
    assert (twice.copies, twice.numbers["headers"]) == (2, (34, 36))
    money = on_money(MONEY, replace(MONEY, header=37))
    assert isinstance(money, Found)
    assert money.copies == 2


def test_money_is_compared_by_type_bank_amount_and_date() -> None:
    split = MONEY.splits[0]
    wrong = replace(MONEY, type="SR", bank="1250", date=None, splits=(replace(split, net=split.net - 1),))
    assert told(on_money(wrong)) == (
        "The date is not given, not 14/03/2026.",
        "Transaction 35 is SR, not SA.",
        "The bank is 1250, not 1200.",
        "The amount is £60.83, not £60.84.",
    )


def test_an_allocation_is_told_by_what_is_outstanding() -> None:
    """Neither side carries a reference: before-values mean absent, after-values found, all else unknown."""
    assert isinstance(ALLOCATION, Allocation)
    debit, credit, amount = ENTRY.splits[0], MONEY.splits[0], ALLOCATION.amount
    before = Before(
        watermark=Watermark(document=12, header=35), debit=debit.outstanding, credit=credit.outstanding
    )
    assert on_allocation(before, debit, credit) == Absent()
    paid = replace(debit, paid=amount), replace(credit, paid=amount)
    assert on_allocation(before, *paid) == Found(numbers={"splits": (50, 60)})
    half = on_allocation(before, paid[0], credit)
    assert isinstance(half, Unknown)
    assert "£45.00 on K7-I123 became £0.00" in half.why
    assert isinstance(on_allocation(replace(before, debit=None), debit, credit), Unknown)
    short = on_allocation(replace(before, credit=amount - 1), debit, credit)
    assert isinstance(short, Unknown)
    assert "only £45.00 is outstanding on K7-I123 and £44.99 on K7-I123.R1" in short.why
    assert on_allocation(before, "No such split.", credit) == Unknown("No such split.")


def test_a_split_is_meant_by_its_place_and_its_amount() -> None:
    gross = ENTRY.splits[1].gross
    assert chosen_split([ENTRY], "K7-I123", 1, gross) == ENTRY.splits[1]
    assert "no split 2 over £9.91" in str(chosen_split([ENTRY], "K7-I123", 1, gross + 1))
    assert "no split 9" in str(chosen_split([ENTRY], "K7-I123", 8, gross))
    assert chosen_split([], "K7-I123", 0, 1) == "The ledger holds no transaction for K7-I123."
    assert "2 transactions" in str(chosen_split([ENTRY, ENTRY], "K7-I123", 0, 1))


def test_a_reference_is_a_whole_word_and_an_email_any_case() -> None:
    assert carries("000000042 K7-I123", "K7-I123")
    assert carries("k7-i123", "K7-I123")
    assert not carries("000000042 K7-I1234", "K7-I123")
    assert not carries("K7-I123.R1", "K7-I123")
    assert has_email(("A@x.example", "b@x.example"), " a@X.example")
    assert not has_email(("a@x.example",), "c@x.example")
    assert has_email((), "")
