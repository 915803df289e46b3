"""A chart for a new connection, proposed from the shop's tax rules and Sage's live lists.

What follows from either is proposed as it is: the websites in the company's currency, Sage's own default
nominals. What needs a person's knowledge is a question with a proposed answer: which tax codes the rates
are, where the money of a payment method goes, what adjustments are (`untaxed` proposes why lines bear no
VAT). Other countries' VAT, levies and websites in other currencies are questions without an answer, and
`accept` accepts none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ml_connector.documents.shop import ShopFacts, TaxRate
from ml_connector.posting.chart import Chart, Gate
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.lines import Adjustment, CarriageAs, LineChoices, ZeroDocuments
from ml_connector.posting.choices.payments import BankRow, PaymentChoices
from ml_connector.posting.choices.stock import NoStock, SpecialCode, StandIn
from ml_connector.posting.choices.tax import TaxChoices
from ml_connector.posting.choices.tender import TenderRow
from ml_connector.posting.company import Catalogue, TaxCode
from ml_connector.posting.proposed_payments import asked_of_money
from ml_connector.posting.tax_places import UK_VAT
from ml_connector.posting.tax_table import TaxRow
from ml_connector.posting.untaxed import taxable_classes, untaxed_rows

Answer = TaxRow | BankRow | TenderRow | Adjustment | ZeroDocuments | StandIn | NoStock

VAT_COUNTRY = "GB"
_OUTSIDE_VAT = 9
_NOT_FOR_SALES = frozenset({0, 2, 4, 7, 8, 9, *range(14, 27)})
"""Sage's UK codes that no plain domestic sale at a positive rate bears (reference: sage50_uk_sdo.md §6)."""

