"""Values of every kind that the codec knows, in one dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum

from hypothesis import strategies as st

from ml_connector.codec import to_json


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Grade(Enum):
    FIRST = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    name: str
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cat:
    lives: int
    type: str = "cat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dog:
    tricks: tuple[str, ...]
    type: str = "dog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    raw: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    text: str
    whole: int
    flag: bool
    amount: Decimal
    day: date
    at: datetime
    colour: Colour
    grade: Grade
    inner: Inner
    many: tuple[Inner, ...]
    pets: tuple[Cat | Dog, ...]
    maybe: Inner | None
    numbers: dict[str, int | str | tuple[int, ...]]

    def __post_init__(self) -> None:
        if self.whole < 0:
            raise ValueError("whole is not negative")


OUTER = Outer(
    text="Zoë “O’Hara” \n\u2028 £5 😀",
    whole=10**30,
    flag=True,
    amount=Decimal("-12.5000"),
    day=date(2026, 2, 3),
    at=datetime(2026, 2, 3, 4, 5, 6, 70, tzinfo=UTC),
    colour=Colour.BLUE,
    grade=Grade.FIRST,
    inner=Inner(name="x"),
    many=(Inner(name="a", count=1), Inner(name="b")),
    pets=(Dog(tricks=("sit",)), Cat(lives=9)),
    maybe=None,
    numbers={"one": 1, "word": "1", "list": (1, 2)},
)


def with_field(name: str, value: object) -> dict[str, object]:
    """The plain JSON of OUTER with one field replaced."""
    made = to_json(OUTER)
    assert isinstance(made, dict)
    return {**made, name: value}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
