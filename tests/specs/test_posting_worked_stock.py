"""Every row of the worked tables on stock codes is what happens."""

from __future__ import annotations

from ml_connector.posting.choices.stock import (
    CodeRule,
    CodeRuleKind,
    GoodsReturned,
    SpecialCode,
    StandIn,
    StockAlias,
    StockChoices,
)
from ml_connector.posting.company import StockItem
from ml_connector.posting.plan import Decision, Held, Planned
from tests.specs.line_decisions import decided, lines_of
from tests.specs.posting_company import YES
from tests.specs.posting_examples import book, memo, row, sale
from tests.specs.worked_tables import Row, cases, held


@cases("stock-codes.md", "SKU in the shop", "Product records in Sage", "Line stands on")
def test_stock_codes(case: Row) -> None:
    decision = decided(
        sale(row(sku=case["SKU in the shop"])), records=(record(case["Product records in Sage"]),)
    )
    assert stands(decision) == case["Line stands on"]


@cases("stock-codes.md", "SKU in the shop", "Alias", "Rules", "Product records in Sage", "Line stands on")
def test_aliases_and_rules(case: Row) -> None:
    sku, alias = case["SKU in the shop"], case["Alias"]
    stock = StockChoices(
        aliases=() if alias == "none" else (StockAlias(sku=sku, code=alias, accepted=YES),),
        rules=code_rules(case["Rules"]),
    )
    decision = decided(sale(row(sku=sku)), stock=stock, records=(record(case["Product records in Sage"]),))
    assert stands(decision) == case["Line stands on"]


@cases(
    "stock-codes.md",
    "SKU in the shop",
    "SKUs that no code can be",
    "Products without a record",
    "Line stands on",
)
def test_skus_that_lead_nowhere(case: Row) -> None:
    stock = StockChoices(
        impossible=stand_in(case["SKUs that no code can be"]),
        missing=stand_in(case["Products without a record"]),
    )
    decision = decided(sale(row(sku=case["SKU in the shop"])), stock=stock)
    assert stands(decision) == case["Line stands on"]


@cases(
    "stock-codes.md",
    "Document",
    "Product record",
    "Refunded goods come back",
    "Line stands on",
    "Nominal",
)
def test_what_comes_back_into_stock(case: Row) -> None:
    kind = case["Product record"]
    cell = "BOOK-ZERO inactive" if kind == "inactive" else "BOOK-ZERO"
    item = record(cell, "stock" if kind == "inactive" else kind, "4010")
    back = GoodsReturned(accepted=YES) if case["Refunded goods come back"] == "yes" else None
    invoice = sale(book(), book())
    wanted = invoice if case["Document"] == "invoice" else memo(book(), of=invoice)
    decision = decided(wanted, stock=StockChoices(goods_returned=back), records=(item,))
    assert stands(decision) == case["Line stands on"]
    if isinstance(decision, Planned):
        assert lines_of(decision)[0].nominal == case["Nominal"]


def stands(decision: Decision) -> str:
    """The stock code of the first line, or the hold."""
    return held(decision) if isinstance(decision, Held) else lines_of(decision)[0].stock_code


def record(cell: str, kind: str = "stock", nominal: str = "4000") -> StockItem:
    code, _, inactive = cell.partition(" ")
    return StockItem(
        code=code, description="", nominal=nominal, tax_code=1, kind=kind, inactive=inactive == "inactive"
    )


def stand_in(cell: str) -> StandIn | None:
    return None if cell == "unset" else StandIn(code=SpecialCode(cell), accepted=YES)


def code_rules(cell: str) -> tuple[CodeRule, ...]:
    """“strip-prefix WEB-, replace ␣ by -”, where ␣ is a space."""
    found: list[CodeRule] = []
    for part in () if cell == "none" else cell.split(", "):
        kind, _, rest = part.partition(" ")
        text, _, by = rest.partition(" by ")
        found.append(CodeRule(kind=CodeRuleKind(kind), text=text.replace("␣", " "), by=by, accepted=YES))
    return tuple(found)
