"""What is refused is refused before anything is written, with the code that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from ml_connector.errors import Code, Defect, TryAgain
from ml_connector.posting.plan import Plan, Receipt
from ml_connector.sage.books import Absent, BooksDoor
from ml_connector.sage.conformance.bench import (
    ACCOUNT,
    DAY,
    ON_HOLD,
    Bench,
    customer,
    invoice,
)
from ml_connector.sage.conformance.steps import (
    Broken,
    Check,
    fresh_look,
    make_some,
    must,
    must_refuse,
    number_of,
)
from ml_connector.sage.memory import MemoryIndex


def check_an_account_of_somebody_else_is_not_taken(bench: Bench) -> None:
    """The reference exists with another e-mail: ours is absent, and is not made over it."""
    _refused_after_absent(bench, customer(ACCOUNT, "nora@example.com"), Code.ACCOUNT_REF_TAKEN)
    _refused_after_absent(bench, customer(ACCOUNT, "nora@example.com", create=False), Code.ACCOUNT_REF_TAKEN)


def check_an_account_that_should_be_there_is_not_made(bench: Bench) -> None:
    """Not to be created and not there: somebody deleted it."""
    plan = customer("NEWNORA1", "nora@example.com", create=False)
    _refused_after_absent(bench, plan, Code.GONE_FROM_SAGE)


def check_a_document_needs_its_account_and_products(bench: Bench) -> None:
    """What it names has to be there and usable."""
    _refused_after_absent(bench, invoice(account_ref="NOBODY01"), Code.GONE_FROM_SAGE)
    _refused_after_absent(bench, invoice(account_ref=ON_HOLD), Code.CUSTOMER_ON_HOLD)
    _refused_after_absent(bench, invoice(code="MUG-GONE"), Code.STOCK_CODE_MISSING)


def check_a_locked_date_is_refused(bench: Bench) -> None:
    """On the lock date nothing is saved; the day after, it is."""
    bench.lock_until(DAY)
    with bench.door.open(bench.index) as books:
        must(books.catalogue().lock_date == DAY, "The lock date is told.", books.catalogue().lock_date)
    _refused_after_absent(bench, invoice(), Code.BEFORE_LOCK_DATE)
    bench.lock_until(DAY - timedelta(days=1))
    make_some(bench, invoice())


def check_money_needs_a_bank(bench: Bench) -> None:
    """A receipt into a nominal that is no bank is refused, and nothing of it stands."""
    plan = invoice()
    make_some(bench, plan, effects=2)
    effect, before = plan.effects[2], bench.writes()
    assert isinstance(effect, Receipt)
    receipt = replace(effect, bank="4000")
    with bench.door.open(bench.index) as books:
        must(isinstance(fresh_look(books, plan, receipt), Absent), "The receipt is absent.")
        must_refuse(lambda: books.write(plan, receipt), Code.BANK_NOT_A_BANK, "No bank, no receipt.")
    must(bench.writes() == before, "Nothing was written.", bench.writes())


def check_a_currency_that_the_company_lacks_is_refused(bench: Bench) -> None:
    """Nothing is asked or written in a currency that is not in the books' own list."""
    plan = replace(invoice(), currency="XXX")
    effect = plan.effects[0]
    with bench.door.open(bench.index) as books:
        before = books.before(invoice(), effect)
        acts: tuple[Callable[[], object], ...] = (
            lambda: books.before(plan, effect),
            lambda: books.look(plan, effect, before),
            lambda: books.write(plan, effect),
        )
        for act in acts:
            must_refuse(act, Code.CURRENCY_MISSING, "An unknown currency is refused.")
    must(bench.writes() == 0, "Nothing was written.", bench.writes())


def check_a_ledger_update_needs_its_document(bench: Bench) -> None:
    """Deleted between look and write: refused, and nothing else is posted instead."""
    plan = invoice()
    make_some(bench, plan, effects=1)
    bench.delete_document(number_of(bench, plan))
    with bench.door.open(bench.index) as books:
        books.look(plan, plan.effects[1], books.before(plan, plan.effects[1]))
        must_refuse(lambda: books.write(plan, plan.effects[1]), Code.GONE_FROM_SAGE, "It is not there.")
    must(bench.writes() == 1, "Nothing more was written.", bench.writes())


def check_a_restored_backup_stops_the_company(bench: Bench) -> None:
    """The ledger is shorter than it was: no watermark and no look until a person has chosen."""
    plan = invoice()
    restore = bench.backup()
    befores = make_some(bench, plan)
    restore()
    effect = plan.effects[0]
    with bench.door.open(bench.index) as books:
        must_refuse(books.watermark, Code.COMPANY_WENT_BACK, "The watermark went backwards.")
        must_refuse(lambda: fresh_look(books, plan, effect), Code.COMPANY_WENT_BACK, "No look either.")
        must(books.identity().company_id != "", "It still says which company it is.")
    last = befores[plan.effects[-1].id]
    with bench.door.open(MemoryIndex()) as books:
        must_refuse(
            lambda: books.look(plan, effect, last),
            Code.COMPANY_WENT_BACK,
            "The intent's watermark tells it without an index.",
        )


def check_another_company_is_refused(bench: Bench) -> None:
    """The folder holds another company than the one that was connected."""
    with bench.other_company() as door:
        must_refuse(lambda: _open_and_close(door, bench), Code.COMPANY_CHANGED, "Another company is refused.")
    _open_and_close(bench.door, bench)


def check_one_session_at_a_time(bench: Bench) -> None:
    """While one session is open the name is in use; it is free again after the block, even a failed one."""
    with bench.door.open(bench.index):
        try:
            _open_and_close(bench.door, bench)
        except TryAgain as error:
            must(error.finding.code is Code.SAGE_IN_USE, "It says that the name is in use.", error.finding)
        else:
            raise Broken("Two sessions of one user were open at once.")
    try:
        with bench.door.open(bench.index):
            raise Defect("something went wrong in a session")
    except Defect:
        pass
    _open_and_close(bench.door, bench)


def _open_and_close(door: BooksDoor, bench: Bench) -> None:
    with door.open(bench.index) as books:
        books.identity()


def _refused_after_absent(bench: Bench, plan: Plan, code: Code) -> None:
    """Absent, then refused with this code, then absent still; nothing is written."""
    effect, writes = plan.effects[0], bench.writes()
    with bench.door.open(bench.index) as books:
        must(isinstance(fresh_look(books, plan, effect), Absent), f"{effect.id} is absent.")
        must_refuse(lambda: books.write(plan, effect), code, f"The write is refused with {code}.")
        must(isinstance(fresh_look(books, plan, effect), Absent), f"{effect.id} is absent still.")
    must(bench.writes() == writes, "Nothing was written.", bench.writes())


REFUSED: tuple[Check, ...] = (
    check_an_account_of_somebody_else_is_not_taken,
    check_an_account_that_should_be_there_is_not_made,
    check_a_document_needs_its_account_and_products,
    check_a_locked_date_is_refused,
    check_money_needs_a_bank,
    check_a_currency_that_the_company_lacks_is_refused,
    check_a_ledger_update_needs_its_document,
    check_a_restored_backup_stops_the_company,
    check_another_company_is_refused,
    check_one_session_at_a_time,
)
