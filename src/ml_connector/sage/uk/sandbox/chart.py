"""The default chart, tax codes and currencies of a small UK retailer (reference sage50_uk_sdo.md §6).

Codes and purposes are Sage's defaults as far as the reference has them; the clearing banks are this
retailer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .tables.records import NominalType

NORMAL, BANK, CONTROL = NominalType.normal, NominalType.bank, NominalType.control


@dataclass(frozen=True, slots=True)
class NominalSpec:
    """A nominal account; `control_type` is what FindControlAccount finds it by (ControlTypes, §3.1).

    `currency` is that of a bank account, empty for the company's base currency.
    """

    code: str
    name: str
    type: NominalType = NORMAL
    control_type: int = 0
    currency: str = ""


NOMINALS = (
    NominalSpec("0040", "Furniture and Fixtures"),
    NominalSpec("1001", "Stock"),
    NominalSpec("1100", "Debtors Control Account", CONTROL, 2),
    NominalSpec("1103", "Prepayments", NORMAL, 12),
    NominalSpec("1200", "Bank Current Account", BANK, 4),
    NominalSpec("1210", "Bank Deposit Account", BANK, 1),
    NominalSpec("1220", "Bank Euro Account", BANK, 1, "EUR"),
    NominalSpec("1230", "Petty Cash", BANK, 1),
    NominalSpec("1250", "Web Card Payments Clearing", BANK, 1),
    NominalSpec("1251", "PayPal Clearing", BANK, 1),
    NominalSpec("1255", "Gift Card and Store Credit Clearing", BANK, 1),
    NominalSpec("2100", "Creditors Control Account", CONTROL, 3),
    NominalSpec("2109", "Accruals", NORMAL, 11),
    NominalSpec("2110", "Gift Cards Sold"),
    NominalSpec("2200", "Sales Tax Control Account", CONTROL, 5),
    NominalSpec("2201", "Purchase Tax Control Account", CONTROL, 6),
    NominalSpec("2202", "VAT Liability", CONTROL, 18),
    NominalSpec("3000", "Ordinary Shares"),
    NominalSpec("3200", "Profit and Loss Account", NORMAL, 9),
    NominalSpec("4000", "Sales", NORMAL, 10),
    NominalSpec("4001", "Sales of Services"),
    NominalSpec("4009", "Discounts Allowed", NORMAL, 7),
    NominalSpec("4400", "Credit Charges (Late Payment)", NORMAL, 16),
    NominalSpec("4900", "Miscellaneous Income"),
    NominalSpec("4905", "Distribution and Carriage"),
    NominalSpec("5000", "Materials Purchased"),
    NominalSpec("5009", "Discounts Taken", NORMAL, 8),
    NominalSpec("7501", "Postage and Carriage"),
    NominalSpec("7901", "Bank Charges"),
    NominalSpec("7906", "Exchange Rate Variance", NORMAL, 17),
    NominalSpec("8100", "Bad Debt Write Off", NORMAL, 13),
    NominalSpec("8200", "Donations"),
    NominalSpec("8250", "Sundry Expenses"),
    NominalSpec("9998", "Suspense Account", NORMAL, 15),
    NominalSpec("9999", "Mispostings Account", NORMAL, 14),
)

# The UK set since v27.1; T14 to T19 (import, postponed accounting) are left out.
TAX_CODES = {
    0: ("Zero rated transactions", Decimal(0)),
    1: ("Standard rated transactions", Decimal(20)),
    2: ("Exempt transactions", Decimal(0)),
    4: ("Goods to VAT registered customers in the EU (Northern Ireland)", Decimal(0)),
    5: ("Lower rate transactions", Decimal(5)),
    7: ("Zero rated goods from suppliers in the EU (Northern Ireland)", Decimal(0)),
    8: ("Standard rated goods from suppliers in the EU (N Ireland)", Decimal(20)),
    9: ("Transactions not involving VAT", Decimal(0)),
    20: ("Domestic reverse charge", Decimal(20)),
    21: ("CIS reverse charge, standard rate", Decimal(20)),
    22: ("Services to VAT registered customers in the EU", Decimal(0)),
    23: ("Zero rated services from suppliers in the EU", Decimal(0)),
    24: ("Standard rated services from suppliers in the EU", Decimal(20)),
    25: ("Flat rate scheme, capital purchases", Decimal(20)),
    26: ("CIS reverse charge, lower rate", Decimal(5)),
}

NON_VAT = 9
"""The tax code of receipts and payments."""


@dataclass(frozen=True, slots=True)
class CurrencySpec:
    """A currency; `per_pound` is how many of it one pound buys in this company's rate table."""

    code: str
    symbol: str
    name: str
    major: str
    minor: str
    per_pound: Decimal


CURRENCIES = (
    CurrencySpec("GBP", "£", "Pound Sterling", "Pounds", "Pence", Decimal(1)),
    CurrencySpec("EUR", "€", "Euro", "Euros", "Cents", Decimal("1.1734")),
    CurrencySpec("USD", "$", "US Dollar", "Dollars", "Cents", Decimal("1.2700")),
)

DEPARTMENTS = ((0, "Default", "DEFAULT"), (1, "Shop", "SHOP"), (2, "Web", "WEB"))
