"""What stood in the company before a connector came: three trade customers and their year 2025, by MANAGER.

Posted through the engine like anything else, so the ledger, the balances and the stock agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .specs import CustomerSpec, StockSpec

HISTORY_CUSTOMERS = (
    CustomerSpec(
        account_ref="ALDERMAN",
        name="Alderman Interiors Ltd",
        email="accounts@alderman-interiors.example",
        address=("4 Weaver Street", "", "Halifax", "West Yorkshire", "HX1 1AA"),
        vat_number="GB123456782",
    ),
    CustomerSpec(
        account_ref="BRACKEN1",
        name="Bracken & Fell Guest House",
        email="office@brackenandfell.example",
        address=("Fell Road", "", "Keswick", "Cumbria", "CA12 4AA"),
    ),
    CustomerSpec(
        account_ref="COTTON01",
        name="The Cotton Tree Café",
        email="hello@cottontree.example",
        address=("19 Market Place", "", "Hexham", "Northumberland", "NE46 1AA"),
    ),
)

HISTORY_STOCK = (
    StockSpec(
        code="HL-CUSHION", description="Wool cushion, 50 cm", price=Decimal("18.50"), quantity=Decimal(120)
    ),
    StockSpec(code="HL-THROW", description="Lambswool throw", price=Decimal("42.00"), quantity=Decimal(60)),
    StockSpec(code="HL-LOG", description="Kiln-dried logs, net", price=Decimal("6.20"), tax_code=5),
)

_RATES = {1: Decimal(20), 5: Decimal(5)}


@dataclass(frozen=True, slots=True)
class _Line:
    code: str
    quantity: int
    price: str
    tax_code: int = 1

    @property
    def net(self) -> Decimal:
        return self.quantity * Decimal(self.price)

    @property
    def tax(self) -> Decimal:
        return (self.net * _RATES[self.tax_code] / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def post_history(workspace: Any, set_clock: Callable[[datetime], None]) -> None:
    """Post the year. `set_clock` moves Sage's clock, so that each entry was made on its own day."""
    cushions, throws = _Line("HL-CUSHION", 10, "18.50"), _Line("HL-THROW", 4, "42.00")
    logs, a_throw = _Line("HL-LOG", 12, "6.20", 5), _Line("HL-THROW", 1, "42.00")

    set_clock(_morning(date(2025, 2, 14)))
    first = _document(workspace, date(2025, 2, 14), "ALDERMAN", (cushions, throws), order="PO 5521")
    _update_ledger(workspace, first)
    set_clock(_morning(date(2025, 3, 3)))
    receipt = _receipt(workspace, date(2025, 3, 3), "ALDERMAN", "BACS 0303", Decimal("423.60"))
    _allocate(workspace, str(first), receipt, date(2025, 3, 3))

    set_clock(_morning(date(2025, 5, 6)))
    credit = _document(workspace, date(2025, 5, 6), "ALDERMAN", (a_throw,), order="PO 5521", credit=True)
    _update_ledger(workspace, credit)

    set_clock(_morning(date(2025, 6, 17)))
    second = _document(workspace, date(2025, 6, 17), "BRACKEN1", (logs, cushions), order="By telephone")
    _update_ledger(workspace, second)
    set_clock(_morning(date(2025, 7, 1)))
    receipt = _receipt(workspace, date(2025, 7, 1), "BRACKEN1", "CHEQUE 100312", Decimal("150.00"))
    _allocate(workspace, str(second), receipt, date(2025, 7, 1))

    # Saved and not yet in the ledger: a company in use always has some of these.
    set_clock(_morning(date(2025, 9, 30)))
    _document(workspace, date(2025, 9, 30), "COTTON01", (throws,), order="SEPT-07")


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9, 30))


def _set(thing: Any, **values: object) -> None:
    fields = thing.Fields
    for name, value in values.items():
        fields.Item(name).Value = value


def _document(
    workspace: Any, day: date, account: str, lines: tuple[_Line, ...], *, order: str, credit: bool = False
) -> int:
    post = workspace.CreateObject("InvoicePost")
    post.Type = 265 if credit else 261
    _set(
        post.Header,
        INVOICE_TYPE_CODE=3 if credit else 0,
        INVOICE_DATE=_morning(day),
        ACCOUNT_REF=account,
        CUST_ORDER_NUMBER=order,
    )
    for line in lines:
        _set(
            post.Items.Add(),
            STOCK_CODE=line.code,
            DESCRIPTION=next(spec.description for spec in HISTORY_STOCK if spec.code == line.code),
            QTY_ORDER=float(line.quantity),
            UNIT_PRICE=float(line.price),
            FULL_NET_AMOUNT=float(line.net),
            NET_AMOUNT=float(line.net),
            TAX_CODE=line.tax_code,
            NOMINAL_CODE="4000",
        )
    post.Update()
    return post.Header.Fields.Item("INVOICE_NUMBER").Value


def _update_ledger(workspace: Any, number: int) -> None:
    record = workspace.CreateObject("InvoiceRecord")
    _set(record, INVOICE_NUMBER=number)
    record.Find(False)
    record.Post()


def _receipt(workspace: Any, day: date, account: str, reference: str, value: Decimal) -> int:
    """A receipt on account; its split number."""
    post = workspace.CreateObject("TransactionPost")
    _set(
        post.Header,
        TYPE=4,
        ACCOUNT_REF=account,
        BANK_CODE="1200",
        DATE=_morning(day),
        POSTED_DATE=_morning(day),
        INV_REF=reference,
        DETAILS="Payment on Account",
    )
    _set(post.Items.Add(), TYPE=4, NOMINAL_CODE="1200", TAX_CODE=9, NET_AMOUNT=float(value))
    post.Update()
    return post.Header.Fields.Item("FIRST_SPLIT").Value


def _allocate(workspace: Any, reference: str, receipt: int, day: date) -> None:
    """Set the receipt against the splits of the invoice, first to last, as far as it goes."""
    header = workspace.CreateObject("HeaderData")
    header.FindFirst("INV_REF", reference)
    splits, receipts = header.Link, workspace.CreateObject("SplitData")
    going = splits.MoveFirst()
    while going:
        receipts.Read(receipt)
        left, owed = _outstanding(receipts), _outstanding(splits)
        value = min(left, owed)
        if value:
            post = workspace.CreateObject("TransactionPost")
            post.AllocatePayment(splits.RecordNumber, receipt, float(value), _morning(day))
        going = splits.MoveNext()


def _outstanding(split: Any) -> Decimal:
    def field(name: str) -> Decimal:
        return Decimal(repr(split.Fields.Item(name).Value))

    return field("NET_AMOUNT") + field("TAX_AMOUNT") - field("AMOUNT_PAID")
