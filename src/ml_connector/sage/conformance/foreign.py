"""Sales in a foreign currency: on an account and a bank kept in it, to the cent, and never in another.

What the books themselves make of it in base currency is told with the ledger entry and never compared: the
rate is the books' own (design: “The proof is not circular”).
"""

from __future__ import annotations

from dataclasses import replace

from ml_connector.errors import Code
from ml_connector.posting.plan import EnsureCustomer, Plan, Receipt, RefundPayment
from ml_connector.sage.books import Absent
from ml_connector.sage.conformance.bench import (
    EMAIL,
    EURO_ACCOUNT,
    EURO_BANK,
    Bench,
    credit_note,
    customer,
    invoice,
)
from ml_connector.sage.conformance.steps import (
    Check,
    fresh_look,
    make_some,
    must,
    must_be_equal,
    must_differ,
    must_refuse,
)


def check_a_foreign_invoice_stands_in_its_own_currency(bench: Bench) -> None:
    """Document, ledger, receipt and allocations, each in euros; the base value is told."""
    plan = in_euros(invoice())
    make_some(bench, plan)
    with bench.door.open(bench.index) as books:
        for effect in plan.effects[:3]:
            found = must_be_equal(fresh_look(books, plan, effect), f"{effect.id} stands in euros.")
            if effect.type == "ledger":
                base = found.numbers.get("base_gross")
                must(isinstance(base, int) and 0 < base != plan.gross, "The base value is told.", found)
        entries = list(books.ledger())
    must([each.currency for each in entries] == ["EUR"], "The ledger reader tells the currency.", entries)
    gross = sum(split.net + split.tax for split in entries[0].splits)
    must(gross == plan.gross, "It comes to the plan's own euros.", entries)


def check_a_foreign_credit_is_paid_back_in_its_own_currency(bench: Bench) -> None:
    """Credit, refund payment and allocation in euros."""
    plan = in_euros(credit_note())
    make_some(bench, plan)
    must(bench.writes() == len(plan.effects), "One write per effect.", bench.writes())


def check_a_sale_in_base_currency_tells_no_base_value(bench: Bench) -> None:
    """There is nothing to exchange."""
    plan = invoice()
    make_some(bench, plan, effects=2)
    with bench.door.open(bench.index) as books:
        found = must_be_equal(fresh_look(books, plan, plan.effects[1]), "It is in the ledger.")
    must("base_gross" not in found.numbers, "No base value is told.", found)


def check_another_currency_differs(bench: Bench) -> None:
    """What stands in one currency is never taken for a plan in another, whatever the figures."""
    plan = in_euros(invoice())
    make_some(bench, plan, effects=3)
    in_pounds = replace(plan, currency="GBP")
    with bench.door.open(bench.index) as books:
        for effect in plan.effects[:3]:
            told = must_differ(fresh_look(books, in_pounds, effect), "currency")
            must("EUR" in told and "GBP" in told, "Both currencies are told.", told)


def check_an_account_in_another_currency_is_refused(bench: Bench) -> None:
    """Pounds on an account in euros, and euros on one in pounds: refused before anything is written."""
    plans = (replace(invoice(), account_ref=EURO_ACCOUNT), replace(invoice(), currency="EUR"))
    with bench.door.open(bench.index) as books:
        for plan in plans:
            effect = plan.effects[0]
            must(isinstance(fresh_look(books, plan, effect), Absent), "It is absent.")
            must_refuse(
                lambda plan=plan, effect=effect: books.write(plan, effect),
                Code.CUSTOMER_OTHER_CURRENCY,
                "An account of another currency is refused.",
            )
    must(bench.writes() == 0, "Nothing was written.", bench.writes())


def check_a_bank_in_another_currency_is_refused(bench: Bench) -> None:
    """Euros into the bank in pounds: refused, and the invoice stays as it is."""
    plan = in_euros(invoice())
    make_some(bench, plan, effects=2)
    receipt = plan.effects[2]
    assert isinstance(receipt, Receipt)
    stray = replace(receipt, bank="1200")
    with bench.door.open(bench.index) as books:
        must(isinstance(fresh_look(books, plan, stray), Absent), "It is absent.")
        must_refuse(
            lambda: books.write(plan, stray),
            Code.BANK_OTHER_CURRENCY,
            "Another currency's bank is refused.",
        )
    must(bench.writes() == 2, "Nothing more was written.", bench.writes())


def check_an_account_is_made_in_its_own_currency(bench: Bench) -> None:
    """A new account in euros; the shopper's account in pounds is another one, and is not taken for it."""
    plan = _customer_in_euros("EURONORA", "nora@example.com")
    make_some(bench, plan)
    with bench.door.open(bench.index) as books:
        kept_in = {account.ref: account.currency for account in books.catalogue().accounts}
        must(kept_in["EURONORA"] == "EUR", "It is kept in euros.", kept_in)
        standing = _customer_in_euros("SHOPPER1", EMAIL)
        effect = standing.effects[0]
        must(isinstance(fresh_look(books, standing, effect), Absent), "The account in pounds is not it.")
        must_refuse(lambda: books.write(standing, effect), Code.ACCOUNT_REF_TAKEN, "Its reference is taken.")
        matched = customer("SHOPPER1", EMAIL, create=False)
        matched = _with_currency(matched)
        must_refuse(
            lambda: books.write(matched, matched.effects[0]),
            Code.CUSTOMER_OTHER_CURRENCY,
            "A matched account of another currency is refused.",
        )
    must(bench.writes() == 1, "One account was made.", bench.writes())


def in_euros(plan: Plan) -> Plan:
    """The plan on the account and the bank that are kept in euros."""
    effects = tuple(
        replace(effect, bank=EURO_BANK) if isinstance(effect, Receipt | RefundPayment) else effect
        for effect in plan.effects
    )
    return replace(plan, currency="EUR", account_ref=EURO_ACCOUNT, effects=effects)


def _customer_in_euros(account_ref: str, email: str) -> Plan:
    return _with_currency(customer(account_ref, email))


def _with_currency(plan: Plan) -> Plan:
    (effect,) = plan.effects
    assert isinstance(effect, EnsureCustomer)
    kept_in = replace(effect, fields=replace(effect.fields, currency="EUR"))
    return replace(plan, currency="EUR", effects=(kept_in,))


FOREIGN: tuple[Check, ...] = (
    check_a_foreign_invoice_stands_in_its_own_currency,
    check_a_foreign_credit_is_paid_back_in_its_own_currency,
    check_a_sale_in_base_currency_tells_no_base_value,
    check_another_currency_differs,
    check_an_account_in_another_currency_is_refused,
    check_a_bank_in_another_currency_is_refused,
    check_an_account_is_made_in_its_own_currency,
)
