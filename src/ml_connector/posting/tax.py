"""Which Sage tax code a line gets: by the chart's table, or not at all.

The shop cannot tell zero-rated from exempt (reference: adobe_commerce.md §5.3), and Sage's codes must never
be chosen by rate alone (sage50_uk_sdo.md §6). So a rate, the place where the supply goes, the product's tax
class and the customer's group are looked up in rows that a person accepted; what no row fits is a finding.

UK VAT's places: Great Britain and the Isle of Man are one, Northern Ireland shows only in a BT postcode,
Jersey and Guernsey are outside (adobe_commerce.md §10.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ml_connector.documents.money import from_minor, to_minor
from ml_connector.documents.sales import Address, AppliedRate, Supply
from ml_connector.documents.shop import NO_TAX_CLASS
from ml_connector.errors import Code, Finding
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue
from ml_connector.posting.tax_table import CARRIAGE_CLASS, Destination, Question, winner

_EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
_UK_VAT = frozenset({"GB", "IM"})
_HOME = (Destination.GB, Destination.NI)

PENNIES_PER_LINE = 5
"""How far a line's VAT may be from its code's rate, and a penny per unit beyond: rounding of the shop's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedAs:
    """What a line shows of its taxation; `what` names the line for people."""

    what: str
    percent: Decimal
    rates: tuple[AppliedRate, ...]
    supply: Supply
    product_class: str
    customer_group: str
    to: Address


def destination(address: Address) -> Destination:
    """Where a supply to this address goes."""
    postcode = address.postcode.replace(" ", "").upper()
    area = postcode[:2] if postcode[2:3].isdigit() else ""
    if address.country in _UK_VAT:
        return {"BT": Destination.NI, "JE": Destination.REST, "GY": Destination.REST}.get(
            area, Destination.GB
        )
    return Destination.EU if address.country in _EU else Destination.REST


def tax_code(line: TaxedAs, chart: Chart, catalogue: Catalogue) -> int | Finding:
    """The Sage tax code of a line, or why there is none."""
    finding = _not_our_vat(line, chart, catalogue)
    if finding:
        return finding
    row = winner(
        Question(
            percent=line.percent,
            destination=destination(line.to),
            product_class=line.product_class,
            customer_group=line.customer_group,
            goods=line.supply is Supply.GOODS,
        ),
        chart.tax.rows,
    )
    return _unmapped(line, chart) if row is None else row.tax_code


def rate_of(number: int, catalogue: Catalogue) -> Decimal | None:
    """The percentage that a tax code stands at in Sage; None when the company does not have it."""
    return next((code.rate for code in catalogue.tax_codes if code.number == number), None)


def rate_finding(
    what: str, net: int, tax: int, quantity: Decimal, number: int, rate: Decimal
) -> Finding | None:
    """`vat-rate-mismatch` when a line's VAT is not its code's own rate of its net, within rounding.

    The shop may round per unit and carry fractions from line to line (adobe_commerce.md §5.3): five pennies
    per line, or one per unit where that is more, are its rounding. Amounts are pence.
    """
    due = to_minor(from_minor(net) * rate / 100)
    if abs(tax - due) <= max(Decimal(PENNIES_PER_LINE), quantity):
        return None
    return Finding(
        code=Code.VAT_RATE_MISMATCH,
        what=f"{what}: VAT is {from_minor(tax)} on {from_minor(net)} net; T{number} at "
        f"{rate.normalize():f} % would be {from_minor(due)}.",
        why="The VAT return is made from these figures, so VAT that is not its code's rate has to be seen.",
        fix="If the shop taxes before discount, change that setting in the shop; otherwise correct the "
        "document there, or enter this one by hand.",
    )


def _not_our_vat(line: TaxedAs, chart: Chart, catalogue: Catalogue) -> Finding | None:
    """Foreign VAT, several taxes on one line, or a rate that is no VAT rate in Sage."""
    home = destination(line.to) in _HOME
    if not line.percent:
        charged = not home and line.to.country in chart.tax.foreign_vat
        return _foreign(line, line.to.country) if charged else None
    assumed = chart.vat_country if home else ""
    countries = {rate.country or assumed for rate in line.rates} or {assumed}
    foreign = sorted(country for country in countries if country not in _UK_VAT and country)
    if foreign:
        return _foreign(line, foreign[0])
    if "" in countries:
        return _unknown_rate(line)
    if len(line.rates) > 1 or all(code.rate != line.percent for code in catalogue.tax_codes):
        return _no_vat(line)
    return None


def _unmapped(line: TaxedAs, chart: Chart) -> Finding:
    taxable = line.product_class in (*chart.tax.taxable_classes, CARRIAGE_CLASS)
    if not line.percent and taxable and destination(line.to) in _HOME:
        return _missing(line)
    seen = {
        "": "the tax class of its product could not be read",
        NO_TAX_CLASS: "its product has no tax class",
    }
    kind = seen.get(line.product_class, f"its tax class is {line.product_class}")
    place = f"{line.to.country} ({destination(line.to).value})"
    return Finding(
        code=Code.UNMAPPED_TAX,
        what=f"{line.what} bears {_percent(line)} on {line.supply.value} to {place}; {kind}, the "
        f"customer's group is {line.customer_group or 'unknown'}.",
        why="The chart has no row for that, and the shop cannot tell zero-rated from exempt or outside "
        "VAT: a guess would go into the VAT return.",
        fix="Add a row to the chart's tax table that says which Sage tax code this is; if the product was "
        "deleted in the shop, enter this document by hand.",
    )


def _missing(line: TaxedAs) -> Finding:
    return Finding(
        code=Code.VAT_MISSING,
        what=f"{line.what} goes to {line.to.country} {line.to.postcode} without VAT.".replace("  ", " "),
        why="Supplies like it are taxed there, and no row of the chart says why this one is not.",
        fix="If it rightly bears no VAT, add a row to the chart that says so; otherwise VAT is due on it: "
        "correct it in the shop or enter it by hand.",
    )


def _foreign(line: TaxedAs, country: str) -> Finding:
    return Finding(
        code=Code.FOREIGN_VAT,
        what=f"{line.what} bears tax of {country} at {_percent(line)}.",
        why=f"This company's VAT return is the United Kingdom's, and tax of {country} does not belong there.",
        fix="Enter this document by hand, in the way your accountant treats sales to that country (OSS, or a "
        "registration there).",
    )


def _no_vat(line: TaxedAs) -> Finding:
    names = " + ".join(f"{rate.code} {rate.percent.normalize():f} %" for rate in line.rates)
    return Finding(
        code=Code.NOT_VAT,
        what=f"{line.what} bears {names or _percent(line)}, which is not one of Sage's VAT rates.",
        why="A levy, or several taxes in one amount, would be declared as VAT if it got a VAT code.",
        fix="Enter this document by hand, with the levy on a nominal account of its own.",
    )


def _unknown_rate(line: TaxedAs) -> Finding:
    return Finding(
        code=Code.UNMAPPED_TAX,
        what=f"{line.what} bears {_percent(line)} on delivery to {line.to.country}, by a rate that the "
        "shop does not name or no longer has.",
        why="Without the rate's country nobody can tell whether that is United Kingdom VAT.",
        fix="Restore the tax rate of that code in the shop, or enter this document by hand.",
    )


def _percent(line: TaxedAs) -> str:
    return f"{line.percent.normalize():f} %"
