"""What has to be known of a shop to understand its documents: websites, store views, groups, taxes.

Plain values, read from the shop's settings (`adobe.reader.shop_facts`); they change seldom. Ids are the
shop's own, as text, since nobody counts with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NO_TAX_CLASS = "none"
"""A product that the shop gave no tax class, which is not the same as one whose class is not known (“”)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Website:
    """A website; its documents' base currency is that of its store views."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """A store view with the base currency of its website and the time zone in which it dates documents."""

    id: str
    website: str
    name: str
    base_currency: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGroup:
    """A customer group and the customer tax class that its members are taxed by."""

    id: str
    name: str
    tax_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxClass:
    """A product tax class."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """A rate in percent that a country's authority levies; `code` is what documents name it by."""

    id: str
    code: str
    country: str
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """Which rates are due when a customer of one of these classes buys a product of one of those."""

    customer_classes: tuple[str, ...]
    product_classes: tuple[str, ...]
    rates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFacts:
    """All of it."""

    websites: tuple[Website, ...]
    store_views: tuple[StoreView, ...]
    groups: tuple[CustomerGroup, ...]
    product_classes: tuple[TaxClass, ...]
    rates: tuple[TaxRate, ...]
    rules: tuple[TaxRule, ...]

    def store_view(self, store_id: str) -> StoreView | None:
        """The store view of this id, if it still exists."""
        return next((view for view in self.store_views if view.id == store_id), None)

    def rate_of_code(self, code: str) -> TaxRate | None:
        """The rate that a document's tax names, if it still exists."""
        return next((rate for rate in self.rates if rate.code == code), None)

    def rates_for(self, customer_class: str, product_class: str) -> tuple[TaxRate, ...]:
        """Every rate of every country that the rules hold for this pair of classes; none: not taxed."""
        named = {
            rate
            for rule in self.rules
            if customer_class in rule.customer_classes and product_class in rule.product_classes
            for rate in rule.rates
        }
        return tuple(rate for rate in self.rates if rate.id in named)
