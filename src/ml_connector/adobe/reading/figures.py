"""What an invoice or credit memo comes to, in both of its currencies: header, rows, tender, gift wrapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ml_connector.adobe.reading.beside import tenders, wrappings
from ml_connector.adobe.reading.fields import Fields
from ml_connector.adobe.reading.rows import OrderItems, lines
from ml_connector.documents.checks import header_gap
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import Amounts, CarriageAmounts, SalesLine, Totals, Wrapping
from ml_connector.documents.tender import Shortfall, Tendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The amounts of one document, as the shop states them."""

    kind: Kind
    entity_id: int
    lines: tuple[SalesLine, ...]
    tenders: tuple[Tendered, ...]
    wrappings: tuple[Wrapping, ...]
    base: Totals
    order: Totals

    def paid_with(self, more: Tendered | None) -> Figures:
        """With a tender that the document does not state itself."""
        if more is None or not (more.base or more.order):
            return self
        return replace(
            self,
            tenders=(*self.tenders, more),
            base=replace(self.base, tender=self.base.tender + more.base),
            order=replace(self.order, tender=self.order.tender + more.order),
        )

    @property
    def shortfall(self) -> Shortfall:
        """What its parts come to beyond its grand total and its tenders."""
        return Shortfall(
            kind=self.kind,
            entity_id=self.entity_id,
            base=-header_gap(self.kind, self.base, tuple(line.base for line in self.lines)),
            order=-header_gap(self.kind, self.order, tuple(line.order for line in self.lines)),
            base_total=self.base.grand_total,
        )

    def carriage(self, totals: Totals, rows: Iterable[Amounts]) -> CarriageAmounts:
        """The delivery charge: its discount is what the header's holds beyond the rows' (§5.4).

        A credit memo's header compensation holds the carriage's part; an invoice has a field of its own.
        """
        rows = tuple(rows)
        discounts = sum((row.discount for row in rows), ZERO)
        compensations = sum((row.compensation for row in rows), ZERO)
        return CarriageAmounts(
            full=totals.carriage,
            discount=-totals.discount - discounts,
            compensation=totals.compensation - compensations
            if self.kind is Kind.CREDIT_MEMO
            else totals.carriage_compensation,
            tax=totals.carriage_tax,
        )


def figures(kind: Kind, found: Fields, items: OrderItems, tax_classes: Mapping[int, str]) -> Figures:
    """The figures of a document; raises NeedsPerson naming the field at fault."""
    tendered, wrapped = tenders(found), wrappings(found)
    return Figures(
        kind=kind,
        entity_id=found.number("entity_id"),
        lines=lines(found.needed_rows("items"), items, tax_classes),
        tenders=tendered,
        wrappings=wrapped,
        base=_totals(
            found,
            "base_",
            wrapping=sum((each.base.net for each in wrapped), ZERO),
            wrapping_tax=sum((each.base.tax for each in wrapped), ZERO),
            tender=sum((each.base for each in tendered), ZERO),
        ),
        order=_totals(
            found,
            "",
            wrapping=sum((each.order.net for each in wrapped), ZERO),
            wrapping_tax=sum((each.order.tax for each in wrapped), ZERO),
            tender=sum((each.order for each in tendered), ZERO),
        ),
    )


def _totals(
    found: Fields, prefix: str, *, wrapping: Decimal, wrapping_tax: Decimal, tender: Decimal
) -> Totals:
    short = "amnt" if prefix else "amount"  # Adobe's own spelling of the base field
    return Totals(
        subtotal=found.needed_amount(f"{prefix}subtotal"),
        discount=found.amount(f"{prefix}discount_amount"),
        carriage=found.amount(f"{prefix}shipping_amount"),
        tax=found.amount(f"{prefix}tax_amount"),
        compensation=found.amount(f"{prefix}discount_tax_compensation_amount"),
        carriage_compensation=found.amount(f"{prefix}shipping_discount_tax_compensation_{short}"),
        carriage_tax=found.amount(f"{prefix}shipping_tax_amount"),
        paid_back=found.amount(f"{prefix}adjustment_positive"),
        fee_kept=found.amount(f"{prefix}adjustment_negative"),
        grand_total=found.needed_amount(f"{prefix}grand_total"),
        wrapping=wrapping,
        wrapping_tax=wrapping_tax,
        tender=tender,
    )
