"""Nothing stands twice, whatever is lost on the way."""

from __future__ import annotations

import contextlib

from ml_connector.errors import TryAgain
from ml_connector.sage.books import Absent, Found, Unknown
from ml_connector.sage.conformance.bench import (
    Bench,
    credit_note,
    customer,
    discounted_invoice,
    invoice,
)
from ml_connector.sage.conformance.steps import (
    Broken,
    Check,
    fresh_look,
    make_some,
    must,
    must_be_equal,
    must_differ,
    number_of,
)
from ml_connector.sage.memory import MemoryIndex


def check_everything_is_absent_then_made_then_found(bench: Bench) -> None:
    """Each effect of an invoice, a credit note and an invoice with odd lines, made once, equals its plan."""
    plans = (invoice(), credit_note(), discounted_invoice())
    for plan in plans:
        make_some(bench, plan)
    must(bench.writes() == sum(len(plan.effects) for plan in plans), "One write per effect.", bench.writes())


def check_a_lost_reply_is_found_and_never_written_twice(bench: Bench) -> None:
    """Sage saves and cannot say so: the look finds it, in the same session and in a new one."""
    plans = (customer("NEWNORA1", "nora@example.com"), invoice(account_ref="NEWNORA1"), credit_note())
    for plan in plans:
        for effect in plan.effects:
            with bench.door.open(bench.index) as books:
                before = books.before(plan, effect)
                must(isinstance(books.look(plan, effect, before), Absent), f"{effect.id} is absent.")
                bench.lose_next_reply()
                try:
                    books.write(plan, effect)
                except TryAgain:
                    pass
                else:
                    raise Broken(f"The lost reply of {effect.id} was not noticed.")
                must_be_equal(books.look(plan, effect, before), f"{effect.id} is found in the same session.")
            with bench.door.open(bench.index) as books:
                must_be_equal(books.look(plan, effect, before), f"{effect.id} is found in the next session.")
    must(bench.writes() == sum(len(plan.effects) for plan in plans), "One write per effect.", bench.writes())


def check_looking_writes_nothing(bench: Bench) -> None:
    """Looks, the catalogue and the ledger reading change nothing in the company."""
    plan = invoice()
    with bench.door.open(bench.index) as books:
        books.catalogue()
        list(books.ledger())
        for effect in plan.effects:
            fresh_look(books, plan, effect)
    must(bench.writes() == 0, "Looking writes nothing.", bench.writes())


def check_a_lost_index_changes_no_answer(bench: Bench) -> None:
    """With the remembered index or without any, every look answers the same."""
    plan, never_made = invoice(), credit_note()
    befores = make_some(bench, plan)
    answers: list[list[object]] = []
    for index in (bench.index, MemoryIndex()):
        with bench.door.open(index) as books:
            looks: list[object] = [books.look(plan, each, befores[each.id]) for each in plan.effects[:3]]
            looks += [fresh_look(books, never_made, each) for each in never_made.effects[:3]]
            answers.append(looks)
    must(answers[0] == answers[1], "Warm and cold looks agree.", answers)
    kinds = [type(look) for look in answers[0]]
    must(kinds == [Found] * 3 + [Absent] * 3, "What was made is found, the rest is absent.", answers[0])


def check_a_like_reference_is_another_document(bench: Bench) -> None:
    """K7-I1 is not K7-I12, and the receipt K7-I1.R1 is not the document K7-I1."""
    make_some(bench, invoice("K7-I12"))
    plan = invoice("K7-I1")
    with bench.door.open(bench.index) as books:
        for effect in plan.effects[:3]:
            seen = fresh_look(books, plan, effect)
            must(isinstance(seen, Absent), "K7-I1 is absent where K7-I12 stands.", seen)


def check_a_duplicate_made_by_hand_is_counted(bench: Bench) -> None:
    """A person's copy carries our reference too: two copies, which nobody adopts."""
    plan = invoice()
    make_some(bench, plan, effects=1)
    bench.duplicate(number_of(bench, plan))
    for index in (bench.index, MemoryIndex()):
        with bench.door.open(index) as books:
            for effect in plan.effects[:2]:
                seen = fresh_look(books, plan, effect)
                must(isinstance(seen, Found) and seen.copies == 2, f"{effect.id} counts two copies.", seen)


