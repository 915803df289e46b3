"""Why lines bear no VAT, as far as the shop's own rules say it: the proposed rows of the tax table at 0 %.

An order does not show whether a 0 % line is zero-rated, exempt or untaxed (reference: adobe_commerce.md
§5.3). The shop's tax rules say it for each pair of customer class and product class: a rule with a 0 % rate
means zero-rated (T0); no rule at all means that the shop regards the product as exempt (T2), or relieves
the customer (T0) where others are taxed. Goods that leave the country without VAT are exports (T0).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from ml_connector.documents.shop import NO_TAX_CLASS, CustomerGroup, ShopFacts, TaxClass
from ml_connector.posting.tax_places import AT_HOME, UK_VAT, Destination
from ml_connector.posting.tax_table import Supplied, TaxRow

_ZERO_RATED, _EXEMPT = 0, 2
_PERCENT = Decimal(0)
_NOT_LOGGED_IN = "0"


class _Outcome(StrEnum):
    """What the shop's rules do to a pair of classes at home."""

    RATED = "rated"
    ZERO = "zero"
    NO_RULE = "no rule"


def taxable_classes(facts: ShopFacts) -> tuple[str, ...]:
    """The product classes that an ordinary customer pays VAT for at home."""
    usual = _usual(facts)
    if usual is None:
        return ()
    rated = (each.id for each in facts.product_classes if _outcome(facts, usual, each.id) is _Outcome.RATED)
    return tuple(rated)


def untaxed_rows(facts: ShopFacts) -> tuple[TaxRow, ...]:
    """The rows at 0 %; without any rule for a rate at home only exports, since nothing can be told."""
    return (*_at_home(facts), _exports())


def _exports() -> TaxRow:
    return TaxRow(
        percent=_PERCENT,
        tax_code=_ZERO_RATED,
        destinations=(Destination.EU, Destination.REST),
        supply=Supplied.GOODS,
        label="goods sent out of the United Kingdom",
    )


def _at_home(facts: ShopFacts) -> Iterator[TaxRow]:
    usual = _usual(facts)
    if usual is None:
        return
    classes = (*facts.product_classes, TaxClass(id=NO_TAX_CLASS, name="no tax class"))
    untaxed = [each for each in classes if _outcome(facts, usual, each.id) is not _Outcome.RATED]
    for kind in untaxed:
        yield _row(_code(facts, usual, usual, kind), kind=kind)
    for group in facts.groups:
        if group.tax_class != usual.tax_class:
            yield from _of_group(facts, usual, group, classes)


def _of_group(
    facts: ShopFacts, usual: CustomerGroup, group: CustomerGroup, classes: tuple[TaxClass, ...]
) -> Iterator[TaxRow]:
    """A group that is relieved of VAT altogether gets one row, and one for each class that differs."""
    rated = [each for each in classes if _outcome(facts, usual, each.id) is _Outcome.RATED]
    relieved = [each for each in rated if _outcome(facts, group, each.id) is not _Outcome.RATED]
    others = [each for each in classes if each not in rated]
    if rated and relieved == rated:
        yield _row(_ZERO_RATED, group=group)
        relieved = [each for each in others if _code(facts, usual, usual, each) != _ZERO_RATED]
    for kind in relieved:
        yield _row(_code(facts, usual, group, kind), kind=kind, group=group)


def _code(facts: ShopFacts, usual: CustomerGroup, group: CustomerGroup, kind: TaxClass) -> int:
    """Zero-rated by a 0 % rule, or because only this customer is not taxed; else exempt."""
    if _outcome(facts, group, kind.id) is _Outcome.ZERO:
        return _ZERO_RATED
    return _ZERO_RATED if _outcome(facts, usual, kind.id) is _Outcome.RATED else _EXEMPT


def _row(tax_code: int, *, kind: TaxClass | None = None, group: CustomerGroup | None = None) -> TaxRow:
    label = " bought by ".join(filter(None, (kind.name if kind else "", group.name if group else "")))
    return TaxRow(
        percent=_PERCENT,
        tax_code=tax_code,
        destinations=AT_HOME,
        product_class=kind.id if kind else "",
        customer_group=group.id if group else "",
        label=label,
    )


def _usual(facts: ShopFacts) -> CustomerGroup | None:
    """The group of a shopper who is not logged in; None when no rule has a rate at home to compare with.

    Where the groups could not be read, it is whoever the first such rule taxes.
    """
    at_home = {rate.id for rate in facts.rates if rate.country in UK_VAT and rate.percent}
    rule = next((rule for rule in facts.rules if at_home.intersection(rule.rates)), None)
    if rule is None:
        return None
    guests = (group for group in facts.groups if group.id == _NOT_LOGGED_IN)
    return next(guests, CustomerGroup(id=_NOT_LOGGED_IN, name="", tax_class=rule.customer_classes[0]))


def _outcome(facts: ShopFacts, group: CustomerGroup, product_class: str) -> _Outcome:
    rates = [each for each in facts.rates_for(group.tax_class, product_class) if each.country in UK_VAT]
    if any(rate.percent for rate in rates):
        return _Outcome.RATED
    return _Outcome.ZERO if rates else _Outcome.NO_RULE
