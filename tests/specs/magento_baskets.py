"""Random settings and baskets: any shop that Magento's settings allow, any mix of product types and rates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from tests.specs.magento_payloads import Line
from tests.specs.magento_settings import (
    PENNY,
    ZERO,
    Algorithm,
    Coupon,
    Goods,
    Rate,
    Rule,
    Settings,
    percent_of,
)

D = Decimal
STANDARD, REDUCED, NOTHING = "4", "5", "6"
VAT_20, VAT_5, VAT_0 = (
    Rate(code="GB-VAT-20", percent=D(20)),
    Rate(code="GB-VAT-5", percent=D(5)),
    Rate(code="GB-VAT-0", percent=ZERO),
)
LEVY = Rate(code="GB-LEVY", percent=D("1.75"))
COMPOUND = Rate(code="GB-COMPOUND", percent=D("0.5"), priority=1)
LEVIED = "8"
AT_HOME = {STANDARD: (VAT_20,), REDUCED: (VAT_5,), NOTHING: (VAT_0,), LEVIED: (VAT_20, LEVY, COMPOUND)}
PRODUCTS = {STANDARD: 1, REDUCED: 2, NOTHING: 3, LEVIED: 4}
SKUS = {STANDARD: "MUG-STD", REDUCED: "FUEL-RED", NOTHING: "BOOK-ZERO", LEVIED: "LEVY-STD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Something in the basket: its lines, itself first, and the pieces of each per unit."""

    quantity: Decimal
    lines: tuple[tuple[Line, Decimal], ...]
    goods: tuple[Goods, ...]
    classes: tuple[str, ...]


_PRICES = st.integers(1, 40_000).map(lambda pence: pence * PENNY)
_SHARES = st.sampled_from((D(2), D(10), D("33.33"), D(50), D(100)))


@st.composite
def settings_of_a_shop(draw: st.DrawFn) -> Settings:
    """Any shop: prices with or without tax, three algorithms, tax before or after discount."""
    with_tax = draw(st.booleans())
    return Settings(
        algorithm=draw(st.sampled_from(Algorithm)),
        prices_with_tax=with_tax,
        carriage_with_tax=with_tax and draw(st.booleans()),
        tax_after_discount=draw(st.sampled_from((True, True, True, False))),
        discount_on_gross=with_tax and draw(st.booleans()),
        levy_taxed=draw(st.booleans()),
        levy_in_subtotal=draw(st.booleans()),
    )


RULES = st.one_of(
    st.none(),
    st.builds(Rule, coupon=st.just(Coupon.PERCENT), amount=_SHARES, carriage_too=st.booleans()),
    st.builds(Rule, coupon=st.just(Coupon.CART), amount=st.integers(1, 2_000).map(lambda each: each * PENNY)),
    st.builds(Rule, coupon=st.just(Coupon.EACH), amount=st.sampled_from((D("0.50"), D(1), D("2.99")))),
)


@st.composite
def things_bought(draw: st.DrawFn, *, first: int, rows: int, abroad: bool) -> Bought:
    """A product of any type; `first` is the position of its first line, `rows` of its first row."""
    kind = draw(st.sampled_from(("simple", "simple", "configurable", "bundle", "parts", "levy")))
    quantity = D(draw(st.integers(1, 12)))
    if kind == "parts":
        return draw(_bundle_of_parts(quantity, first=first, rows=rows, abroad=abroad))
    if kind == "simple" and draw(st.integers(0, 5)) == 0:
        quantity = draw(st.integers(5, 900)) * PENNY
    levy = draw(st.sampled_from((D("1.25"), D("2.60"), D("0.33")))) if kind == "levy" else ZERO
    classes = (STANDARD, STANDARD, REDUCED, NOTHING, *(() if levy else (LEVIED,)))
    tax_class = draw(st.sampled_from(classes))
    made_up = kind in ("configurable", "bundle")
    product_type = kind if made_up else draw(st.sampled_from(("simple", "virtual", "grouped")))
    rates = () if abroad else AT_HOME[tax_class]
    own = (_line(tax_class, product_type, quantity, row=rows, rates=rates), D(1))
    child = (_line(tax_class, "simple", quantity, parent=first), D(1))
    return Bought(
        quantity=quantity,
        lines=(own, child) if made_up else (own,),
        goods=(_goods(tax_class, quantity, draw(_PRICES), abroad=abroad, levy=levy),),
        classes=(tax_class,),
    )


@st.composite
def _bundle_of_parts(draw: st.DrawFn, quantity: Decimal, *, first: int, rows: int, abroad: bool) -> Bought:
    """A bundle at a dynamic price: the money stands on its parts, and the bundle repeats it."""
    part = st.tuples(st.sampled_from((STANDARD, REDUCED, NOTHING)), st.integers(1, 3).map(D))
    parts = draw(st.lists(part, min_size=1, max_size=3))
    bundle = _line(STANDARD, "bundle", quantity, repeats=tuple(range(rows, rows + len(parts))))
    children: list[tuple[Line, Decimal]] = []
    for row, (of, pieces) in enumerate(parts, rows):
        rates = () if abroad else AT_HOME[of]
        children.append((_line(of, "simple", quantity * pieces, row=row, parent=first, rates=rates), pieces))
    return Bought(
        quantity=quantity,
        lines=((bundle, D(1)), *children),
        goods=tuple(_goods(of, quantity * pieces, draw(_PRICES), abroad=abroad) for of, pieces in parts),
        classes=tuple(of for of, _ in parts),
    )


def _goods(of: str, quantity: Decimal, price: Decimal, *, abroad: bool, levy: Decimal = ZERO) -> Goods:
    home = AT_HOME[of]
    return Goods(
        quantity=quantity,
        price=price,
        rates=() if abroad else home,
        home_percent=percent_of(home),
        levy=levy,
    )


def _line(
    of: str,
    product_type: str,
    quantity: Decimal,
    *,
    row: int | None = None,
    parent: int | None = None,
    rates: tuple[Rate, ...] = (),
    repeats: tuple[int, ...] = (),
) -> Line:
    return Line(
        sku=SKUS[of],
        product=PRODUCTS[of],
        product_type=product_type,
        quantity=quantity,
        row=row,
        parent=parent,
        rates=rates,
        repeats=repeats,
    )
