"""What is told of a document at first sight: the cheap facts of its own payload, before any rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ml_connector.documents.identity import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is told of a document at first sight, without any rule: enough to list and to count it.

    It counts as `total` in `currency`, by the chart's word on its website, view and order currency. Where
    that is the order's currency, `base_total` in `base_currency` is the same in the website's; else 0 and “”.
    `totals` are what it comes to in each of its currencies, where it has two.
    `made_on` is the day on which it was made in the shop's time zone, None where that cannot be told.
    """

    kind: Kind
    entity_id: int
    order_id: int
    number: str
    reference: str
    captured: bool
    made_at: datetime
    currency: str
    total: Decimal
    base_currency: str = ""
    base_total: Decimal = Decimal(0)
    totals: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    made_on: date | None = None
