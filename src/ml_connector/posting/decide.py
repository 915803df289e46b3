"""One document, one decision: planned, held, waiting or skipped. The order of the questions is the rule.

    state in the shop ─▶ website and base currency ─▶ comes to nothing? ─▶ doubled? ─▶ order gate
        ─▶ sums, tender, lines, carriage, nominals, dates ─▶ customer ─▶ the order's invoices ─▶ plan

What would be held is held before it waits for a customer, so that no account is made for a document that
cannot be posted. All findings are shown together. Nothing here knows the time, the shop's field names or
Sage: the same document, chart, company and siblings give the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ml_connector.documents.identity import Key, Kind, reference
from ml_connector.documents.likeness import LookAlike
from ml_connector.documents.money import ZERO, to_minor
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.errors import Code, Finding
from ml_connector.posting.assemble import plan_of
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue
from ml_connector.posting.currency import as_posted
from ml_connector.posting.customers.matching import AccountIndex, account_finding
from ml_connector.posting.customers.shopper import known_shopper, shopper_of
from ml_connector.posting.customers.web_sales import nobody_to_bill, web_sales_account, web_sales_row
from ml_connector.posting.plan import Decision, Held, Plan, Planned, Skipped, Waiting
from ml_connector.posting.rules.adjustments import adjustments
from ml_connector.posting.rules.carriage import carriage
from ml_connector.posting.rules.case import Case, Made, case_of
from ml_connector.posting.rules.discounts import discounts
from ml_connector.posting.rules.doubled import doubled
from ml_connector.posting.rules.extras import extras
from ml_connector.posting.rules.gate import gate
from ml_connector.posting.rules.gift_cards import gift_cards
from ml_connector.posting.rules.header_rounding import header_rounding
from ml_connector.posting.rules.items import items
from ml_connector.posting.rules.levies import levies
from ml_connector.posting.rules.negatives import negatives
from ml_connector.posting.rules.pennies import pennies
from ml_connector.posting.rules.periods import posted_on
from ml_connector.posting.rules.postable import postable
from ml_connector.posting.rules.replaced import billed_twice
from ml_connector.posting.rules.soundness import unsound
from ml_connector.posting.rules.wrapping import wrapping
from ml_connector.posting.zero import zero

LINE_RULES = (
    items,
    gift_cards,
    discounts,
    levies,
    carriage,
    wrapping,
    extras,
    adjustments,
    header_rounding,
)
"""In the order of the Sage document's lines; what each makes is seen by those after it."""

CHECKS = (negatives, postable)
"""What is asked of the whole, after the penny policy."""

