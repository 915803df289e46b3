"""The rule of stock codes: where a row stands, or why it cannot; the rules' names say how it got there.

| rule | the line stands on |
|---|---|
| item, alias, code-rule | the product record |
| special-item | S1 or S3, because there is no product record and the chart says so |
| service-item | S3 or a service item, because Sage keeps no stock |
| not-returned | S3, because a credit note brings nothing back into stock |

A line on S1, S3 or a service item moves no stock (reference: sage50_uk_sdo.md §3.5, §4.1). A product record
still gives such a line its nominal. Worked table: docs/rules/stock-codes.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.stock import SpecialCode, StockChoices
from ml_connector.posting.company import StockItem
from ml_connector.posting.stock import Found, find, sage_code

_KEEPS_STOCK = "stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """`code` is where the line stands, `item` the product record that was found, `service` Sage's flag."""

    code: str
    item: StockItem | None
    rule: str
    service: bool = False


def stand(
    sku: str, choices: StockChoices, stock: Mapping[str, StockItem], *, credit: bool
) -> Stand | Finding:
    """Where the line of this SKU stands in an invoice, or in a credit note."""
    found = find(sku, choices, stock)
    if choices.no_stock is not None:
        code = choices.no_stock.code.upper()
        return Stand(code=code, item=found.item if found else None, rule="service-item", service=_is_s3(code))
    if found is None:
        return _stand_in(sku, choices)
    if found.item is None:
        return _special(found.special or SpecialCode.ITEM, found.rule)
    return _on_record(found, found.item, choices, credit)


def _on_record(found: Found, item: StockItem, choices: StockChoices, credit: bool) -> Stand | Finding:
    if credit and item.kind == _KEEPS_STOCK and choices.goods_returned is None:
        return Stand(code=SpecialCode.SERVICE.value, item=item, rule="not-returned", service=True)
    return _inactive(item) if item.inactive else Stand(code=item.code, item=item, rule=found.rule)


def _stand_in(sku: str, choices: StockChoices) -> Stand | Finding:
    stand_in = choices.missing if sage_code(sku) else choices.impossible
    if stand_in is None or _alias(sku, choices):
        return _missing(sku, choices)
    return _special(stand_in.code, "special-item")


def _special(code: SpecialCode, rule: str) -> Stand:
    return Stand(code=code.value, item=None, rule=rule, service=_is_s3(code))


def _is_s3(code: str) -> bool:
    return code == SpecialCode.SERVICE


def _alias(sku: str, choices: StockChoices) -> str:
    return next((alias.code for alias in choices.aliases if alias.sku == sku), "")


def _missing(sku: str, choices: StockChoices) -> Finding:
    alias, code = _alias(sku, choices), sage_code(sku)
    if not alias and not code:
        return Finding(
            code=Code.SKU_UNSPELLABLE,
            what=f"Product {sku} is on this document, and no stock code of Sage's can be spelt so.",
            why="Sage's codes have at most 30 plain characters, without spaces and commas; what stands for "
            "such a SKU is a choice that nobody has made.",
            fix="Give the SKU an alias or a rule in the chart, or choose a special code for such SKUs.",
        )
    wanted = alias or code
    return Finding(
        code=Code.STOCK_CODE_MISSING,
        what=f"Product {wanted} is on this document, and Sage has no product record of that code.",
        why="A line needs a product record, or stock and the product's own nominal code would be lost.",
        fix=f"Create the product {wanted} in Sage, give its SKU an alias in the chart, or choose a special "
        "code for what has no record.",
    )


def _inactive(item: StockItem) -> Finding:
    return Finding(
        code=Code.STOCK_CODE_INACTIVE,
        what=f"Product {item.code} is on this document, and it is inactive in Sage.",
        why="Whoever made it inactive wanted no more sales on it.",
        fix="Make it active again in Sage, or give its SKU an alias in the chart.",
    )
