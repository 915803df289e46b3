"""What is asked of a list: filters, order and page, as the query string that is sent.

The shop forgives too much: it takes an unknown condition for `eq`, a garbage date for “everything”, and an
empty value for “nothing”, all with 200. So whatever it would misread is refused here as our own defect
(reference: adobe_commerce.md §4.2, §4.3, §9.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from ml_connector.errors import Defect

# Shops sort parameter names naturally when they verify a signature, and we by bytes: one digit only (§1.3).
INDEXES_MAX = 10
# The shop's own limit where it limits its input, which is off by default (§4.3).
PAGE_SIZE_MAX = 300
DATE_FIELDS = frozenset({"created_at", "updated_at"})

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


class Condition(StrEnum):
    """The conditions that we use; any other word would silently mean `eq`."""

    EQ = "eq"
    GT = "gt"
    GTEQ = "gteq"
    LT = "lt"
    LTEQ = "lteq"
    IN = "in"
    NIN = "nin"


_OF_MANY = frozenset({Condition.IN, Condition.NIN})


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on one column. Raises `Defect` for a value that the shop would misread."""

    field: str
    condition: Condition
    value: str

    def __post_init__(self) -> None:
        if not self.value or (self.condition not in _OF_MANY and "," in self.value):
            raise Defect(f"A filter on {self.field} has no value, or one with a comma.")
        if self.field in DATE_FIELDS and not is_date(self.value):
            raise Defect(f"A filter on {self.field} is no date; the shop would answer with everything.")


def id_in(field: str, ids: Iterable[int]) -> Filter:
    """The rows that have one of these ids."""
    return Filter(field, Condition.IN, ",".join(map(str, ids)))


def id_not_in(field: str, ids: Iterable[int]) -> Filter:
    """The rows that have none of these ids."""
    return Filter(field, Condition.NIN, ",".join(map(str, ids)))


def is_date(text: str) -> bool:
    """Whether a text is a UTC instant as the shop writes it, `YYYY-MM-DD HH:MM:SS`, and exists."""
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def query(
    filters: Sequence[Filter],
    *,
    sort: Sequence[str],
    page_size: int,
    page: int = 1,
    descending: bool = False,
    fields: str = "",
) -> str:
    """The query string for rows that pass all filters, ascending by `sort`; `page` counts from 1.

    `fields` cuts the answer to these (§4.4). Brackets are percent-encoded. The direction is always sent:
    without one the shop sorts downwards.
    Raises `Defect` for more filters or sort fields than can be signed, and for a page that is none.
    """
    if len(filters) > INDEXES_MAX or len(sort) > INDEXES_MAX:
        raise Defect(f"At most {INDEXES_MAX} filters and {INDEXES_MAX} sort fields can be signed.")
    if not 0 < page_size <= PAGE_SIZE_MAX or page < 1:
        raise Defect(
            f"A page has 1 to {PAGE_SIZE_MAX} rows and counts from 1; the shop would send everything."
        )
    pairs: list[tuple[str, str]] = []
    for number, each in enumerate(filters):
        place = f"[filter_groups][{number}][filters][0]"
        pairs.append((f"{place}[field]", each.field))
        pairs.append((f"{place}[value]", each.value))
        pairs.append((f"{place}[condition_type]", each.condition))
    for number, name in enumerate(sort):
        pairs.append((f"[sortOrders][{number}][field]", name))
        pairs.append((f"[sortOrders][{number}][direction]", "DESC" if descending else "ASC"))
    pairs.append(("[pageSize]", str(page_size)))
    pairs.append(("[currentPage]", str(page)))
    asked = "&".join(f"searchCriteria{quote(name)}={quote(value, safe='-._~')}" for name, value in pairs)
    return f"{asked}&fields={quote(fields, safe='-._~')}" if fields else asked
