"""What stands is compared with the plan to the penny before it is believed; the ledger is read honestly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ml_connector.documents.money import from_minor
from ml_connector.posting.plan import Allocation, DocumentLine, Plan, PostDocument, Receipt
from ml_connector.sage.books import Unknown
from ml_connector.sage.conformance.bench import (
    BANK,
    CARRIAGE,
    DAY,
    EMAIL,
    PRODUCTS,
    SALES,
    Bench,
    credit_note,
    customer,
    discounted_invoice,
    free_invoice,
    invoice,
    plan_of,
)
from ml_connector.sage.conformance.steps import (
    Check,
    fresh_look,
    make_some,
    must,
    must_be_equal,
    must_differ,
    number_of,
)


def check_a_changed_document_differs(bench: Bench) -> None:
    """A person moved its date: found, with a sentence that holds both dates as people write them."""
    plan = invoice()
    make_some(bench, plan, effects=1)
    bench.move_date(number_of(bench, plan), DAY + timedelta(days=1))
    with bench.door.open(bench.index) as books:
        told = must_differ(fresh_look(books, plan, plan.effects[0]), "date")
    must("15/03/2026" in told and "14/03/2026" in told, "Both dates are told.", told)


def check_another_plan_of_the_same_reference_differs(bench: Bench) -> None:
    """Amount, VAT, tax code, nominal, product, carriage, type or account unlike the plan's is never equal."""
    standing = invoice()
    make_some(bench, standing, effects=2)
    with bench.door.open(bench.index) as books:
        for what, plan in _others(standing):
            must_differ(fresh_look(books, plan, plan.effects[0]), what)
            if what != "product":
                must_differ(fresh_look(books, plan, plan.effects[1]), what)


def check_money_differs(bench: Bench) -> None:
    """A receipt of another amount, date, bank or account is never equal."""
    plan = invoice()
    make_some(bench, plan, effects=3)
    receipt = plan.effects[2]
    assert isinstance(receipt, Receipt)
    others = {
        "amount": replace(receipt, amount=receipt.amount - 1),
        "date": replace(receipt, date=DAY + timedelta(days=1)),
        "bank": replace(receipt, bank="1250"),
    }
    with bench.door.open(bench.index) as books:
        for what, other in others.items():
            must_differ(fresh_look(books, plan, other), what)
        must_differ(fresh_look(books, replace(plan, account_ref="WEB00001"), receipt), "account")


def check_outstanding_amounts_tell_an_allocation(bench: Bench) -> None:
    """After-values are found; nothing outstanding, or neither before nor after, is unknown."""
    plan = invoice()
    befores = make_some(bench, plan)
    allocation = plan.effects[-1]
    assert isinstance(allocation, Allocation)
    made = befores[allocation.id]
    must((made.debit, made.credit) == (allocation.amount,) * 2, "What was outstanding is recorded.", made)
    with bench.door.open(bench.index) as books:
        must_be_equal(books.look(plan, allocation, made), "The allocation is found.")
        now = books.before(plan, allocation)
        must((now.debit, now.credit) == (0, 0), "Nothing is outstanding any more.", now)
        seen = books.look(plan, allocation, now)
        must(isinstance(seen, Unknown), "With nothing outstanding before it, it is unknown.", seen)
        seen = books.look(plan, allocation, replace(made, debit=allocation.amount + 7))
        must(isinstance(seen, Unknown), "Neither before nor after is unknown.", seen)
        stranger = replace(allocation, credit=replace(allocation.credit, reference="K7-I9.R1"))
        seen = books.look(plan, stranger, made)
        must(isinstance(seen, Unknown), "A side that is not there is unknown.", seen)


def check_the_ledger_reader_tells_what_was_sold(bench: Bench) -> None:
    """SI and SC of the connector's own user, each once, with our reference; nothing that people entered."""
    plans = (invoice(), credit_note(), discounted_invoice())
    for plan in plans:
        make_some(bench, plan)
    by_hand = invoice("K7-I77")
    make_some(bench, by_hand, effects=1)
    bench.update_ledgers(number_of(bench, by_hand))
    with bench.door.open(bench.index) as books:
        entries = list(books.ledger())
    told = {entry.reference: (entry.type, entry.account_ref, entry.date, entry.currency) for entry in entries}
    wanted = {
        plan.reference: ("SC" if plan.kind == "creditmemo" else "SI", plan.account_ref, DAY, "GBP")
        for plan in plans
    }
    must(told == wanted and len(entries) == len(plans), "The ledger holds each document once.", entries)
    for plan in plans:
        entry = next(each for each in entries if each.reference == plan.reference)
        gross = sum(split.net + split.tax for split in entry.splits)
        must(gross == plan.gross, f"{plan.reference} comes to what was planned.", entry)


