"""The worked tables of docs/rules/customers.md, row by row."""

from __future__ import annotations

from dataclasses import replace

from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.choices.customers import CustomerChoices, UpdatePolicy, WebSalesRow, Websites
from ml_connector.posting.company import Account
from ml_connector.posting.customers.fields import new_fields, vat_number
from ml_connector.posting.customers.policy import changes
from ml_connector.posting.customers.reference import free_reference
from ml_connector.posting.customers.shopper import known_shopper, normalised_email, shopper_of
from ml_connector.posting.decide import decide
from ml_connector.posting.fitting import fit_address, plain
from ml_connector.posting.plan import Decision, Planned, Waiting
from tests.specs.customer_examples import (
    ANN,
    AT_HOME,
    KNOWN,
    chart_with,
    decided,
    effect_of,
    living_at,
    shopper,
)
from tests.specs.posting_company import CATALOGUE, YES
from tests.specs.posting_examples import planned, row, sale, situation
from tests.specs.worked_tables import Row, cases, held

PAGE = "customers.md"


@cases(PAGE, "E-mail", "Accounts in Sage", "Outcome")
def test_matching(case: Row) -> None:
    listed = "" if case["Accounts in Sage"] == "none" else case["Accounts in Sage"]
    accounts = [account(text) for text in listed.split(", ") if text]
    assert (
        outcome(decided(replace(ANN, email=normalised_email(case["E-mail"])), *accounts)) == case["Outcome"]
    )


@cases(PAGE, "Bought before as", "Now as", "Choice", "Same account")
def test_one_shopper(case: Row) -> None:
    chart = chart_with(
        {
            "none": CustomerChoices(),
            "plus addresses": CustomerChoices(plus_addresses=True),
            "websites apart": CustomerChoices(websites=Websites.APART),
        }[case["Choice"]]
    )
    before = shopper_of(bought(case["Bought before as"]), chart)
    now = known_shopper(shopper_of(bought(case["Now as"]), chart), {before.also: before.entity})
    assert ("yes" if now.entity == before.entity else "no") == case["Same account"]


@cases(PAGE, "Shopper", "Account in Sage", "Outcome")
def test_near_matches(case: Row) -> None:
    name, postcode, telephone, number = described(case["Shopper"])
    company = name if name.endswith("Ltd") else ""
    buyer = replace(
        shopper(name=name, company=company, postcode=postcode, telephone=telephone), vat_number=number
    )
    name, postcode, telephone, number = described(case["Account in Sage"])
    near = Account(
        ref="NEAR0001",
        name=name,
        emails=("somebody@example.co.uk",),
        currency="GBP",
        postcode=postcode,
        telephone=telephone,
        vat_number=number,
    )
    assert outcome(decided(buyer, near)) == case["Outcome"]


@cases(PAGE, "Sale", "Rows of the chart", "A/C")
def test_web_sales(case: Row) -> None:
    paid = sale(row())
    document: SalesDocument = {
        "a paid sale": paid,
        "a paid sale of customer group 3": replace(paid, order=replace(paid.order, customer_group="3")),
        "an unpaid sale": replace(paid, order=replace(paid.order, method="purchaseorder")),
        "a sale with a VAT number": replace(paid, bill_to=living_at(vat_number="GB123456789")),
        "a sale to a company": replace(paid, bill_to=living_at(company="Wool & Mills Ltd")),
        "a sale paid in euros": replace(paid, order_currency="EUR"),
    }[case["Sale"]]
    listed = "" if case["Rows of the chart"] == "none" else case["Rows of the chart"]
    rows = tuple(web_sales(text) for text in listed.split(", ") if text)
    company = replace(CATALOGUE, accounts=tuple(replace(KNOWN, ref=each.account_ref) for each in rows))
    chart = chart_with(CustomerChoices(web_sales=rows))
    decision = decide(document, situation(chart=chart, catalogue=company, accounts={}))
    found = "own account" if isinstance(decision, Waiting) else planned(decision).account_ref
    assert found == case["A/C"]


