"""Stock movements. Only a stock item moves: no non-stock or service product, S1, S2, S3 or M (§4.1)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum

from .storage import CompanyFile
from .tables.documents import STOCK_TRAN
from .tables.records import STOCK
from .values import number, whole

_STOCK_ITEM = 0


class StockTransType(IntEnum):
    """The kinds of movement that this engine makes (§3.1): adjustment in, goods out, goods returned."""

    AI = 1
    GO = 4
    GR = 7


def move_stock(
    file: CompanyFile,
    code: str,
    kind: StockTransType,
    quantity: Decimal,
    on: date,
    *,
    now: datetime,
    reference: str = "",
    document_number: int = 0,
) -> None:
    """Move a positive quantity in or out; nothing happens for what is no stock item.

    Stock may become negative: no source shows Sage refusing it ([L], §6).
    """
    found = file.first(STOCK, "WHERE STOCK_CODE = ?", code)
    if found is None or whole(found[1], "ITEM_TYPE") != _STOCK_ITEM:
        return
    recno, product = found
    change = -quantity if kind is StockTransType.GO else quantity
    file.update(STOCK, recno, {"QTY_IN_STOCK": float(number(product, "QTY_IN_STOCK") + change)})
    row = STOCK_TRAN.blank_row() | {
        "STOCK_CODE": code,
        "TYPE": int(kind),
        "DATE": on,
        "REFERENCE": reference,
        "QUANTITY": float(change),
        "SALES_PRICE": product["SALES_PRICE"],
        "ISP_REFERENCE": document_number,
        "RECORD_CREATE_DATE": now,
        "RECORD_MODIFY_DATE": now,
    }
    file.insert(STOCK_TRAN, row)