def check_a_deleted_document_is_absent(bench: Bench) -> None:
    """Deleted before it was posted: absent. (That it once stood is for the agent's journal to say.)"""
    plan = invoice()
    make_some(bench, plan, effects=1)
    bench.delete_document(number_of(bench, plan))
    for index in (bench.index, MemoryIndex()):
        with bench.door.open(index) as books:
            for effect in plan.effects[:2]:
                seen = fresh_look(books, plan, effect)
                must(isinstance(seen, Absent), f"{effect.id} is absent.", seen)


def check_a_number_that_comes_again_hides_nothing(bench: Bench) -> None:
    """The last document was deleted, its number was given to ours, and the reply was lost."""
    other, plan = invoice("K7-I1"), invoice("K7-I2")
    make_some(bench, other, effects=1)
    bench.delete_document(number_of(bench, other))
    with bench.door.open(MemoryIndex()) as books:
        # The index of this session is lost with it: the next one knows the old watermark and the intent's.
        before = books.before(plan, plan.effects[0])
        bench.lose_next_reply()
        with contextlib.suppress(TryAgain):
            books.write(plan, plan.effects[0])
    with bench.door.open(bench.index) as books:
        must_be_equal(books.look(plan, plan.effects[0], before), "Our document is found.")
        seen = fresh_look(books, other, other.effects[0])
        must(isinstance(seen, Absent), "The deleted document is not taken for it.", seen)


def check_a_posted_document_that_was_deleted_still_stands_in_the_ledger(bench: Bench) -> None:
    """Some people clear posted invoices away: the document is not absent, since the ledger holds it."""
    plan = invoice()
    make_some(bench, plan, effects=2)
    bench.delete_document(number_of(bench, plan))
    with bench.door.open(bench.index) as books:
        must_differ(fresh_look(books, plan, plan.effects[0]), "place")
        must_be_equal(fresh_look(books, plan, plan.effects[1]), "The ledger entry is found.")


def check_ledgers_updated_by_hand_are_found(bench: Bench) -> None:
    """A person updates the ledgers instead of the program: found, equal, and not posted again."""
    plan = invoice()
    make_some(bench, plan, effects=1)
    bench.update_ledgers(number_of(bench, plan))
    with bench.door.open(bench.index) as books:
        must_be_equal(fresh_look(books, plan, plan.effects[1]), "The ledger entry is found.")
        must_be_equal(fresh_look(books, plan, plan.effects[0]), "The document is found.")


def check_money_paid_by_hand_makes_an_allocation_unknown(bench: Bench) -> None:
    """Somebody allocates to our invoice between the intent and the look: nothing may be written."""
    plan = invoice()
    make_some(bench, plan, effects=3)
    allocation = plan.effects[3]
    with bench.door.open(bench.index) as books:
        before = books.before(plan, allocation)
        ledger = must_be_equal(fresh_look(books, plan, plan.effects[1]), "The ledger entry is found.")
    splits = ledger.numbers["splits"]
    must(isinstance(splits, tuple), "The numbers of the splits are told.", ledger)
    if isinstance(splits, tuple):
        bench.pay_by_hand(splits[0], plan.account_ref, 100)
    with bench.door.open(bench.index) as books:
        seen = books.look(plan, allocation, before)
        must(isinstance(seen, Unknown), "An amount that changed by hand is unknown.", seen)


ONCE: tuple[Check, ...] = (
    check_everything_is_absent_then_made_then_found,
    check_a_lost_reply_is_found_and_never_written_twice,
    check_looking_writes_nothing,
    check_a_lost_index_changes_no_answer,
    check_a_like_reference_is_another_document,
    check_a_duplicate_made_by_hand_is_counted,
    check_a_deleted_document_is_absent,
    check_a_number_that_comes_again_hides_nothing,
    check_a_posted_document_that_was_deleted_still_stands_in_the_ledger,
    check_ledgers_updated_by_hand_are_found,
    check_money_paid_by_hand_makes_an_allocation_unknown,
)
