"""Every row of the worked tables on tax and pennies in docs/rules/ is what the rules really do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import AppliedRate, Supply
from ml_connector.documents.shop import NO_TAX_CLASS
from ml_connector.errors import Finding
from ml_connector.posting.chart import check
from ml_connector.posting.tax import TaxedAs, question, taxation
from ml_connector.posting.tax_places import Destination
from ml_connector.posting.tax_rows import row_for
from ml_connector.posting.tax_table import Supplied, TaxRow, VatNumber, undecided
from tests.specs.posting_company import (
    CHARITY,
    CHART,
    EXEMPT,
    REDUCED,
    RETAIL,
    STANDARD,
    ZERO_RATED,
)
from tests.specs.posting_examples import ADDRESS
from tests.specs.tax_examples import COMPANY, code, percent
from tests.specs.worked_tables import Row, cases, rows_of

D = Decimal
CLASSES = {
    "Standard": STANDARD,
    "Reduced": REDUCED,
    "Zero-rated": ZERO_RATED,
    "Exempt": EXEMPT,
    "none": NO_TAX_CLASS,
    "not known": "",
    "any": "",
}
GROUPS = {"Retail": RETAIL, "Charity": CHARITY, "any": ""}
PLACES = {
    "anywhere": (),
    "GB or NI": (Destination.GB, Destination.NI),
    "EU": (Destination.EU,),
    "rest": (Destination.REST,),
    "EU or rest": (Destination.EU, Destination.REST),
}
NUMBERS = {"any": VatNumber.ANY, "valid": VatNumber.VALID, "not valid": VatNumber.NOT_VALID}
ROW_COLUMNS = (
    "Rate",
    "Delivered to",
    "Country",
    "VAT number",
    "Product's tax class",
    "Customer group",
    "Supply",
    "Shop",
    "T/C",
)


def shop(cell: str) -> tuple[str, str]:
    """“store view 3 of website 2” → website, store view; “” where any will do."""
    if cell == "any":
        return "", ""
    view, _, website = cell.rpartition("website ")
    return website, view.removeprefix("store view ").removesuffix(" of ")


def tax_row(cells: Row) -> TaxRow:
    website, store_view = shop(cells["Shop"])
    return TaxRow(
        percent=percent(cells["Rate"]),
        tax_code=code(cells["T/C"]),
        destinations=PLACES[cells["Delivered to"]],
        countries=() if cells["Country"] == "any" else (cells["Country"],),
        vat_number=NUMBERS[cells["VAT number"]],
        product_class=CLASSES[cells["Product's tax class"]],
        customer_group=GROUPS[cells["Customer group"]],
        supply=Supplied(cells["Supply"]),
        website=website,
        store_view=store_view,
    )


ROWS = tuple(tax_row(cells) for cells in rows_of("tax-codes.md", *ROW_COLUMNS))
EXAMPLE = replace(CHART, tax=replace(CHART.tax, rows=ROWS))


def line(cells: Row, *, vat_valid: bool = False, postcode: str = "1", place: str = "website 1") -> TaxedAs:
    rate = AppliedRate(code="RATE", percent=percent(cells["Rate"]), country=cells.get("Rate of", ""))
    website, store_view = shop(place)
    return TaxedAs(
        what="Line",
        percent=rate.percent,
        rates=(rate,) if rate.percent else (),
        supply=Supply(cells["Supply"]),
        product_class=CLASSES[cells["Product's tax class"]],
        customer_group=GROUPS[cells["Customer group"]],
        to=replace(ADDRESS, country=cells["Country"], postcode=postcode),
        vat_valid=vat_valid,
        website=website,
        store_view=store_view,
    )


def test_the_example_chart_may_be_used() -> None:
    assert check(EXAMPLE, COMPANY) == ()


@cases(
    "tax-codes.md",
    "Rate",
    "Rate of",
    "Country",
    "Postcode",
    "VAT number",
    "Product's tax class",
    "Customer group",
    "Supply",
    "Shop",
    "Outcome",
)
def test_tax_codes(case: Row) -> None:
    valid = case["VAT number"] == "valid"
    asked = line(case, vat_valid=valid, postcode=case["Postcode"], place=case["Shop"])
    found = taxation(asked, EXAMPLE, COMPANY)
    assert (f"held: {found.code}" if isinstance(found, Finding) else f"T{found.tax_code}") == case["Outcome"]


def condition(text: str, says: str) -> TaxRow:
    """A row with the conditions that a cell names, joined by “and”."""
    made = TaxRow(percent=ZERO, tax_code=code(says))
    for part in text.split(" and "):
        website, store_view = shop(part) if "website" in part else ("", "")
        if part in CLASSES:
            made = replace(made, product_class=CLASSES[part])
        elif part in GROUPS:
            made = replace(made, customer_group=GROUPS[part])
        elif part.startswith("country "):
            made = replace(made, countries=(part.removeprefix("country "),))
        elif part.endswith("valid VAT number"):
            no = part.startswith("no ")
            made = replace(made, vat_number=VatNumber.NOT_VALID if no else VatNumber.VALID)
        elif website:
            made = replace(made, website=website, store_view=store_view)
        elif part != "everything":
            made = replace(made, destinations=(Destination(part),))
    return made


@cases("tax-codes.md", "One row", "Says", "Another row", "Says too", "Outcome")
def test_ambiguous_rows(case: Row) -> None:
    first = condition(case["One row"], case["Says"])
    second = condition(case["Another row"], case["Says too"])
    refused = list(undecided((first, second)))
    assert (refused == [(first, second)]) == (case["Outcome"] == "refused")
    assert (list(undecided((second, first))) == [(second, first)]) == (case["Outcome"] == "refused")


@cases("tax-codes.md", "Rate", "Country", "Product's tax class", "Customer group", "Supply", "Proposed row")
def test_proposed_rows(case: Row) -> None:
    asked = line(case)
    found = row_for(question(asked), ROWS, COMPANY)
    assert (str(found) if found else "none") == case["Proposed row"]
    if found:
        mended = replace(EXAMPLE, tax=replace(EXAMPLE.tax, rows=(*ROWS, found.row)))
        assert check(mended, COMPANY) == ()
        assert not isinstance(taxation(asked, mended, COMPANY), Finding)
