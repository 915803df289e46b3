"""Makes a plausible company to post into: Hearth & Loom Ltd, a UK retailer of things for the home.

`create_company` writes settings, chart, customers and products, and a little history by MANAGER in 2025, so
that the ledger is not empty and the connector's entries are not the only ones. Which products a shop sells
that Sage lacks is for the caller to decide; what Sage itself refuses (a stock code with blanks, say) is
refused here too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from . import chart, manager
from .currencies import FOREIGN_TRADER
from .engine import create_engine
from .history import HISTORY_CUSTOMERS, HISTORY_STOCK, post_history
from .specs import ITEM_TYPES, CustomerSpec, StockSpec
from .storage import CompanyFile, make_tables
from .tables.records import BANK, NOMINAL, NominalType
from .tables.settings import CONTROL, CURRENCY, DEPARTMENT, SETUP
from .transaction_post import NON_VAT_TAX_CODE
from .values import Row

CONNECTOR_USER, CONNECTOR_PASSWORD = "MLCONN", "sandbox"
"""The dedicated Sage user that a connector logs on with; it may not post before the lock date."""

_OPENED = datetime.combine(date(2025, 1, 2), time(9))


def create_company(
    folder: Path,
    *,
    name: str = "Hearth & Loom Ltd",
    stock: Iterable[StockSpec] = (),
    customers: Iterable[CustomerSpec] = (),
    base_currency: str = "GBP",
    foreign_trader: bool = True,
    history: bool = True,
    vat_cash: bool = False,
    version: int = 32,
) -> Path:
    """Make a company in `folder`/ACCDATA and return that path, which is what `Connect` takes.

    `vat_cash`: it is under VAT cash accounting.

    Raises ComError when Sage would refuse a product or customer, KeyError for a currency that it does not
    have. The count of writes starts at zero afterwards.
    """
    accdata = folder / "ACCDATA"
    accdata.mkdir(parents=True)
    currencies = _currencies(base_currency)
    numbers = {currency.code: number for number, currency in enumerate(currencies)}
    file = make_tables(accdata)
    with file.transaction():
        _write_currencies(file, currencies)
        _write_chart(file, numbers)
        _write_settings(file, name, version, foreign_trader=foreign_trader, vat_cash=vat_cash)
    file.close()

    clock = [_OPENED]
    engine = create_engine(version, now=lambda: clock[0])
    products = [*(HISTORY_STOCK if history else ()), *stock]
    with manager.logged_on(accdata, engine) as workspace:
        for customer in (*(HISTORY_CUSTOMERS if history else ()), *customers):
            _add_customer(workspace, customer, numbers)
        for product in products:
            _add_product(workspace, product)
    opening = {product.code.upper(): product.quantity for product in products if product.quantity}
    manager.adjust_stock_in(accdata, opening, _OPENED.date())
    if history:
        with manager.logged_on(accdata, engine) as workspace:
            post_history(workspace, lambda moment: clock.__setitem__(0, moment))

    file = CompanyFile(accdata)
    file.execute("DELETE FROM WRITES")
    file.close()
    return accdata


def _currencies(base: str) -> list[chart.CurrencySpec]:
    """The company's currencies with the base currency first, as CURRENCY counts them."""
    by_code = {currency.code: currency for currency in chart.CURRENCIES}
    return [by_code.pop(base), *by_code.values()]


def _write_currencies(file: CompanyFile, currencies: list[chart.CurrencySpec]) -> None:
    base = currencies[0]
    for currency in currencies:
        row: Row = {
            "CODE": currency.code,
            "SYMBOL": currency.symbol,
            "NAME": currency.name,
            "MAJOR_CURRENCY_UNIT": currency.major,
            "MINOR_CURRENCY_UNIT": currency.minor,
            "BASE_CURRENCY": int(currency is base),
            "EXCHANGE_RATE": round(float(currency.per_pound / base.per_pound), 6),
        }
        file.insert(CURRENCY, row)


