"""Which Sage stock code a shop's SKU is, and whether Sage could hold it at all.

Sage's codes are upper case, at most 30 characters, without spaces or commas (reference: sage50_uk_sdo.md
§6); the shop's go to 64 characters and beyond, in any script (adobe_commerce.md §5.8, §10.5). SKUs that
differ in case alone are one product in the shop (§10.4), so that one code for them is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ml_connector.posting.choices.stock import CodeRule, CodeRuleKind, SpecialCode, StockChoices
from ml_connector.posting.company import StockItem
from ml_connector.posting.fitting import STOCK_CODE

SPECIAL_CODES = frozenset({"S1", "S2", "S3", "M"})
"""Sage's own codes, which need no product record and can have none (reference: sage50_uk_sdo.md §3.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a SKU was found: a product record, or a special code that an alias names."""

    rule: str
    item: StockItem | None
    special: SpecialCode | None = None


def sage_code(sku: str) -> str:
    """The code under which Sage would hold this SKU; “” when it cannot."""
    holds = sku.isascii() and sku.isprintable() and 0 < len(sku) <= STOCK_CODE
    code = sku.upper() if holds and " " not in sku and "," not in sku else ""
    return "" if code in SPECIAL_CODES else code


def find(sku: str, choices: StockChoices, stock: Mapping[str, StockItem]) -> Found | None:
    """Alias, as it is, in capitals, by the rules; None when none of them leads anywhere.

    `stock` is keyed by code. An alias whose product record is gone leads nowhere: what a person named is not
    looked for elsewhere.
    """
    alias = next((alias.code.upper() for alias in choices.aliases if alias.sku == sku), "")
    if alias in set(SpecialCode):
        return Found(rule="alias", item=None, special=SpecialCode(alias))
    if alias:
        item = _item(alias, stock)
        return Found(rule="alias", item=item) if item else None
    item = _item(sku, stock)
    if item:
        return Found(rule="item", item=item)
    item = _by_rules(sku, choices.rules, stock)
    return Found(rule="code-rule", item=item) if item else None


def bent(sku: str, rule: CodeRule) -> str:
    """What a rule makes of a SKU; the SKU itself when the rule finds nothing to do."""
    match rule.kind:
        case CodeRuleKind.STRIP_PREFIX:
            return sku.removeprefix(rule.text)
        case CodeRuleKind.STRIP_SUFFIX:
            return sku.removesuffix(rule.text)
        case CodeRuleKind.CUT_AT_FIRST:
            return sku.partition(rule.text)[0]
        case CodeRuleKind.CUT_AT_LAST:
            return sku.rpartition(rule.text)[0] or sku
        case CodeRuleKind.REPLACE:
            return sku.replace(rule.text, rule.by)


def _by_rules(sku: str, rules: tuple[CodeRule, ...], stock: Mapping[str, StockItem]) -> StockItem | None:
    """Each rule goes on from what the one before it made; the first product record ends it."""
    for rule in rules:
        sku = bent(sku, rule)
        item = _item(sku, stock)
        if item:
            return item
    return None


def _item(sku: str, stock: Mapping[str, StockItem]) -> StockItem | None:
    """The product record of a SKU: exact, else in capitals."""
    return stock.get(sku) or stock.get(sage_code(sku))
