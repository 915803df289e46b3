"""Invoices and credit memos of an order in one currency, as Magento makes them of the order's amounts.

Of the rows they take their parts (`magento_parts`). Carriage goes on the first invoice.
A memo's carriage discount is reckoned on a wrong basis unless carriage is given back for a stated amount
(reference: adobe_commerce.md §5.6, §9.6); that is modelled too, because shops pay it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tests.specs.magento_arithmetic import Reckoned, Taxed
from tests.specs.magento_parts import Carried, Moved, Spent, of_order, take
from tests.specs.magento_settings import ZERO, Settings, pennies, stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An invoice or credit memo in one currency; `discount` is positive, `tax` has the carriage's in it."""

    rows: tuple[Moved, ...]
    subtotal: Decimal
    discount: Decimal
    carriage: Decimal
    carriage_tax: Decimal
    carriage_compensation: Decimal
    tax: Decimal
    compensation: Decimal
    paid_back: Decimal
    fee_kept: Decimal
    grand_total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """What a credit memo gives back beside rows, in base currency: carriage, and adjustments.

    `carriage` is a stated part of it; None for “whatever is left”, which Magento reckons otherwise.
    """

    carriage: Decimal | None
    paid_back: Decimal = ZERO
    fee_kept: Decimal = ZERO


@dataclass(slots=True)
class OrderInCurrency:
    """An order's amounts in one currency, and what its documents have taken of them.

    `base` is the same order in base currency, which is `rate` to this one: what a person states of a credit
    memo, he states in base currency.
    """

    order: Reckoned
    quantities: Sequence[Decimal]
    settings: Settings
    base: Reckoned
    rate: Decimal = Decimal(1)
    invoiced: list[Spent] = field(init=False)
    refunded: list[Spent] = field(init=False)
    _carriage_invoiced: bool = False
    _discount_invoiced: bool = False
    _carriage_refunded: Decimal = ZERO
    _carriage_tax_refunded: Decimal = ZERO
    _carriage_compensation_refunded: Decimal = ZERO

    def __post_init__(self) -> None:
        self.invoiced = [Spent() for _ in self.quantities]
        self.refunded = [Spent() for _ in self.quantities]

    def invoice(self, quantities: Sequence[Decimal]) -> Made:
        """An invoice of these quantities, one for each row of the order."""
        source = [
            of_order(row, quantity) for row, quantity in zip(self.order.rows, self.quantities, strict=True)
        ]
        rows = take(source, self.invoiced, quantities, Carried())
        shipping, first = self.order.carriage, not self._carriage_invoiced
        carriage = shipping if first else None
        off = shipping.discount if not self._discount_invoiced else ZERO
        discount = sum((row.discount for row in rows), off)
        self._carriage_invoiced = True
        self._discount_invoiced |= discount != ZERO
        return self._made(
            rows,
            discount=discount,
            carriage=carriage.full if carriage else ZERO,
            carriage_tax=carriage.tax if carriage else ZERO,
            carriage_compensation=carriage.compensation if carriage else ZERO,
        )

    def refund(self, quantities: Sequence[Decimal], given: GivenBack) -> Made:
        """A credit memo of these quantities of what was invoiced."""
        rounding = Carried()
        rows = take(self.invoiced, self.refunded, quantities, rounding)
        shipping, base = self.order.carriage, self.base.carriage
        left = shipping.full - self._carriage_refunded
        part = given.carriage / base.full if given.carriage and base.full else ZERO
        carriage = left if given.carriage is None else pennies(shipping.full * part)
        tax, compensation = self._carriage_given_back(carriage, left, rounding)
        off = _misreckoned(base, given) * shipping.full / base.full if base.full else ZERO
        made = self._made(
            rows,
            discount=sum((row.discount for row in rows), off),
            carriage=carriage,
            carriage_tax=tax,
            carriage_compensation=compensation,
            paid_back=pennies(given.paid_back * self.rate),
            fee_kept=pennies(given.fee_kept * self.rate),
        )
        self._carriage_refunded += carriage
        self._carriage_tax_refunded += tax
        self._carriage_compensation_refunded += compensation
        return made

    def _carriage_given_back(
        self, carriage: Decimal, left: Decimal, rounding: Carried
    ) -> tuple[Decimal, Decimal]:
        shipping = self.order.carriage
        if not shipping.full or not carriage:
            return ZERO, ZERO
        if carriage == left:
            return (
                shipping.tax - self._carriage_tax_refunded,
                shipping.compensation - self._carriage_compensation_refunded,
            )
        part = carriage / shipping.full
        return rounding.round(shipping.tax * part), rounding.round(shipping.compensation * part)

    def _made(
        self,
        rows: tuple[Moved, ...],
        *,
        discount: Decimal,
        carriage: Decimal,
        carriage_tax: Decimal,
        carriage_compensation: Decimal,
        paid_back: Decimal = ZERO,
        fee_kept: Decimal = ZERO,
    ) -> Made:
        levies = sum((row.levy for row in rows), ZERO)
        within = self.settings.levy_in_subtotal
        subtotal = sum((row.full for row in rows), levies if within else ZERO)
        tax = sum((row.tax + row.levy_tax for row in rows), carriage_tax)
        compensation = sum((row.compensation for row in rows), ZERO)
        total = subtotal - discount + carriage + tax + compensation + carriage_compensation
        total += paid_back - fee_kept + (ZERO if within else levies)
        return Made(
            rows=rows,
            subtotal=stored(subtotal),
            discount=stored(discount),
            carriage=carriage,
            carriage_tax=carriage_tax,
            carriage_compensation=carriage_compensation,
            tax=stored(tax),
            compensation=stored(compensation),
            paid_back=paid_back,
            fee_kept=fee_kept,
            grand_total=stored(total),
        )


def _misreckoned(carriage: Taxed, given: GivenBack) -> Decimal:
    """The carriage's discount on a memo in base currency, by the share of carriage that Magento takes.

    Only for a stated part is that share the carriage given back; else it is a gross before discount less a
    tax after it, and where no carriage is given back, less than nothing.
    """
    if not carriage.full:
        return ZERO
    if given.carriage is None:
        share = carriage.full_with_tax - carriage.tax
    else:
        share = given.carriage or -carriage.tax
    return share * carriage.discount / carriage.full
