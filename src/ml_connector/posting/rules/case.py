"""What every rule is given, and what it makes.

A rule looks at one document, the chart and the company; it makes lines of the Sage document, or findings,
or neither. It never changes what another rule made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ml_connector.documents.money import from_minor
from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import Finding
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue, StockItem
from ml_connector.posting.currency import as_posted
from ml_connector.posting.fitting import LINE, fit
from ml_connector.posting.plan import Carriage, DocumentLine, Plan
from ml_connector.posting.rules.below_nothing import without_rows_below_nothing
from ml_connector.posting.tax import rate_of

SPECIAL_ITEM = "S1"
SPECIAL_SERVICE = "S3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document to be booked in one company by one chart; `stock` is the catalogue's, by code.

    The document stands in the currency in which it is posted (`as_posted`): its `base` side is what every
    rule reads, whether that is the shop's base currency or the order's.

    `earlier` are the plans of the order's other documents that are in the books or on their way.
    """

    document: SalesDocument
    chart: Chart
    catalogue: Catalogue
    stock: Mapping[str, StockItem]
    earlier: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What has been made of a document so far, in the order of its lines."""

    lines: tuple[DocumentLine, ...] = ()
    carriage: Carriage | None = None
    findings: tuple[Finding, ...] = ()

    def __add__(self, more: Made) -> Made:
        return Made(
            lines=(*self.lines, *more.lines),
            carriage=more.carriage or self.carriage,
            findings=(*self.findings, *more.findings),
        )

    @property
    def gross(self) -> int:
        """What lines and carriage come to, in pence."""
        lines = sum(line.sign * (line.net + line.tax) for line in self.lines)
        return lines + (self.carriage.net + self.carriage.tax if self.carriage else 0)


def case_of(
    document: SalesDocument, chart: Chart, catalogue: Catalogue, earlier: tuple[Plan, ...] = ()
) -> Case:
    """The case of a document."""
    return Case(
        document=without_rows_below_nothing(as_posted(document, chart)),
        chart=chart,
        catalogue=catalogue,
        stock={item.code: item for item in catalogue.stock},
        earlier=earlier,
    )


def service_line(
    case: Case,
    description: str,
    net: int,
    *,
    nominal: str,
    rule: str,
    tax: int = 0,
    tax_code: int | None = None,
) -> DocumentLine:
    """A special service line (S3) of one unit; a negative `net` makes a negative line. Pence.

    Without a `tax_code` it is outside VAT. Sage takes negative lines on special codes only (reference:
    sage50_uk_sdo.md §3.5).
    """
    number = case.chart.tax.outside_vat if tax_code is None else tax_code
    return DocumentLine(
        stock_code=SPECIAL_SERVICE,
        description=fit(description, LINE),
        quantity=Decimal(1),
        unit_price=from_minor(abs(net)),
        full_net=abs(net),
        discount=0,
        net=abs(net),
        tax=tax,
        tax_code=number,
        tax_rate=rate_of(number, case.catalogue) or Decimal(0),
        nominal=nominal,
        rule=rule,
        service=True,
        negative=net < 0,
    )