_IN_THE_BOOKS = "proved"
_DEALT_WITH = ("proved", "skipped")
_HELD = "held"
_NOT_GOING = ("noticed", "waiting", "held", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """Another captured document of the same order: its record's state and, once it has one, its plan."""

    kind: Kind
    entity_id: int
    number: str
    state: str
    created_at: datetime
    plan: Plan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a decision rests on beside the document. `accounts` leads from a proved customer's entity to its
    A/C reference, `known_as` from another name of a shopper to that entity; `index` is of the catalogue's
    accounts; `tag` is this connection's in Sage references; `look_alikes` are orders like this document's.
    `billed_before` is what the order that this one replaces has invoiced and not refunded.
    """

    tag: str
    connection_id: str
    chart: Chart
    chart_version: int
    catalogue: Catalogue
    index: AccountIndex
    accounts: Mapping[str, str]
    known_as: Mapping[str, str] = field(default_factory=dict[str, str])
    siblings: tuple[Sibling, ...] = ()
    look_alikes: tuple[LookAlike, ...] = ()
    billed_before: Decimal = ZERO


def decide(document: SalesDocument, situation: Situation) -> Decision:
    """What the books should say about this document, or why they cannot yet."""
    early = _before_lines(document, situation)
    if early is not None:
        return early
    document = as_posted(document, situation.chart)
    made = made_of(document, situation)
    if made.findings:
        return Held(findings=tuple(dict.fromkeys(made.findings)))
    account = _account(document, situation)
    if isinstance(account, Waiting | Held):
        return account
    waits = _for_invoices(document, situation)
    if waits is not None:
        return waits
    plan = plan_of(
        document,
        made,
        key=Key(situation.connection_id, document.kind, str(document.entity_id)),
        reference=reference(situation.tag, document.kind, document.entity_id),
        account_ref=account,
        on=posted_on(document.date, situation.chart.periods, situation.catalogue),
        chart=situation.chart,
        chart_version=situation.chart_version,
        others=_plans_of_order(situation, account),
    )
    return Planned(plan=plan)


def _before_lines(document: SalesDocument, situation: Situation) -> Decision | None:
    """Everything that is decided without looking at a line."""
    chart = situation.chart
    if document.state is DocumentState.CANCELLED:
        return Skipped(code=Code.DOCUMENT_CANCELLED, why="The shop has cancelled this document.")
    if document.state is DocumentState.OPEN:
        why = "The shop has not captured the money of this document."
        return Waiting(code=Code.NOT_CAPTURED, why=why, on=(document.number,))
    if document.website in chart.elsewhere:
        why = f"The chart says that website {document.website} is posted by another connection."
        return Skipped(code=Code.WEBSITE_ELSEWHERE, why=why)
    elsewhere = _elsewhere(document, chart)
    if elsewhere:
        return Held(findings=(elsewhere,))
    document = as_posted(document, chart)
    if not to_minor(document.base.worth) and not unsound(document, chart):
        nothing = zero(chart.lines.zero_documents, _shoppers_account(document, situation))
        if nothing is not None:
            return nothing
    twin = doubled(document, situation.look_alikes) or billed_twice(document, situation.billed_before)
    if twin:
        return Held(findings=(twin,))
    return gate(document, chart.gate)


def made_of(document: SalesDocument, situation: Situation) -> Made:
    """Lines and carriage, with every finding there is: about the document, its lines, its customer."""
    document = as_posted(document, situation.chart)
    case = case_in(document, situation)
    email = nobody_to_bill(document, situation.chart)
    made = Made(findings=(*unsound(document, situation.chart), *((email,) if email else ())))
    for rule in LINE_RULES:
        made += rule(case, made)
    made = pennies(case, made)
    for check in CHECKS:
        made += check(case, made)
    return made


def case_in(document: SalesDocument, situation: Situation) -> Case:
    """The case that the rules are given."""
    return case_of(document, situation.chart, situation.catalogue, _on_their_way(situation))


def _elsewhere(document: SalesDocument, chart: Chart) -> Finding | None:
    """Why this document does not belong to this company at all, if so."""
    if document.base_currency != chart.currency:
        return Finding(
            code=Code.OTHER_BASE_CURRENCY,
            what=f"This document's website keeps its prices in {document.base_currency}, and this company's "
            f"sales are posted in {chart.currency}.",
            why="Amounts are never converted: the rate would be a guess, and so would the ledger.",
            fix=f"Connect that website to a company that keeps its books in {document.base_currency}.",
        )
    if document.website not in chart.websites:
        return Finding(
            code=Code.WEBSITE_NOT_COVERED,
            what=f"This document comes from website {document.website}, which the chart does not cover.",
            why="A website's sales go to one company, and nobody has said that it is this one.",
            fix="Add the website to this chart, or connect it to another company and say so in this chart.",
        )
    return None


def _shoppers_account(document: SalesDocument, situation: Situation) -> str | Waiting | Held:
    """The account, or why there is none; without an e-mail nobody can tell whose it is."""
    email = nobody_to_bill(document, situation.chart)
    return Held(findings=(email,)) if email else _account(document, situation)


def _account(document: SalesDocument, situation: Situation) -> str | Waiting | Held:
    """The account: that of the order's own invoices in the books, else the web-sales account that the chart
    names, else the one proved for the shopper."""
    booked = [
        sibling.plan
        for sibling in _oldest_first(situation)
        if sibling.kind is Kind.INVOICE and sibling.state == _IN_THE_BOOKS and sibling.plan
    ]
    otherwise = _booked_otherwise(document, booked)
    if otherwise is not None:
        return Held(findings=(otherwise,))
    account = next((plan.account_ref for plan in booked if plan.currency == document.base_currency), None)
    row = None if account else web_sales_row(document, situation.chart)
    if row is not None:
        shared = web_sales_account(row, situation.index, document.base_currency)
        return shared if isinstance(shared, str) else Held(findings=(shared,))
    shopper = known_shopper(shopper_of(document, situation.chart), situation.known_as)
    account = account or situation.accounts.get(shopper.entity)
    if account is None:
        key = Key(situation.connection_id, Kind.CUSTOMER, shopper.entity)
        return Waiting(
            code=Code.CUSTOMER_NOT_READY,
            why="The customer's account has to stand in Sage first.",
            on=(str(key),),
        )
    known = situation.index.account(account)
    finding = account_finding(known, document.base_currency) if known else None
    return Held(findings=(finding,)) if finding else account


def _booked_otherwise(document: SalesDocument, invoices: list[Plan]) -> Finding | None:
    """Why a credit memo cannot meet its order's invoices, if one is booked in another currency."""
    others = sorted({plan.currency for plan in invoices} - {document.base_currency})
    if document.kind is not Kind.CREDIT_MEMO or not others:
        return None
    return Finding(
        code=Code.INVOICES_IN_OTHER_CURRENCY,
        what=f"An invoice of order {document.order.number} is in the books in {others[0]}, and this credit "
        f"memo would be in {document.base_currency}.",
        why="The chart has changed between the two, and a credit meets only what is in its own currency.",
        fix="Enter this credit memo by hand on the account of its invoice.",
    )


def _for_invoices(document: SalesDocument, situation: Situation) -> Waiting | None:
    """A credit memo waits until each captured invoice of its order is in the ledger or dealt with."""
    if document.kind is not Kind.CREDIT_MEMO:
        return None
    states = {each.entity_id: each.state for each in situation.siblings if each.kind is Kind.INVOICE}
    open_ones = [
        each
        for each in document.relatives
        if each.kind is Kind.INVOICE
        and each.state is DocumentState.CAPTURED
        and states.get(each.entity_id) not in _DEALT_WITH
    ]
    if not open_ones:
        return None
    numbers = ", ".join(each.number for each in open_ones)
    keys = [Key(situation.connection_id, Kind.INVOICE, str(each.entity_id)) for each in open_ones]
    held = any(states.get(each.entity_id) == _HELD for each in open_ones)
    return Waiting(
        code=Code.WAITS_FOR_INVOICE_HELD if held else Code.INVOICE_NOT_READY,
        why=f"Invoice {numbers} is {'held' if held else 'not in the ledger yet'}.",
        on=tuple(str(key) for key in keys),
    )


def _plans_of_order(situation: Situation, account: str) -> tuple[Plan, ...]:
    """The plans of the order's other documents on this account that are in the books or on their way."""
    return tuple(plan for plan in _on_their_way(situation) if plan.account_ref == account)


def _on_their_way(situation: Situation) -> tuple[Plan, ...]:
    """The plans of the order's other documents that are in the books or on their way, oldest first."""
    siblings = _oldest_first(situation)
    return tuple(each.plan for each in siblings if each.plan and each.state not in _NOT_GOING)


def _oldest_first(situation: Situation) -> tuple[Sibling, ...]:
    return tuple(sorted(situation.siblings, key=lambda each: (each.created_at, each.entity_id)))
