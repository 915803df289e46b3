"""What a document takes of an order's rows: the share of what is left, rounded, the rest carried along.

Every amount is (what is left ÷ the quantity left × the quantity); the last document takes what is left.
Magento goes over all rows for the row totals, then for the discounts, then for the taxes, and what one
rounding leaves over goes into the next (reference: adobe_commerce.md §5.6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.specs.magento_arithmetic import Taxed
from tests.specs.magento_settings import ZERO, pennies


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A row of a document; `levy` is the fixed product tax of it and `levy_tax` the tax on that."""

    number: int
    quantity: Decimal
    full: Decimal
    full_with_tax: Decimal
    discount: Decimal
    compensation: Decimal
    tax: Decimal
    levy: Decimal
    levy_tax: Decimal


@dataclass(slots=True)
class Spent:
    """What documents have taken of one order row so far."""

    quantity: Decimal = ZERO
    full: Decimal = ZERO
    full_with_tax: Decimal = ZERO
    discount: Decimal = ZERO
    compensation: Decimal = ZERO
    tax: Decimal = ZERO
    levy: Decimal = ZERO
    levy_tax: Decimal = ZERO


@dataclass(slots=True)
class Carried:
    """Rounding within one document: what is left of an amount goes on to the next (discounts: against it)."""

    rest: Decimal = ZERO

    def round(self, amount: Decimal, *, against: bool = False) -> Decimal:
        if not amount:
            return amount
        exact = amount + (-self.rest if against else self.rest)
        rounded = pennies(exact)
        self.rest = (rounded - exact) if against else exact - rounded
        return rounded


def of_order(row: Taxed, quantity: Decimal) -> Spent:
    return Spent(
        quantity=quantity,
        full=row.full,
        full_with_tax=row.full_with_tax,
        discount=row.discount,
        compensation=row.compensation,
        tax=row.tax,
        levy=row.levy,
        levy_tax=row.levy_tax,
    )


def take(
    source: Sequence[Spent], spent: Sequence[Spent], quantities: Sequence[Decimal], carried: Carried
) -> tuple[Moved, ...]:
    """What these quantities take of `source` beyond what is `spent`, which grows by it.

    Magento goes over all rows for the row totals, again for the discounts, and again for the taxes; the rest
    of the rounding goes on from one to the next.
    """
    gross = Carried()
    wanted = [(number, quantity) for number, quantity in enumerate(quantities) if quantity]

    def each(
        amount: Callable[[Spent], Decimal], rounding: Carried, *, against: bool = False
    ) -> list[Decimal]:
        made: list[Decimal] = []
        for number, quantity in wanted:
            left = amount(source[number]) - amount(spent[number])
            there = source[number].quantity - spent[number].quantity
            last = quantity == there
            made.append(left if last else rounding.round(left / there * quantity, against=against))
        return made

    full = each(lambda row: row.full, carried)
    full_with_tax = each(lambda row: row.full_with_tax, gross)
    discount = each(lambda row: row.discount, carried, against=True)
    taxes: list[tuple[Decimal, Decimal]] = []
    for number, quantity in wanted:
        there = source[number].quantity - spent[number].quantity
        tax = source[number].tax - spent[number].tax
        compensation = source[number].compensation - spent[number].compensation
        if quantity != there:
            tax = carried.round(tax / there * quantity)
            compensation = carried.round(compensation / there * quantity)
        taxes.append((tax, compensation))
    made: list[Moved] = []
    for at, (number, quantity) in enumerate(wanted):
        levy, levy_tax = _levies(source[number], spent[number], quantity)
        row = Moved(
            number=number,
            quantity=quantity,
            full=full[at],
            full_with_tax=full_with_tax[at],
            discount=discount[at],
            tax=taxes[at][0],
            compensation=taxes[at][1],
            levy=levy,
            levy_tax=levy_tax,
        )
        _spend(spent[number], row)
        made.append(row)
    return tuple(made)


def _levies(source: Spent, spent: Spent, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Fixed product tax and its tax go by their share of all pieces; the last takes what is left."""
    if quantity == source.quantity - spent.quantity:
        return source.levy - spent.levy, source.levy_tax - spent.levy_tax
    share = quantity / source.quantity
    return pennies(source.levy * share), pennies(source.levy_tax * share)


def _spend(spent: Spent, row: Moved) -> None:
    spent.quantity += row.quantity
    spent.full += row.full
    spent.full_with_tax += row.full_with_tax
    spent.discount += row.discount
    spent.compensation += row.compensation
    spent.tax += row.tax
    spent.levy += row.levy
    spent.levy_tax += row.levy_tax