def check_a_document_of_nothing_is_posted_without_an_entry(bench: Bench) -> None:
    """Its ledger update is absent, then made, then found as planned; the ledger holds nothing of it."""
    plan = free_invoice()
    make_some(bench, plan)
    with bench.door.open(bench.index) as books:
        found = must_be_equal(fresh_look(books, plan, plan.effects[1]), "The ledger update is found again.")
        entries = list(books.ledger())
    must("invoice_number" in found.numbers, "The document's number is told.", found)
    must(entries == [], "Nothing of it is in the ledger.", entries)


def check_the_catalogue_tells_what_stands(bench: Bench) -> None:
    """Accounts with their e-mails, products, nominals, banks and tax codes with their own rates."""
    make_some(bench, customer("NEWNORA1", "Nora@Example.com"))
    with bench.door.open(bench.index) as books:
        catalogue, identity = books.catalogue(), books.identity()
    must(catalogue.company == identity and bool(identity.company_id), "The company is the one that is open.")
    must(catalogue.base_currency == "GBP", "The base currency is told.", catalogue.base_currency)
    must({"GBP", "EUR"} <= {*catalogue.currencies}, "All currencies are told.", catalogue.currencies)
    emails = {email.casefold() for account in catalogue.accounts for email in account.emails}
    must({EMAIL, "nora@example.com"} <= emails, "Old and new accounts are told.", emails)
    must({*PRODUCTS} <= {item.code for item in catalogue.stock}, "Products are told.", catalogue.stock)
    kinds = {each.code: (each.bank, each.control) for each in catalogue.nominals}
    must(kinds.get(BANK) == (True, False), "A bank is told from other nominals.", kinds)
    must(kinds.get(SALES) == (False, False) and kinds.get("1100") == (False, True), "Control too.", kinds)
    rates = {code.number: int(code.rate) for code in catalogue.tax_codes}
    must((rates.get(1), rates.get(5), rates.get(0)) == (20, 5, 0), "Rates are told.", rates)


def check_an_account_is_found_by_its_email(bench: Bench) -> None:
    """The account of the plan is found when it carries the e-mail, in capitals or not."""
    plan = customer("SHOPPER1", EMAIL.upper(), create=False)
    with bench.door.open(bench.index) as books:
        found = must_be_equal(fresh_look(books, plan, plan.effects[0]), "The account is found.")
    must(found.numbers == {"account_ref": "SHOPPER1"}, "Its reference is told.", found)


def _others(standing: Plan) -> list[tuple[str, Plan]]:
    body = standing.document
    assert body is not None
    first = body.lines[0]
    lines = {
        "amount": replace(
            first,
            quantity=Decimal(1),
            unit_price=from_minor(first.net + 5),
            full_net=first.net + 5,
            discount=0,
            net=first.net + 5,
        ),
        "VAT": replace(first, tax=first.tax - 1),
        "tax code": replace(first, tax_code=5),
        "nominal": replace(first, nominal=CARRIAGE),
        "product": replace(first, stock_code=PRODUCTS[1]),
    }
    bodies = [(what, _with_first(body, line)) for what, line in lines.items()]
    bodies += [
        ("number of lines", replace(body, lines=body.lines[1:])),
        ("carriage", replace(body, carriage=None)),
        ("type", replace(body, credit=True)),
    ]
    plans = [(what, plan_of(other, standing.reference)) for what, other in bodies]
    return [*plans, ("account", replace(standing, account_ref="WEB00001"))]


def _with_first(body: PostDocument, line: DocumentLine) -> PostDocument:
    return replace(body, lines=(line, *body.lines[1:]))


COMPARED: tuple[Check, ...] = (
    check_a_changed_document_differs,
    check_another_plan_of_the_same_reference_differs,
    check_money_differs,
    check_outstanding_amounts_tell_an_allocation,
    check_the_ledger_reader_tells_what_was_sold,
    check_a_document_of_nothing_is_posted_without_an_entry,
    check_the_catalogue_tells_what_stands,
    check_an_account_is_found_by_its_email,
)
