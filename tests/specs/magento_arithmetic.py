"""A model of Magento's arithmetic of one basket in one currency: prices, discounts, taxes, totals.

Our own words for what the reference describes (adobe_commerce.md §5.3–§5.5, §9.6), held against every order
of the recorded shop (tests/recorded/test_magento_arithmetic.py). The steps are the shop's: discounts on
prices, then tax by one of three algorithms, then carriage likewise, then the header. `magento_documents`
makes invoices and credit memos of it, `magento_payloads` writes them as the API does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.specs.magento_settings import (
    ZERO,
    Algorithm,
    Basket,
    Coupon,
    Goods,
    Rate,
    Settings,
    groups,
    pennies,
    percent_of,
    stored,
)

_NUDGE = Decimal("0.000001")
"""What the total-based algorithm starts its remainder with, so that a half goes up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxed:
    """A row after tax. `parts` are its taxes by name; `levy`, `levy_tax` are those of the whole row."""

    price: Decimal
    price_with_tax: Decimal
    full: Decimal
    full_with_tax: Decimal
    discount: Decimal
    compensation: Decimal
    tax: Decimal
    parts: Mapping[str, Decimal]
    levy_each: Decimal = ZERO
    levy_each_with_tax: Decimal = ZERO
    levy: Decimal = ZERO
    levy_with_tax: Decimal = ZERO
    levy_tax: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of an order in one currency; `discount` is positive here."""

    subtotal: Decimal
    discount: Decimal
    carriage: Decimal
    tax: Decimal
    compensation: Decimal
    carriage_compensation: Decimal
    grand_total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """A basket in one currency: its rows in their order, its carriage and its header."""

    rows: tuple[Taxed, ...]
    carriage: Taxed
    header: Header


@dataclass(slots=True)
class _Rounding:
    """One run of a tax algorithm: only the total-based one carries what rounding left over."""

    algorithm: Algorithm
    rests: dict[tuple[object, ...], Decimal] = field(default_factory=lambda: defaultdict(lambda: _NUDGE))

    def of(self, amount: Decimal, *key: object) -> Decimal:
        if self.algorithm is not Algorithm.TOTAL or not amount:
            return pennies(amount)
        exact = amount + self.rests[key]
        rounded = pennies(exact)
        self.rests[key] = exact - rounded
        return rounded


def reckon(basket: Basket, settings: Settings, rate: Decimal = Decimal(1)) -> Reckoned:
    """The basket in the currency that is `rate` to the base currency; each currency is reckoned by itself."""
    bare = _rows(_Rounding(settings.algorithm), basket.goods, settings, rate, [ZERO] * len(basket.goods))
    off = _delivery_discount(basket, settings, rate)
    rounding = _Rounding(settings.algorithm)  # goods first, then carriage, in one run
    rows = _rows(rounding, basket.goods, settings, rate, _discounts(basket, settings, rate, bare))
    carriage = _delivered(rounding, basket, settings, rate, off)
    return Reckoned(rows=rows, carriage=carriage, header=_header(rows, carriage, settings))


def _header(rows: Sequence[Taxed], carriage: Taxed, settings: Settings) -> Header:
    levies = sum((row.levy for row in rows), ZERO)
    subtotal = sum((row.full for row in rows), levies if settings.levy_in_subtotal else ZERO)
    tax = sum((row.tax + row.levy_tax for row in rows), carriage.tax)
    discount = sum((row.discount for row in rows), carriage.discount)
    compensation = sum((row.compensation for row in rows), ZERO)
    total = subtotal - discount + carriage.full + tax + compensation + carriage.compensation
    return Header(
        subtotal=stored(subtotal),
        discount=stored(discount),
        carriage=carriage.full,
        tax=stored(tax),
        compensation=stored(compensation),
        carriage_compensation=carriage.compensation,
        grand_total=stored(total if settings.levy_in_subtotal else total + levies),
    )


def _rows(
    rounding: _Rounding,
    goods: Sequence[Goods],
    settings: Settings,
    rate: Decimal,
    discounts: Sequence[Decimal],
) -> tuple[Taxed, ...]:
    made: list[Taxed] = []
    for each, discount in zip(goods, discounts, strict=True):
        taxed = _taxed(
            rounding,
            settings,
            with_tax=settings.prices_with_tax,
            price=pennies(each.price * rate),
            quantity=each.quantity,
            rates=each.rates,
            home_percent=each.home_percent,
            discount=discount,
        )
        made.append(_with_levy(rounding, settings, taxed, each, rate) if each.levy else taxed)
    return tuple(made)


def _delivery_discount(basket: Basket, settings: Settings, rate: Decimal) -> Decimal:
    """What the cart rule takes off the delivery charge."""
    rule = basket.rule
    if rule is None:
        return pennies(basket.delivery.discount * rate)
    if rule.coupon is not Coupon.PERCENT or not rule.carriage_too:
        return ZERO
    bare = _delivered(_Rounding(settings.algorithm), basket, settings, rate, ZERO)
    gross = settings.discount_on_gross and settings.carriage_with_tax
    return pennies((bare.full_with_tax if gross else bare.full) * rule.amount / 100)


def _delivered(
    rounding: _Rounding, basket: Basket, settings: Settings, rate: Decimal, discount: Decimal
) -> Taxed:
    """The delivery charge: a row of one piece behind the goods."""
    delivery = basket.delivery
    return _taxed(
        rounding,
        settings,
        with_tax=settings.carriage_with_tax,
        price=pennies(delivery.price * rate),
        quantity=Decimal(1),
        rates=delivery.rates,
        home_percent=delivery.home_percent,
        discount=discount,
    )


def _discounts(
    basket: Basket, settings: Settings, rate: Decimal, bare: Sequence[Taxed]
) -> tuple[Decimal, ...]:
    """What the cart rule takes off each row; the rest of a percentage goes on to the next row."""
    rule = basket.rule
    if rule is None:
        return tuple(pennies(each.discount * rate) for each in basket.goods)
    prices = [row.price_with_tax if settings.discount_on_gross else row.price for row in bare]
    whole = [price * each.quantity for price, each in zip(prices, basket.goods, strict=True)]
    if rule.coupon is Coupon.EACH:
        off = [pennies(rule.amount * rate) * each.quantity for each in basket.goods]
        return tuple(min(pennies(each), row) for each, row in zip(off, whole, strict=True))
    if rule.coupon is Coupon.CART:
        return _spread(min(pennies(rule.amount * rate), pennies(sum(whole, ZERO))), whole)
    made: list[Decimal] = []
    rest = ZERO
    for row in whole:
        exact = row * rule.amount / 100 + rest
        rounded = min(pennies(exact), row)
        rest = exact - pennies(exact)
        made.append(rounded)
    return tuple(made)


def _spread(amount: Decimal, whole: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """An amount off the cart by the rows' worth, each share's rest going on to the next."""
    total, rest = sum(whole, ZERO), ZERO
    made: list[Decimal] = []
    for row in whole:
        exact = (amount * row / total if total else ZERO) + rest
        made.append(min(pennies(exact), row))
        rest = exact - pennies(exact)
    return tuple(made)


def _with_levy(rounding: _Rounding, settings: Settings, taxed: Taxed, goods: Goods, rate: Decimal) -> Taxed:
    """Fixed product tax per piece, taxed like its product where the shop taxes it, never discounted.

    Per piece it is rounded by itself here; no recording shows it under the unit-based algorithm.
    """
    rounding = _Rounding(settings.algorithm) if settings.algorithm is Algorithm.UNIT else rounding
    levied = _taxed(
        rounding,
        settings,
        with_tax=settings.prices_with_tax and settings.levy_taxed,
        price=pennies(goods.levy * rate),
        quantity=goods.quantity,
        rates=goods.rates if settings.levy_taxed else (),
        home_percent=goods.home_percent if settings.levy_taxed else ZERO,
        discount=ZERO,
    )
    return replace(
        taxed,
        levy_each=levied.price,
        levy_each_with_tax=levied.price_with_tax,
        levy=levied.full,
        levy_with_tax=levied.full_with_tax,
        levy_tax=levied.tax,
    )


def _taxed(
    rounding: _Rounding,
    settings: Settings,
    *,
    with_tax: bool,
    price: Decimal,
    quantity: Decimal,
    rates: tuple[Rate, ...],
    home_percent: Decimal,
    discount: Decimal,
) -> Taxed:
    """A price and a quantity after tax; `price` has the tax of the shop's own address in it if `with_tax`."""
    pieces = quantity if settings.algorithm is Algorithm.UNIT else Decimal(1)
    after = settings.tax_after_discount
    if with_tax:
        percent = percent_of(rates)
        if percent != home_percent:
            price = pennies(price / (1 + home_percent / 100) * (1 + percent / 100))
        gross, inside = price * quantity, percent / (100 + percent)
        before = rounding.of(gross / pieces * inside, "whole" if after else "", percent) * pieces
        left = max(gross / pieces - discount / pieces, ZERO)
        tax = rounding.of(left * inside, "", percent) * pieces if after else before
        each = gross - before
        net_price = price - before / quantity if pieces == quantity else pennies(each / quantity)
        return Taxed(
            price=net_price,
            price_with_tax=price,
            full=stored(each),
            full_with_tax=stored(gross),
            discount=discount,
            compensation=stored(before - tax),
            tax=stored(tax),
            parts=_parts(rates, tax),
        )
    net, tax, whole = price * quantity, ZERO, ZERO
    parts: dict[str, Decimal] = {}
    for group in groups(rates):
        share = group.percent / 100
        before = rounding.of(net / pieces * share, "whole" if after else "", group.name) * pieces
        left = max(net / pieces - discount / pieces, ZERO)
        own = rounding.of(left * share, "", group.name) * pieces if after else before
        parts |= _parts(group.rates, own)
        tax, whole = tax + own, whole + before
    return Taxed(
        price=price,
        price_with_tax=pennies((net + whole) / quantity),
        full=stored(net),
        full_with_tax=stored(net + whole),
        discount=discount,
        compensation=ZERO,
        tax=stored(tax),
        parts=parts,
    )


def _parts(rates: tuple[Rate, ...], tax: Decimal) -> dict[str, Decimal]:
    """A tax by the names of its rates, each by its share of the percentage (§5.3)."""
    found = [
        (rate.code, group.percent / sum((each.percent for each in group.rates), ZERO) * rate.percent)
        for group in groups(rates)
        if group.percent
        for rate in group.rates
    ]
    whole = sum((percent for _, percent in found), ZERO)
    return {code: stored(tax * percent / whole) for code, percent in found}
