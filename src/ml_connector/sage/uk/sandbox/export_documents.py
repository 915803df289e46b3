"""INVOICE and INVOICE_ITEM for the export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from .currencies import rate_of_row
from .document_checks import CREDIT_TYPES
from .document_totals import NO_GLOBAL, sign_of
from .export_cells import Cells, department_names, same_names, tax_code
from .storage import CompanyFile
from .tables.documents import INVOICE, INVOICE_ITEM
from .tables.records import SALES
from .values import Row, amount, day, number, text, whole

_TYPE_NAMES = {0: "Product Invoice", 2: "Service Invoice", 3: "Product Credit", 4: "Service Credit"}


def invoices(file: CompanyFile) -> Iterator[Cells]:
    accounts = {text(row, "ACCOUNT_REF"): row for row in file.rows(SALES)}
    departments = department_names(file)
    for row in file.rows(INVOICE, "ORDER BY INVOICE_NUMBER"):
        account = accounts[text(row, "ACCOUNT_REF")]
        code = whole(row, "INVOICE_TYPE_CODE")
        order, department = text(row, "ORDER_NUMBER"), whole(row, "GLOBAL_DEPT_NUMBER")
        issued = day(row, "INVOICE_DATE")
        due = issued and issued + timedelta(days=whole(account, "PAYMENT_DUE_DAYS"))
        yield {
            **same_names(INVOICE, row),
            **_amounts(row),
            "INVOICE_TYPE": _TYPE_NAMES[code],
            "INVOICE_OR_CREDIT": "Credit" if code in CREDIT_TYPES else "Invoice",
            "DEL_NAME": row["DELIVERY_NAME"],
            "VAT_REG_NUMBER": account["VAT_REG_NUMBER"],
            "ORDER_NUMBER_NUMERIC": int(order) if order.isdigit() else 0,
            "GLOBAL_TAX_CODE": tax_code(whole(row, "GLOBAL_TAX_CODE")),
            "GLOBAL_DEPT_NUMBER": None if department == NO_GLOBAL else department,
            "GLOBAL_DEPT_NAME": departments.get(department),
            "COURIER_NUMBER": row["COURIER"],
            "CONSIGNMENT": row["CONSIGNMENT_REF"],
            "CARR_TAX_CODE": tax_code(whole(row, "CARR_TAX_CODE")),
            "CARR_DEPT_NAME": departments.get(whole(row, "CARR_DEPT_NUMBER")),
            "CURRENCY": whole(row, "CURRENCY") + 1,
            "PRINTED": row["PRINTED_CODE"],
            "POSTED": row["POSTED_CODE"],
            "QUOTE_STATUS_ID": row["QUOTE_STATUS"],
            "QUOTE_STATUS": "",
            "QUOTE_EXPIRY_DATE": row["QUOTE_EXPIRY"],
            "RECURRING_REF": row["RECURRING_REFERENCE"],
            "BANK_REF": row["BANK_CODE"],
            "PAYMENT_DUE_DATE": due,
        }


def _amounts(row: Row) -> Cells:
    """Items, carriage and the whole document, in base currency and in the account's own."""
    rate, discount = rate_of_row(row), amount(row, "NETVALUE_DISCOUNT")
    base = {"ITEMS": ("BASE_TOT_NET", "BASE_TOT_TAX"), "CARR": ("BASE_CARR_NET", "BASE_CARR_TAX")}
    foreign = {"FOREIGN_ITEMS": ("ITEMS_NET", "ITEMS_TAX"), "FOREIGN_CARR": ("CARR_NET", "CARR_TAX")}
    cells: Cells = {}
    for whole_document, parts in (("INVOICE", base), ("FOREIGN_INVOICE", foreign)):
        total_net, total_tax = Decimal(), Decimal()
        for part, (net_name, tax_name) in parts.items():
            net, tax = amount(row, net_name), amount(row, tax_name)
            cells |= _net_tax_gross(part, net, tax)
            total_net, total_tax = total_net + net, total_tax + tax
        cells |= _net_tax_gross(whole_document, total_net, total_tax)
    return {
        **cells,
        "NET_VALUE_DISCOUNT_NET": discount,
        "NET_VALUE_DISCOUNT_NET_BASE": rate.to_base(discount),
        "NET_VALUE_DISCOUNT_DESC": row["NETVALUE_DESCRIPTION"],
    }


def _net_tax_gross(prefix: str, net: Decimal, tax: Decimal) -> Cells:
    return {f"{prefix}_NET": net, f"{prefix}_TAX": tax, f"{prefix}_GROSS": net + tax}


def invoice_items(file: CompanyFile) -> Iterator[Cells]:
    departments = department_names(file)
    documents = {whole(row, "INVOICE_NUMBER"): row for row in file.rows(INVOICE)}
    for row in file.rows(INVOICE_ITEM, "ORDER BY INVOICE_NUMBER, ITEM_NUMBER"):
        document = documents[whole(row, "INVOICE_NUMBER")]
        rate, sign = rate_of_row(document), sign_of(row)
        net, tax = sign * amount(row, "NET_AMOUNT"), sign * amount(row, "TAX_AMOUNT")
        base_net, base_tax = sign * amount(row, "BASE_NET"), sign * amount(row, "BASE_TAX")
        price, discount = number(row, "UNIT_PRICE"), amount(row, "DISCOUNT_AMOUNT")
        full_net = sign * amount(row, "FULL_NET_AMOUNT")
        yield {
            **same_names(INVOICE_ITEM, row),
            "TEXT": row["TEXT"],
            "JOB_NUMBER": row["JOB_REFERENCE"],
            "QUANTITY": number(row, "QTY_ORDER"),
            "FOREIGN_UNIT_PRICE": price,
            "UNIT_PRICE": price if rate.rate == 1 else rate.to_base(price),
            "FOREIGN_DISCOUNT_AMOUNT": discount,
            "DISCOUNT_AMOUNT": rate.to_base(discount),
            "DEPT_NAME": departments.get(whole(row, "DEPT_NUMBER")),
            "TAX_CODE_ID": row["TAX_CODE"],
            "TAX_CODE": tax_code(whole(row, "TAX_CODE")),
            "FULL_NET_AMOUNT": sign * amount(row, "BASE_FULL_NET"),
            "NET_AMOUNT": base_net,
            "TAX_AMOUNT": base_tax,
            "GROSS_AMOUNT": base_net + base_tax,
            "FOREIGN_FULL_NET_AMOUNT": full_net,
            "FOREIGN_NET_AMOUNT": net,
            "FOREIGN_TAX_AMOUNT": tax,
            "FOREIGN_GROSS_AMOUNT": net + tax,
            "NEGOTIATION_DISC_NET": amount(row, "NETVALUE_DISCOUNT"),
            "NEGOTIATION_DISC_NET_BASE": amount(row, "BASE_NETVALUE_DISCOUNT"),
        }
