"""An account follows the shop only where nobody else had a say, and is the shopper's if a person says so."""

from __future__ import annotations

import contextlib

from ml_connector.errors import Code, TryAgain
from ml_connector.posting.effects import ADDRESS_FIELDS
from ml_connector.posting.plan import FieldChange, Plan
from ml_connector.sage.books import Absent
from ml_connector.sage.conformance.bench import ACCOUNT, ADDRESS, Bench, customer, update
from ml_connector.sage.conformance.steps import Check, fresh_look, make_some, must, must_be_equal, must_refuse

REF, EMAIL = "NEWNORA1", "nora@example.com"
MOVED = ("9 Mill Lane", "", "Leeds", "West Yorkshire", "LS2 2BB")


def check_a_new_account_is_read_back_whole(bench: Bench) -> None:
    """The catalogue says what was written at creation: near matches and updates rest on it."""
    make_some(bench, customer(REF, EMAIL))
    with bench.door.open(bench.index) as books:
        (account,) = (each for each in books.catalogue().accounts if each.ref == REF)
    must(account.emails == (EMAIL,), "The e-mail is told.", account.emails)
    must(account.address == ADDRESS and account.postcode == ADDRESS[4], "So is the address.", account.address)
    seen = (account.name, account.contact, account.telephone, account.country, account.vat_number)
    must(seen == ("Nora New", "Nora New", "0113 496 0001", "GB", ""), "So are the other fields.", seen)


def check_an_account_that_a_person_named_needs_no_email(bench: Bench) -> None:
    """The person's word counts more than what stands in the e-mail fields; nothing is written for it."""
    plan, writes = customer(ACCOUNT, "another@example.com", create=False, by_reference=True), bench.writes()
    with bench.door.open(bench.index) as books:
        must_be_equal(fresh_look(books, plan, plan.effects[0]), "It is found as it stands.")
    must(bench.writes() == writes, "Nothing was written.", bench.writes())


def check_an_account_that_a_person_named_is_never_made(bench: Bench) -> None:
    """One that is not there is a person's mistake, or somebody's deletion."""
    plan, writes = customer("NOBODY01", EMAIL, create=False, by_reference=True), bench.writes()
    with bench.door.open(bench.index) as books:
        must(isinstance(fresh_look(books, plan, plan.effects[0]), Absent), "It is absent.")
        must_refuse(lambda: books.write(plan, plan.effects[0]), Code.GONE_FROM_SAGE, "The write is refused.")
    must(bench.writes() == writes, "Nothing was written.", bench.writes())


def check_an_update_is_made_once_and_read_back(bench: Bench) -> None:
    """Several fields in one write; a second look finds them, and nothing else of the account has changed."""
    make_some(bench, customer(REF, EMAIL))
    writes, plan = bench.writes(), _moved()
    make_some(bench, plan)
    must(bench.writes() == writes + 1, "One write.", bench.writes() - writes)
    with bench.door.open(bench.index) as books:
        must_be_equal(fresh_look(books, plan, plan.effects[0]), "It is found.")
        (account,) = (each for each in books.catalogue().accounts if each.ref == REF)
    must(account.address == MOVED, "The address is the new one.", account.address)
    seen = (account.name, account.emails, account.telephone)
    must(seen == ("Nora New", (EMAIL,), "0113 496 0001"), "The rest is as it was.", seen)


def check_an_update_keeps_what_a_person_typed_meanwhile(bench: Bench) -> None:
    """The field that a person changed stays, is told as kept, and does not hold up the others."""
    make_some(bench, customer(REF, EMAIL))
    bench.type_into_account(REF, "telephone", "ask for Mo")
    plan = update(
        REF,
        FieldChange(field="telephone", was="0113 496 0001", becomes="0113 496 0002"),
        FieldChange(field="contact", was="Nora New", becomes="Nora Newer"),
    )
    make_some(bench, plan)
    with bench.door.open(bench.index) as books:
        found = must_be_equal(fresh_look(books, plan, plan.effects[0]), "It is found.")
        (account,) = (each for each in books.catalogue().accounts if each.ref == REF)
    must(found.numbers.get("kept") == "telephone", "What was kept is told.", found.numbers)
    seen = (account.telephone, account.contact)
    must(seen == ("ask for Mo", "Nora Newer"), "The typed field stays, the other follows.", seen)


def check_an_address_of_which_a_line_was_typed_stays_whole(bench: Bench) -> None:
    """Five lines from two addresses would be a third one."""
    make_some(bench, customer(REF, EMAIL))
    bench.type_into_account(REF, "address_1", "1 High Street (side door)")
    writes, plan = bench.writes(), _moved()
    with bench.door.open(bench.index) as books:
        found = must_be_equal(fresh_look(books, plan, plan.effects[0]), "It is found, and kept.")
    must(found.numbers.get("kept") == "address_1 address_5", "What was kept is told.", found.numbers)
    must(bench.writes() == writes, "Nothing was written.", bench.writes())


def check_an_update_of_which_all_was_typed_writes_nothing(bench: Bench) -> None:
    """There is nothing left to do."""
    make_some(bench, customer(REF, EMAIL))
    bench.type_into_account(REF, "contact", "Mo")
    writes = bench.writes()
    plan = update(REF, FieldChange(field="contact", was="Nora New", becomes="Nora Newer"))
    with bench.door.open(bench.index) as books:
        must_be_equal(fresh_look(books, plan, plan.effects[0]), "It is found, and kept.")
    must(bench.writes() == writes, "Nothing was written.", bench.writes())


def check_an_update_whose_reply_was_lost_is_found(bench: Bench) -> None:
    """Sage saves and cannot say so: the look finds it, in a new session."""
    make_some(bench, customer(REF, EMAIL))
    plan = _moved()
    with bench.door.open(bench.index) as books:
        must(isinstance(fresh_look(books, plan, plan.effects[0]), Absent), "It is absent.")
        bench.lose_next_reply()
        with contextlib.suppress(TryAgain):
            books.write(plan, plan.effects[0])
            must(False, "The reply was lost.")
    with bench.door.open(bench.index) as books:
        must_be_equal(fresh_look(books, plan, plan.effects[0]), "It is found.")


def check_an_update_needs_its_account(bench: Bench) -> None:
    """An account that is gone is not made again by a change of address."""
    plan, writes = _moved(), bench.writes()
    with bench.door.open(bench.index) as books:
        must(isinstance(fresh_look(books, plan, plan.effects[0]), Absent), "It is absent.")
        must_refuse(lambda: books.write(plan, plan.effects[0]), Code.GONE_FROM_SAGE, "The write is refused.")
    must(bench.writes() == writes, "Nothing was written.", bench.writes())


def _moved() -> Plan:
    lines = zip(ADDRESS_FIELDS, ADDRESS, MOVED, strict=True)
    return update(
        REF, *(FieldChange(field=name, was=was, becomes=to) for name, was, to in lines if was != to)
    )


CUSTOMERS: tuple[Check, ...] = (
    check_a_new_account_is_read_back_whole,
    check_an_account_that_a_person_named_needs_no_email,
    check_an_account_that_a_person_named_is_never_made,
    check_an_update_is_made_once_and_read_back,
    check_an_update_keeps_what_a_person_typed_meanwhile,
    check_an_address_of_which_a_line_was_typed_stays_whole,
    check_an_update_of_which_all_was_typed_writes_nothing,
    check_an_update_whose_reply_was_lost_is_found,
    check_an_update_needs_its_account,
)
