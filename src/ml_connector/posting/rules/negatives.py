"""Whether Sage takes the negative lines that a document needs.

Sage has them since version 23, on special codes only; under VAT cash accounting no tax code of a document may
come to less than nothing (reference: sage50_uk_sdo.md §3.5).
"""

from __future__ import annotations

from collections import Counter

from ml_connector.documents.money import from_minor
from ml_connector.errors import Code, Finding
from ml_connector.posting.company import Catalogue
from ml_connector.posting.rules.case import Case, Made

FIRST_VERSION = 23


def takes_negative_lines(catalogue: Catalogue) -> bool:
    """Whether this Sage has negative lines at all; a version that is no number is taken to."""
    major = catalogue.company.version.partition(".")[0]
    return not major.isdecimal() or int(major) >= FIRST_VERSION


def negatives(case: Case, so_far: Made) -> Made:
    """`negative-line-refused` for a line, or a tax code, that this Sage does not take below zero."""
    line = next((each for each in so_far.lines if each.negative), None)
    if line is None:
        return Made()
    if not takes_negative_lines(case.catalogue):
        return _refused(
            f"“{line.description}” is {from_minor(line.net + line.tax)} below zero.",
            f"Sage has lines below zero since version {FIRST_VERSION}, and this one is "
            f"{case.catalogue.company.version}.",
        )
    below = next((code for code, net in _by_tax_code(so_far).items() if net < 0), None)
    if below is None or not case.catalogue.vat_cash_accounting:
        return Made()
    return _refused(
        f"The lines with T{below} come to less than nothing, by “{line.description}”.",
        "This company is under VAT cash accounting, and there Sage takes no document like that.",
    )


def _by_tax_code(made: Made) -> Counter[int]:
    """Gross of the lines and the carriage by tax code, in pence."""
    sums: Counter[int] = Counter()
    for line in made.lines:
        sums[line.tax_code] += line.sign * (line.net + line.tax)
    if made.carriage:
        sums[made.carriage.tax_code] += made.carriage.net + made.carriage.tax
    return sums


def _refused(what: str, why: str) -> Made:
    fix = "Enter this document by hand, with that amount on another line of the same tax code."
    return Made(findings=(Finding(code=Code.NEGATIVE_LINE_REFUSED, what=what, why=why, fix=fix),))
