"""Which Sage tax code a line gets: by the chart's table, or not at all.

The shop cannot tell zero-rated from exempt (reference: adobe_commerce.md §5.3), and Sage's codes must never
be chosen by rate alone (sage50_uk_sdo.md §6). So what a line shows is looked up in rows that a person
accepted; what no row fits is a finding. Another country's VAT and taxes that are no VAT come first: the chart
gives such a rate a one-stop-shop code, sets it aside on a liability nominal, or the line is held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import Address, AppliedRate, Supply
from ml_connector.errors import Finding
from ml_connector.posting import tax_findings
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue
from ml_connector.posting.tax_places import AT_HOME, UK_VAT, destination
from ml_connector.posting.tax_rows import row_for
from ml_connector.posting.tax_table import CARRIAGE_CLASS, Question, TaxRow, might_fit, names_country, winner


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedAs:
    """What a line shows of its taxation; `what` names the line for people.

    `invoiced_as` is the tax code on which a credit memo's line was invoiced; it needs no row then.
    """

    what: str
    percent: Decimal
    rates: tuple[AppliedRate, ...]
    supply: Supply
    product_class: str
    customer_group: str
    to: Address
    vat_valid: bool = False
    website: str = ""
    store_view: str = ""
    invoiced_as: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxation:
    """The Sage tax code of a line's net; the taxes `aside` are no part of its VAT."""

    tax_code: int
    aside: tuple[AppliedRate, ...] = ()


def taxation(line: TaxedAs, chart: Chart, catalogue: Catalogue) -> Taxation | Finding:
    """How a line is taxed in Sage's words, or why nobody can say."""
    aside = tuple(rate for rate in line.rates if chart.tax.liability(rate.code))
    if not aside:
        number = _code(line, chart, catalogue)
    else:
        left = tuple(rate for rate in line.rates if rate not in aside)
        rest = replace(line, rates=left, percent=sum((rate.percent for rate in left), ZERO))
        foreign = any(_foreign(rate, line) for rate in aside)
        number = _untaxed_abroad(rest, chart) if foreign and not left else _code(rest, chart, catalogue)
    return number if isinstance(number, Finding) else Taxation(tax_code=number, aside=aside)


def question(line: TaxedAs) -> Question:
    """What the line asks of the chart's table."""
    return Question(
        percent=line.percent,
        destination=destination(line.to),
        country=line.to.country,
        vat_valid=line.vat_valid,
        product_class=line.product_class,
        customer_group=line.customer_group,
        goods=line.supply is Supply.GOODS,
        website=line.website,
        store_view=line.store_view,
    )


def rate_of(number: int, catalogue: Catalogue) -> Decimal | None:
    """The percentage that a tax code stands at in Sage; None when the company does not have it."""
    return next((code.rate for code in catalogue.tax_codes if code.number == number), None)


def _code(line: TaxedAs, chart: Chart, catalogue: Catalogue) -> int | Finding:
    if line.invoiced_as is not None:
        return line.invoiced_as
    oss = _oss_code(line, chart)
    if oss is not None:
        return oss
    row = winner(question(line), chart.tax.rows)
    finding = _not_our_vat(line, row, chart, catalogue)
    if finding:
        return finding
    if row is None or not _certain(line, row, chart):
        return _unmapped(line, chart, catalogue)
    return row.tax_code


def _certain(line: TaxedAs, row: TaxRow, chart: Chart) -> bool:
    """Whether no other row could decide, if the line's class or group were known after all."""
    others = (other for other in chart.tax.rows if other.tax_code != row.tax_code)
    return not any(might_fit(question(line), other) for other in others)


def _oss_code(line: TaxedAs, chart: Chart) -> int | None:
    if len(line.rates) != 1:
        return None
    (rate,) = line.rates
    rows = (row for row in chart.tax.oss if row.rate == rate.code and row.percent == line.percent)
    return next((row.tax_code for row in rows), None)


def _untaxed_abroad(line: TaxedAs, chart: Chart) -> int:
    """The net under another country's tax: outside VAT, unless a row speaks of untaxed lines to there."""
    if line.invoiced_as is not None:
        return line.invoiced_as
    row = winner(question(line), chart.tax.rows)
    named = row is not None and names_country(question(line), row, chart.tax.rows)
    return row.tax_code if row and named else chart.tax.outside_vat


def _not_our_vat(line: TaxedAs, row: TaxRow | None, chart: Chart, catalogue: Catalogue) -> Finding | None:
    """Foreign VAT, several taxes on one line, or a rate that is no VAT rate in Sage."""
    shown, country = _shown(line), line.to.country
    if not line.percent:
        named = row is not None and names_country(question(line), row, chart.tax.rows)
        charged = not _at_home(line) and country in chart.tax.foreign_vat and not named
        return tax_findings.foreign(shown, country) if charged else None
    assumed = chart.vat_country if _at_home(line) else ""
    countries = {rate.country or assumed for rate in line.rates} or {assumed}
    foreign = sorted(each for each in countries if each and each not in UK_VAT)
    if foreign:
        return tax_findings.foreign(shown, foreign[0])
    if "" in countries:
        return tax_findings.unknown_rate(shown, country)
    if len(line.rates) > 1 or all(code.rate != line.percent for code in catalogue.tax_codes):
        return tax_findings.not_vat(shown, line.rates)
    return None


def _foreign(rate: AppliedRate, line: TaxedAs) -> bool:
    """Whether a tax is another country's; one that the shop knows no more is its own at home only."""
    return rate.country not in UK_VAT and (rate.country != "" or not _at_home(line))


def _at_home(line: TaxedAs) -> bool:
    return destination(line.to) in AT_HOME


def _unmapped(line: TaxedAs, chart: Chart, catalogue: Catalogue) -> Finding:
    proposed = row_for(question(line), chart.tax.rows, catalogue)
    taxable = line.product_class in (*chart.tax.taxable_classes, CARRIAGE_CLASS)
    if not line.percent and taxable and _at_home(line):
        return tax_findings.missing(line.what, line.to, proposed)
    return tax_findings.unmapped(_shown(line), question(line), proposed)


def _shown(line: TaxedAs) -> str:
    """“Line MUG-STD bears 20 %”."""
    return f"{line.what} bears {line.percent.normalize():f} %"