def _write_chart(file: CompanyFile, currencies: Mapping[str, int]) -> None:
    dates: Row = {"RECORD_CREATE_DATE": _OPENED, "RECORD_MODIFY_DATE": _OPENED}
    for nominal in chart.NOMINALS:
        row = NOMINAL.blank_row() | dates | {"ACCOUNT_REF": nominal.code, "NAME": nominal.name}
        row |= {"ACCOUNT_TYPE": int(nominal.type), "CONTROL_TYPE": nominal.control_type}
        file.insert(NOMINAL, row)
        if nominal.type is NominalType.bank:
            bank: Row = {"ACCOUNT_REF": nominal.code, "NAME": nominal.name}
            bank["CURRENCY"] = currencies[nominal.currency] if nominal.currency else 0
            file.insert(BANK, BANK.blank_row() | dates | bank)
    for number, department, reference in chart.DEPARTMENTS:
        file.insert(DEPARTMENT, {"NUMBER": number, "NAME": department, "REFERENCE": reference})
    codes = CONTROL.blank_row()
    for code, (description, rate) in chart.TAX_CODES.items():
        codes |= {f"T{code}_DESCRIPTION": description, f"T{code}_RATE": float(rate)}
    file.insert(CONTROL, codes)


def _write_settings(
    file: CompanyFile, name: str, version: int, *, foreign_trader: bool, vat_cash: bool
) -> None:
    settings: Row = {
        "NAME": name,
        "ADDRESS_1": "Loom House",
        "ADDRESS_2": "2 Canal Wharf",
        "ADDRESS_3": "Hebden Bridge",
        "ADDRESS_4": "West Yorkshire",
        "ADDRESS_5": "HX7 8AA",
        "TELEPHONE": "01422 555 0100",
        "VAT_REG_NUMBER": "GB987654321",
        "CUSTOMER_COUNTRY_CODE": "GB",
        "SALES_NOMINAL": "4000",
        "SALES_DEF_TAX_CODE": 1,
        "SALES_PAY_DUE_DAYS": 30,
        "SALES_TERMS": "30 days",
        "VAT_CASH": int(vat_cash),
    }
    file.insert(SETUP, SETUP.blank_row() | settings)
    file.set_option("COMPANY_ID", str(uuid.uuid4()).upper())
    file.set_option("DATA_VERSION", str(version))
    file.set_option(FOREIGN_TRADER, "1" if foreign_trader else "0")
    file.set_option(NON_VAT_TAX_CODE, str(chart.NON_VAT))
    for user, password, may_override in (
        (manager.MANAGER_USER, manager.MANAGER_PASSWORD, 1),
        (CONNECTOR_USER, CONNECTOR_PASSWORD, 0),
    ):
        file.execute("INSERT INTO USER VALUES (?, ?, ?)", (user, password, may_override))


def _add_customer(workspace: Any, customer: CustomerSpec, currencies: Mapping[str, int]) -> None:
    lines = {f"ADDRESS_{place}": line for place, line in enumerate(customer.address, start=1)}
    values: dict[str, object] = {
        "ACCOUNT_REF": customer.account_ref,
        "NAME": customer.name,
        **lines,
        "E_MAIL": customer.email,
        "TELEPHONE": customer.telephone,
        "CONTACT_NAME": customer.contact,
        "COUNTRY_CODE": customer.country,
        "CURRENCY": currencies[customer.currency] if customer.currency else 0,
        "DEF_NOM_CODE": customer.nominal,
        "DEF_TAX_CODE": customer.tax_code,
        "VAT_REG_NUMBER": customer.vat_number,
        "PAYMENT_DUE_DAYS": customer.payment_due_days,
        "TERMS_AGREED_FLAG": 1,
        "ACCOUNT_ON_HOLD": int(customer.on_hold),
        "INACTIVE_FLAG": int(customer.inactive),
        "ACCOUNT_OPENED": _OPENED,
    }
    _add(workspace.CreateObject("SalesRecord"), values)


def _add_product(workspace: Any, product: StockSpec) -> None:
    values: dict[str, object] = {
        "STOCK_CODE": product.code,
        "DESCRIPTION": product.description,
        "SALES_PRICE": float(product.price),
        "ITEM_TYPE": ITEM_TYPES[product.kind],
        "TAX_CODE": product.tax_code,
        "NOMINAL_CODE": product.nominal,
        "UNIT_OF_SALE": product.unit,
        "STOCK_CAT": 1,
        "INACTIVE_FLAG": int(product.inactive),
    }
    _add(workspace.CreateObject("StockRecord"), values)


def _add(record: Any, values: Mapping[str, object]) -> None:
    record.AddNew()
    fields = record.Fields
    for name, value in values.items():
        fields.Item(name).Value = value
    record.Update()
