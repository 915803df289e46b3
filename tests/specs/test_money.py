"""Money is exact: whole pence in the books, and one way of rounding on the way there."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.money import from_minor, pounds, to_minor

SHOP_AMOUNTS = st.integers(-(10**12), 10**12).map(lambda units: Decimal(units).scaleb(-4))


@pytest.mark.parametrize(
    ("amount", "pence"),
    [
        ("0", 0),
        ("0.004", 0),
        ("0.005", 1),
        ("-0.004", 0),
        ("-0.005", -1),
        ("0.015", 2),
        ("0.025", 3),
        ("-0.025", -3),
        ("2.675", 268),
        ("28.9395", 2894),
        ("33.982", 3398),
        ("99999999.995", 10_000_000_000),
        ("1E+2", 10_000),
    ],
)
def test_halves_are_rounded_away_from_zero_on_both_sides_of_it(amount: str, pence: int) -> None:
    """A refund has to come to the same pence as the sale it takes back. Order 139 of the recorded shop took
    33.982 and 28.9395 (reference: adobe_commerce.md, “Totals are not always whole pennies”)."""
    assert to_minor(Decimal(amount)) == pence


@given(SHOP_AMOUNTS)
def test_rounding_is_what_exact_fractions_say(amount: Decimal) -> None:
    exact = abs(Fraction(amount)) * 100
    expected = int(exact + Fraction(1, 2))
    assert to_minor(amount) == (expected if amount >= 0 else -expected)


@given(SHOP_AMOUNTS)
def test_a_sale_and_its_full_refund_come_to_nothing(amount: Decimal) -> None:
    assert to_minor(amount) + to_minor(-amount) == 0


@given(SHOP_AMOUNTS)
def test_rounding_does_not_depend_on_somebody_elses_decimal_context(amount: Decimal) -> None:
    with localcontext() as context:
        context.rounding = "ROUND_FLOOR"
        assert to_minor(amount) == -to_minor(-amount)


@given(st.integers(-(10**14), 10**14))
def test_pence_come_back_from_the_amount_that_they_are(pence: int) -> None:
    amount = from_minor(pence)
    assert amount.as_tuple().exponent == -2
    assert to_minor(amount) == pence


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_amount_is_not_rounded_to_one(amount: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        to_minor(Decimal(amount))


@pytest.mark.parametrize(
    ("pence", "currency", "text"),
    [
        (0, "GBP", "£0.00"),
        (5, "GBP", "£0.05"),
        (-5, "EUR", "-€0.05"),
        (123_450, "GBP", "£1,234.50"),
        (-100_000_000, "USD", "-$1,000,000.00"),
        (1200, "JPY", "12.00 JPY"),
        (-1200, "JPY", "-12.00 JPY"),
    ],
)
def test_an_amount_for_people_has_its_sign_symbol_and_two_decimals(
    pence: int, currency: str, text: str
) -> None:
    assert pounds(pence, currency) == text
