"""What `CreateObject` can make: the names, in lower case, and who makes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .data_files import HeaderData, InvoiceItem, SplitData, StockTran, UsageData
from .invoice_post import InvoicePost
from .invoice_record import make_invoice_record
from .master_records import BankRecord, NominalRecord, SalesRecord, StockRecord
from .session import Session
from .settings_files import ControlData, CurrencyData, DepartmentData, SetupData
from .transaction_post import TransactionPost

OBJECTS: Mapping[str, Callable[[Session], object]] = {
    "salesrecord": SalesRecord,
    "stockrecord": StockRecord,
    "nominalrecord": NominalRecord,
    "bankrecord": BankRecord,
    "invoicerecord": make_invoice_record,
    "invoicepost": InvoicePost,
    "transactionpost": TransactionPost,
    "headerdata": HeaderData,
    "splitdata": SplitData,
    "usagedata": UsageData,
    "invoiceitem": InvoiceItem,
    "stocktran": StockTran,
    "setupdata": SetupData,
    "controldata": ControlData,
    "currencydata": CurrencyData,
    "departmentdata": DepartmentData,
}