_CARRIAGE = ("4905", "carriage")
_ADJUSTMENTS = ("4009", "discounts allowed")
_ROUNDING = ("", "rounding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something only a person can say yes to. `proposes` is None where there is nothing to say yes to yet."""

    about: str
    asks: str
    proposes: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A chart without any choice that needs a person, and the questions whose answers complete it."""

    chart: Chart
    questions: tuple[Question, ...]


def propose(facts: ShopFacts, catalogue: Catalogue, methods: Mapping[str, bool]) -> Proposal:
    """The proposal for this shop and company.

    `methods` are the shop's payment methods; True for one whose invoices have capture transactions.
    """
    sites = {view.website for view in facts.store_views if view.base_currency == catalogue.base_currency}
    sales = catalogue.default_nominal
    chart = Chart(
        gate=Gate.COMPLETE,
        vat_country=VAT_COUNTRY,
        currency=catalogue.base_currency,
        websites=tuple(site.id for site in facts.websites if site.id in sites),
        tax=TaxChoices(
            rows=(),
            taxable_classes=taxable_classes(facts),
            foreign_vat=_foreign_countries(facts),
            outside_vat=_OUTSIDE_VAT,
        ),
        lines=LineChoices(
            sales_nominal=sales,
            carriage_nominal=_nominal(catalogue, *_CARRIAGE) or sales,
            levy_nominal=sales,
            rounding_nominal=_nominal(catalogue, *_ROUNDING) or _nominal(catalogue, *_ADJUSTMENTS) or sales,
            carriage_as=CarriageAs.HEADER,
        ),
        payments=PaymentChoices(banks=()),
    )
    questions = (
        *_websites(facts, sites, catalogue.base_currency),
        *_rates(facts, catalogue),
        *_untaxed(facts),
        *(
            Question(about=about, asks=asks, proposes=answer)
            for about, asks, answer in asked_of_money(catalogue, methods)
        ),
        _adjustments(catalogue),
        Question(
            about="documents of 0.00",
            asks="Documents that come to 0.00 are left out of Sage.",
            proposes=ZeroDocuments(),
        ),
        *_stock(catalogue),
    )
    return Proposal(chart=chart, questions=questions)


def accept(proposal: Proposal, by: str, note: str, gate: str) -> Chart:
    """The chart with every proposed answer, each marked with who accepted it and in what words.

    Raises ValueError for a gate that is none of `Gate`.
    """
    yes = Acceptance(by=by, note=note)
    chart = replace(proposal.chart, gate=Gate(gate))
    tax, lines, stock = chart.tax, chart.lines, chart.stock
    payments, tender = chart.payments, chart.tender
    for question in proposal.questions:
        answer = question.proposes
        if isinstance(answer, TaxRow):
            tax = replace(tax, rows=(*tax.rows, replace(answer, accepted=yes)))
        elif isinstance(answer, BankRow):
            payments = replace(payments, banks=(*payments.banks, replace(answer, accepted=yes)))
        elif isinstance(answer, TenderRow):
            tender = replace(tender, rows=(*tender.rows, replace(answer, accepted=yes)))
        elif isinstance(answer, Adjustment):
            lines = replace(lines, adjustment=replace(answer, accepted=yes))
        elif isinstance(answer, ZeroDocuments):
            lines = replace(lines, zero_documents=replace(answer, accepted=yes))
        elif isinstance(answer, StandIn):
            stock = replace(stock, impossible=replace(answer, accepted=yes))
        elif isinstance(answer, NoStock):
            stock = replace(stock, no_stock=replace(answer, accepted=yes))
    return replace(chart, tax=tax, lines=lines, payments=payments, stock=stock, tender=tender)


def _websites(facts: ShopFacts, sites: set[str], currency: str) -> Iterator[Question]:
    for site in facts.websites:
        if site.id not in sites:
            others = sorted({view.base_currency for view in facts.store_views if view.website == site.id})
            yield Question(
                about=f"website {site.name}",
                asks=f"Website {site.name} keeps its prices in {', '.join(others) or 'no currency'}, not in "
                f"{currency}; its documents are held until it has a company of its own.",
            )


def _rates(facts: ShopFacts, catalogue: Catalogue) -> Iterator[Question]:
    """Each VAT rate of Sage's for sales, and each rate of the shop's that is none of them.

    A code at a rate that the shop charges for other countries alone is kept for one-stop-shop sales.
    """
    at_home = {rate.percent for rate in _used(facts) if rate.country in UK_VAT}
    abroad = {rate.percent for rate in _used(facts)} - at_home
    by_rate: dict[str, list[TaxCode]] = {}
    for code in catalogue.tax_codes:
        if code.number not in _NOT_FOR_SALES and code.rate > 0 and code.rate not in abroad:
            by_rate.setdefault(f"{code.rate.normalize():f}", []).append(code)
    for percent, codes in by_rate.items():
        code = min(codes, key=lambda each: each.number)
        row = TaxRow(percent=code.rate, tax_code=code.number, label="VAT charged by the shop")
        yield Question(
            about=f"VAT at {percent} %",
            asks=f"Lines with United Kingdom VAT at {percent} % get T{code.number} ({code.description}).",
            proposes=row,
        )
    for rate in _used(facts):
        percent = f"{rate.percent.normalize():f}"
        if rate.country in UK_VAT and rate.percent and percent not in by_rate:
            asks = (
                f"{rate.code} at {percent} % is no VAT rate of this company; documents with it are held "
                "until the chart names a liability nominal for it."
            )
            yield Question(about=f"rate {rate.code}", asks=asks)
    for country in _foreign_countries(facts):
        charged = (rate for rate in _used(facts) if rate.country == country and rate.percent)
        names = ", ".join(f"{rate.code} at {rate.percent.normalize():f} %" for rate in charged)
        yield Question(
            about=f"VAT of {country}",
            asks=f"The shop charges VAT of {country} ({names}); documents with it are held until the chart "
            "gives each rate a Sage tax code for one-stop-shop sales, or a liability nominal outside the VAT "
            "return.",
        )


def _untaxed(facts: ShopFacts) -> Iterator[Question]:
    for row in untaxed_rows(facts):
        yield Question(
            about=f"no VAT: {row.label}",
            asks=f"Lines without VAT, {row.label}: T{row.tax_code}.",
            proposes=row,
        )


def _adjustments(catalogue: Catalogue) -> Question:
    nominal = _nominal(catalogue, *_ADJUSTMENTS) or catalogue.default_nominal
    return Question(
        about="credit memo adjustments",
        asks=f"Adjustments of credit memos stand on N/C {nominal}, outside VAT (T{_OUTSIDE_VAT}).",
        proposes=Adjustment(nominal=nominal),
    )


def _stock(catalogue: Catalogue) -> Iterator[Question]:
    """What lines stand on; a company without product records sells by service lines."""
    if not catalogue.stock:
        yield Question(
            about="product records",
            asks="Sage has no product records, so lines are service lines (S3) with the SKU in their text.",
            proposes=NoStock(),
        )
        return
    yield Question(
        about="SKUs that no stock code can be",
        asks="Products whose SKU cannot be a code in Sage stand on S1, with the SKU in the text.",
        proposes=StandIn(code=SpecialCode.ITEM),
    )
    if any(item.kind == "stock" for item in catalogue.stock):
        yield Question(
            about="refunded goods",
            asks="Credit notes bring nothing back into Sage's stock, because the shop does not say whether "
            "goods came back; book returns in Sage, or say in the chart that all refunded goods come back.",
        )


def _used(facts: ShopFacts) -> tuple[TaxRate, ...]:
    """The rates that some rule uses; a rate that none uses is never charged."""
    named = {rate for rule in facts.rules for rate in rule.rates}
    return tuple(rate for rate in facts.rates if rate.id in named)


def _foreign_countries(facts: ShopFacts) -> tuple[str, ...]:
    return tuple(
        sorted({rate.country for rate in _used(facts) if rate.percent and rate.country not in UK_VAT})
    )


def _nominal(catalogue: Catalogue, code: str, name: str) -> str:
    """A nominal that can take a sale: by its name, else by its usual code, else none."""
    usable = [each for each in catalogue.nominals if not each.bank and not each.control]
    by_name = (each.code for each in usable if name in each.name.lower())
    return next((each.code for each in usable if each.code == code), "") or next(by_name, "")
