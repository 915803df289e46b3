"""What a bookkeeper reads when a line's tax cannot be booked: the texts of the findings of `tax`."""

from __future__ import annotations

from collections.abc import Iterable

from ml_connector.documents.sales import Address, AppliedRate
from ml_connector.documents.shop import NO_TAX_CLASS
from ml_connector.errors import Code, Finding
from ml_connector.posting.tax_rows import ProposedRow
from ml_connector.posting.tax_table import Question


def unmapped(shown: str, asked: Question, proposed: ProposedRow | None) -> Finding:
    """No row of the chart fits; `shown` says what the line bears."""
    seen = {
        "": "the tax class of its product could not be read",
        NO_TAX_CLASS: "its product has no tax class",
    }
    kind = seen.get(asked.product_class, f"its tax class is {asked.product_class}")
    supply = "goods" if asked.goods else "services"
    fix = (
        f"Add this row to the chart's tax table, with the code that is right: {proposed}."
        if proposed
        else "Add a row to the chart's tax table that says which Sage tax code this is; if the product was "
        "deleted in the shop, enter this document by hand."
    )
    return Finding(
        code=Code.UNMAPPED_TAX,
        what=f"{shown} on {supply} to {asked.country} ({asked.destination.value}); {kind}, the customer's "
        f"group is {asked.customer_group or 'unknown'}.",
        why="The chart has no row for that, and the shop cannot tell zero-rated from exempt or outside "
        "VAT: a guess would go into the VAT return.",
        fix=fix,
    )


def missing(what: str, to: Address, proposed: ProposedRow | None) -> Finding:
    """A line to Great Britain, Northern Ireland or the Isle of Man without VAT that nothing explains."""
    row = f": {proposed}" if proposed else " that says so"
    return Finding(
        code=Code.VAT_MISSING,
        what=f"{what} goes to {to.country} {to.postcode} without VAT.".replace("  ", " "),
        why="Supplies like it are taxed there, and no row of the chart says why this one is not.",
        fix=f"If it rightly bears no VAT, add a row to the chart{row}; otherwise VAT is due on it: "
        "correct it in the shop or enter it by hand.",
    )


def foreign(shown: str, country: str) -> Finding:
    """Another country's VAT, for which the chart has no place."""
    return Finding(
        code=Code.FOREIGN_VAT,
        what=f"{shown}, and the tax is that of {country}.",
        why=f"This company's VAT return is the United Kingdom's, and tax of {country} does not belong there.",
        fix="Say in the chart what becomes of that rate, as your accountant treats sales to that country: a "
        "Sage tax code for one-stop-shop sales, or a liability nominal outside the VAT return. For a line "
        "without tax, add a row that names the country.",
    )


def not_vat(shown: str, rates: Iterable[AppliedRate]) -> Finding:
    """A levy, or several taxes in one amount."""
    names = " + ".join(f"{rate.code} {rate.percent.normalize():f} %" for rate in rates)
    return Finding(
        code=Code.NOT_VAT,
        what=f"{shown}{f' ({names})' if names else ''}, which is not one of Sage's VAT rates.",
        why="A levy, or several taxes in one amount, would be declared as VAT if it got a VAT code.",
        fix="Name in the chart a liability nominal for each rate that is no VAT, or enter this document by "
        "hand with the levy on a nominal account of its own.",
    )


def unknown_rate(shown: str, country: str) -> Finding:
    """A rate that nobody can place in a country."""
    return Finding(
        code=Code.UNMAPPED_TAX,
        what=f"{shown} on delivery to {country}, by a rate that the shop does not name or no longer has.",
        why="Without the rate's country nobody can tell whether that is United Kingdom VAT.",
        fix="Restore the tax rate of that code in the shop, or enter this document by hand.",
    )


def parts_unknown(shown: str, rates: Iterable[AppliedRate]) -> Finding:
    """A line bears VAT and other taxes, and the shop does not say which part is which."""
    names = ", ".join(rate.code for rate in rates)
    return Finding(
        code=Code.TAX_PARTS_UNKNOWN,
        what=f"{shown} ({names}), and the shop does not say what each of these taxes comes to on this line.",
        why="The shop states it for a whole line of an order only, and working it out from the rates would "
        "be a guess that goes into the VAT return.",
        fix="Enter this document by hand, with each tax where it belongs.",
    )


def invoices_differ(what: str, numbers: Iterable[int]) -> Finding:
    """A credit memo's line was invoiced on more than one tax code, none of which the chart names now."""
    codes = " and ".join(f"T{number}" for number in sorted(numbers))
    return Finding(
        code=Code.INVOICE_CODES_DIFFER,
        what=f"{what} was invoiced on {codes}, in different invoices of its order.",
        why="A credit note takes the tax code of its invoice, and the shop does not say which of them it is.",
        fix="Enter this credit memo by hand, on the code of the invoice that it takes back.",
    )
