"""The chart's section on stock: which Sage stock code a shop's SKU is, and whether Sage keeps stock by it.

A SKU is looked up in the aliases, then as it is, then in capitals, then by the named rules. What is found
nowhere is held, unless the chart names one of Sage's special codes for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import invalid
from ml_connector.posting.company import Catalogue


class SpecialCode(StrEnum):
    """Sage's codes for what has no product record: a special item, and a special service item."""

    ITEM = "S1"
    SERVICE = "S3"


class CodeRuleKind(StrEnum):
    """What a rule does to a SKU. CUT_AT_FIRST and CUT_AT_LAST keep what stands before the separator."""

    STRIP_PREFIX = "strip-prefix"
    STRIP_SUFFIX = "strip-suffix"
    CUT_AT_FIRST = "cut-at-first"
    CUT_AT_LAST = "cut-at-last"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAlias:
    """This SKU is this product record (or special code) in Sage."""

    sku: str
    code: str
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRule:
    """A SKU without a product record is tried again after this; `by` is for REPLACE alone."""

    kind: CodeRuleKind
    text: str
    by: str = ""
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Lines without a product record stand on this special code, with the SKU in the text."""

    code: SpecialCode
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoStock:
    """Sage keeps no stock of what the shop sells: every line is a service line on `code`.

    `code` is S3 or a product record of the kind service.
    """

    code: str = SpecialCode.SERVICE.value
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsReturned:
    """Credit notes bring what they name back into stock, which the shop's API does not tell."""

    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChoices:
    """`impossible` is for SKUs that no Sage code can be, `missing` for what Sage could hold and does not.

    A None is a choice that nobody has made: those SKUs are held, Sage keeps stock, and credit notes return
    none.
    """

    aliases: tuple[StockAlias, ...] = ()
    rules: tuple[CodeRule, ...] = ()
    impossible: StandIn | None = None
    missing: StandIn | None = None
    no_stock: NoStock | None = None
    goods_returned: GoodsReturned | None = None


def stock_findings(stock: StockChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    kinds = {item.code.upper(): item.kind for item in catalogue.stock}
    special = {code.value for code in SpecialCode}
    skus = [alias.sku for alias in stock.aliases]
    for sku in sorted({sku for sku in skus if skus.count(sku) > 1}):
        yield invalid(f"The SKU {sku} has more than one alias.", "Leave one of them.")
    for alias in stock.aliases:
        if alias.code.upper() not in special and alias.code.upper() not in kinds:
            yield invalid(
                f"The alias of {alias.sku or 'an empty SKU'} is {alias.code or 'empty'}, and Sage has no "
                "product record of that code.",
                "Create the product in Sage, or name another.",
            )
    for rule in stock.rules:
        if not rule.text:
            yield invalid(f"A rule “{rule.kind}” for stock codes says nothing to look for.", "Fill it in.")
    if stock.no_stock is not None:
        yield from _no_stock_findings(stock.no_stock, kinds)


def _no_stock_findings(no_stock: NoStock, kinds: dict[str, str]) -> Iterator[Finding]:
    code = no_stock.code.upper()
    if code != SpecialCode.SERVICE and kinds.get(code) != "service":
        yield invalid(
            f"Lines without stock are to stand on {no_stock.code or 'nothing'}, which is neither S3 nor a "
            "service item of this company.",
            "Choose S3, or a product record of the kind service item.",
        )
