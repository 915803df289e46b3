"""The rows that the chart's tax table lacks for one document, as data, for whoever offers to add them.

They are those that the document's findings name in words. A person chooses each row's tax code; with all of
them in the chart no line of this document is held for want of a row.
"""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import Code, Finding
from ml_connector.posting.decide import Situation, case_in
from ml_connector.posting.rules.carriage import RULE as CARRIAGE
from ml_connector.posting.rules.carriage_tax import carriage_as, carriage_tax
from ml_connector.posting.rules.case import Case, Made
from ml_connector.posting.rules.items import items
from ml_connector.posting.rules.line_tax import row_tax, taxed_as
from ml_connector.posting.tax import TaxedAs, question
from ml_connector.posting.tax_rows import ProposedRow, row_for
from ml_connector.posting.tax_table import winner

_FOR_WANT_OF_A_ROW = (Code.UNMAPPED_TAX, Code.VAT_MISSING)


def missing_rows(document: SalesDocument, situation: Situation) -> tuple[ProposedRow, ...]:
    """Each row that is missing, once; nothing for lines of which too little is known."""
    case = case_in(document, situation)
    rows = situation.chart.tax.rows
    found: list[ProposedRow] = []
    for asked in _unmapped(case):
        table = (*rows, *(each.row for each in found))
        proposed = row_for(question(asked), table, situation.catalogue)
        if proposed and winner(question(asked), table) is None:
            found.append(proposed)
    return tuple(found)


def _unmapped(case: Case) -> Iterator[TaxedAs]:
    for line in case.document.lines:
        if (line.base.net or line.base.tax) and _lacks_a_row(row_tax(case, line)):
            yield taxed_as(case, line)
    charge = case.document.carriage.base.net
    if charge and _lacks_a_row(carriage_tax(case, items(case, Made()), CARRIAGE)):
        yield carriage_as(case)


def _lacks_a_row(found: object) -> bool:
    return isinstance(found, Finding) and found.code in _FOR_WANT_OF_A_ROW