@cases(PAGE, "Name", "E-mail", "References taken", "A/C")
def test_account_references(case: Row) -> None:
    taken = frozenset({case["References taken"]})
    buyer = replace(shopper(name=case["Name"]), email=normalised_email(case["E-mail"]))
    assert free_reference(buyer, taken) == case["A/C"]


@cases(PAGE, "Typed", "In Sage")
def test_names(case: Row) -> None:
    assert plain(case["Typed"]) == case["In Sage"]


@cases(PAGE, "Street", "Town, county", "Lines in Sage", "Left over")
def test_addresses(case: Row) -> None:
    town, _, county = case["Town, county"].partition(", ")
    fitted = fit_address(living_at(street=tuple(case["Street"].split("; ")), town=town, county=county))
    lines = " / ".join(line or "-" for line in fitted.lines[:4])
    assert lines.removesuffix(" / -" if case["Lines in Sage"].count("/") < 3 else "") == case["Lines in Sage"]
    assert (", ".join(fitted.left_out) or "nothing") == case["Left over"]
    assert fitted.lines[4] == "TR26 3DA"


@cases(PAGE, "Typed", "Billing country", "On the account")
def test_vat_numbers(case: Row) -> None:
    assert vat_number(case["Typed"], living_at(country=case["Billing country"])) == case["On the account"]


@cases(PAGE, "Policy", "Written by us", "In Sage", "In the shop", "Then in Sage")
def test_updates(case: Row) -> None:
    says = {name: "" if text in ("empty", "nothing") else text for name, text in case.items()}
    ours = {"telephone": (says["Written by us"],)} if says["Written by us"] else {}
    account = replace(AT_HOME, telephone=says["In Sage"])
    policy = UpdatePolicy(case["Policy"].replace(" ", "-"))
    fields = new_fields(shopper(telephone=says["In the shop"]), CATALOGUE, "4000")
    made = {each.field: each.becomes for each in changes(fields, account, policy, ours)}
    assert made.get("telephone", says["In Sage"]) == says["Then in Sage"]


def outcome(decision: Decision) -> str:
    if not isinstance(decision, Planned):
        return held(decision)
    effect = effect_of(decision)
    return "created" if effect.create else effect.account_ref


def account(text: str) -> Account:
    """An account as the page writes it: reference, e-mail, and what is special about it."""
    ref, email, *special = text.split()
    return Account(
        ref=ref,
        name=ref,
        emails=(email,),
        currency="EUR" if "EUR" in special else "GBP",
        inactive="inactive" in special,
        on_hold="on-hold" in special,
    )


def bought(text: str) -> SalesDocument:
    """A sale as the page writes it: an e-mail, maybe a registration, a company, a website."""
    document = sale(row())
    text, _, website = text.partition(" on website ")
    text, _, company = text.partition(" for company ")
    email, _, number = text.partition(", customer ")
    order = replace(
        document.order,
        email=email,
        customer_id=number,
        company_id=company,
        company_name="Wool & Mills Ltd" if company else "",
    )
    return replace(document, order=order, website=website or "1")


def described(text: str) -> tuple[str, str, str, str]:
    """Name, postcode, telephone and VAT number, the last two where the page names them."""
    name, postcode, *rest = text.split(", ")
    numbers = [each.removeprefix("VAT ") for each in rest if each.startswith("VAT ")]
    telephones = [each for each in rest if not each.startswith("VAT ")]
    return name, postcode, "".join(telephones), "".join(numbers)


def web_sales(text: str) -> WebSalesRow:
    """A row as the page writes it."""
    ref, _, group = text.partition(" for ")
    return WebSalesRow(
        account_ref=ref,
        customer_group=group.removeprefix("customer group ").removeprefix("everything"),
        accepted=YES,
    )
