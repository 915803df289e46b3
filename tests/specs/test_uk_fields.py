"""How values cross the border to SDO: text, money, dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.sage.uk.document import order_reference
from ml_connector.sage.uk.sdo import day, exact, moment, money, pence, plain, text, whole


@dataclass
class OneField:
    """A field of any value, as the engine would hand it over."""

    Value: object
    Length: int = 30


@dataclass
class OneRecord:
    values: dict[str, object] = field(default_factory=dict[str, object])

    def Item(self, Index: str, /) -> OneField:
        return OneField(self.values[Index])


@pytest.mark.parametrize(
    ("written", "survives"),
    [
        ("Café Zoë & Søn – £5 “best”", "Café Zoë & Søn – £5 “best”"),
        ("Łukasz Kowalczyk", "Lukasz Kowalczyk"),
        ("Dvořák, Miloš", "Dvorák, Miloš"),
        ("Ёлка", "????"),
        ("Mug 🎄", "Mug ?"),
        ("e\u0301clair", "éclair"),
        ("ﬁne №5", "fine No5"),
    ],
)
def test_text_becomes_what_single_byte_files_can_hold(written: str, survives: str) -> None:
    """Accents of page 1252 stay, other accents fall off, the rest is a question mark."""
    assert plain(written) == survives
    plain(written).encode("cp1252")


@given(st.text())
def test_any_text_can_be_written(written: str) -> None:
    plain(written).encode("cp1252")


@given(st.integers(min_value=-(10**11), max_value=10**11))
def test_money_comes_back_to_the_penny(minor: int) -> None:
    """A double holds every amount that a ledger will, and a tenth of a penny of noise changes nothing."""
    record = OneRecord({"NET_AMOUNT": money(minor), "NOISY": money(minor) * (1 + 2**-52)})
    assert pence(record, "NET_AMOUNT") == minor
    assert pence(record, "NOISY") == minor


def test_an_empty_field_is_nothing_however_sage_says_so() -> None:
    nothing = datetime(1899, 12, 30, tzinfo=UTC)
    record = OneRecord({"A": None, "B": "", "C": 0, "D": nothing, "E": "  x  ", "F": 0.0})
    assert text(record, "A") == text(record, "B") == ""
    assert text(record, "E") == "x"
    assert whole(record, "A") == whole(record, "B") == whole(record, "C") == 0
    assert day(record, "A") is day(record, "D") is day(record, "F") is None
    assert exact(record, "A") == 0


def test_a_date_keeps_its_day_whatever_zone_is_written_beside_it() -> None:
    record = OneRecord({"INVOICE_DATE": datetime(2026, 3, 29, 0, 0, tzinfo=UTC)})
    assert day(record, "INVOICE_DATE") == date(2026, 3, 29)
    assert moment(date(2026, 3, 29)).isoformat() == "2026-03-29T00:00:00"


@pytest.mark.parametrize(
    ("order_number", "reference", "stands"),
    [
        ("000000123", "K7-I123456", "000000123 K7-I123456"),
        ("", "K7-I123456", "K7-I123456"),
        ("NORTH-EAST-2026-000123", "K7-I123456", "NORTH-EAST-2026-000 K7-I123456"),
        ("000000123", "ABCD-I12345678901", "000000123 ABCD-I12345678901"),
        ("2000000000123", "ABCD-I12345678901", "200000000012 ABCD-I12345678901"),
    ],
)
def test_the_order_number_is_shortened_and_the_reference_never(
    order_number: str, reference: str, stands: str
) -> None:
    """30 characters in all, so that INV_REF can hold the whole of it; the reference is the last word."""
    assert order_reference(order_number, reference) == stands
    assert len(stands) <= 30
