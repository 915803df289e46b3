"""One document, one decision: planned, held, waiting or skipped. The order of the questions is the rule.

    state in the shop ─▶ base currency and website ─▶ comes to nothing? ─▶ doubled? ─▶ order gate
        ─▶ sums, tender, lines, carriage, nominals, dates ─▶ customer ─▶ the order's invoices ─▶ plan

What would be held is held before it waits for a customer, so that no account is made for a document that
cannot be posted. All findings are shown together. Nothing here knows the time, the shop's field names or
Sage: the same document, chart, company and siblings give the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ml_connector.documents.identity import Key, Kind, reference
from ml_connector.documents.money import to_minor
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.errors import Code, Finding
from ml_connector.posting.assemble import plan_of
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue
from ml_connector.posting.customers import account_finding, email_finding, shopper_of
from ml_connector.posting.plan import Decision, Held, Plan, Planned, Skipped, Waiting
from ml_connector.posting.rules.adjustments import adjustments
from ml_connector.posting.rules.carriage import carriage
from ml_connector.posting.rules.case import Made, case_of
from ml_connector.posting.rules.doubled import doubled
from ml_connector.posting.rules.gate import gate
from ml_connector.posting.rules.header_rounding import header_rounding
from ml_connector.posting.rules.items import items
from ml_connector.posting.rules.levies import levies
from ml_connector.posting.rules.postable import postable
from ml_connector.posting.rules.soundness import unsound

LINE_RULES = (items, levies, carriage, adjustments, header_rounding, postable)
"""In the order of the Sage document's lines; what each makes is seen by those after it."""

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
    A/C reference; `tag` is this connection's in Sage references.
    """

    tag: str
    connection_id: str
    chart: Chart
    chart_version: int
    catalogue: Catalogue
    accounts: Mapping[str, str]
    siblings: tuple[Sibling, ...] = ()


def decide(document: SalesDocument, situation: Situation) -> Decision:
    """What the books should say about this document, or why they cannot yet."""
    early = _before_lines(document, situation.chart)
    if early is not None:
        return early
    made = _made(document, situation)
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
        chart=situation.chart,
        chart_version=situation.chart_version,
        others=_plans_of_order(situation, account),
    )
    return Planned(plan=plan)


def _before_lines(document: SalesDocument, chart: Chart) -> Decision | None:
    """Everything that is decided without looking at a line."""
    if document.state is DocumentState.CANCELLED:
        return Skipped(code=Code.DOCUMENT_CANCELLED, why="The shop has cancelled this document.")
    if document.state is DocumentState.OPEN:
        why = "The shop has not captured the money of this document."
        return Waiting(code=Code.NOT_CAPTURED, why=why, on=(document.number,))
    elsewhere = _elsewhere(document, chart)
    if elsewhere:
        return Held(findings=(elsewhere,))
    if not to_minor(document.base.grand_total) and not unsound(document):
        return _zero(chart)
    twin = doubled(document)
    if twin:
        return Held(findings=(twin,))
    return gate(document, chart.gate)


def _made(document: SalesDocument, situation: Situation) -> Made:
    """Lines and carriage, with every finding there is: about the document, its lines, its customer."""
    case = case_of(document, situation.chart, situation.catalogue)
    email = email_finding(document)
    made = Made(findings=(*unsound(document), *((email,) if email else ())))
    for rule in LINE_RULES:
        made += rule(case, made)
    return made


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
            fix="Add the website to this chart, or connect it to another company.",
        )
    return None


def _zero(chart: Chart) -> Decision:
    if chart.lines.zero_documents is not None:
        return Skipped(
            code=Code.ZERO_DOCUMENT, why="It comes to 0.00, and the chart leaves such documents out."
        )
    return Held(
        findings=(
            Finding(
                code=Code.ZERO_DOCUMENT,
                what="This document comes to 0.00.",
                why="Whether such documents stand in Sage is a choice that nobody has made in the chart.",
                fix="Choose in the chart what becomes of documents that come to 0.00.",
            ),
        )
    )


def _account(document: SalesDocument, situation: Situation) -> str | Waiting | Held:
    """The account: that of the order's own invoices in the books, else the one proved for the shopper."""
    booked = (
        sibling.plan.account_ref
        for sibling in _oldest_first(situation)
        if sibling.kind is Kind.INVOICE and sibling.state == _IN_THE_BOOKS and sibling.plan
    )
    shopper = shopper_of(document, situation.chart)
    account = next(booked, None) or situation.accounts.get(shopper.entity)
    if account is None:
        key = Key(situation.connection_id, Kind.CUSTOMER, shopper.entity)
        return Waiting(
            code=Code.CUSTOMER_NOT_READY,
            why="The customer's account has to stand in Sage first.",
            on=(str(key),),
        )
    known = next((each for each in situation.catalogue.accounts if each.ref == account), None)
    finding = account_finding(known) if known else None
    return Held(findings=(finding,)) if finding else account


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
    return tuple(
        sibling.plan
        for sibling in _oldest_first(situation)
        if sibling.plan and sibling.plan.account_ref == account and sibling.state not in _NOT_GOING
    )


def _oldest_first(situation: Situation) -> tuple[Sibling, ...]:
    return tuple(sorted(situation.siblings, key=lambda each: (each.created_at, each.entity_id)))
