"""A Sage company as far as deciding and proving need it: plain values, without a session.

The agent reads them from Sage and sends them; the cloud decides by the catalogue, and proves by the ledger
entries. Amounts are whole minor units of the account's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """How far these books have been read: the highest document number and ledger header number."""

    document: int
    header: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyIdentity:
    """Which company this is. `company_id` survives a restart and tells two companies apart."""

    name: str
    company_id: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer account as it stands in Sage. `emails` holds every address on it, its first e-mail first.

    `address` is its five lines, or empty where they were not read; `postcode` is the fifth.
    """

    ref: str
    name: str
    emails: tuple[str, ...]
    currency: str
    postcode: str = ""
    on_hold: bool = False
    inactive: bool = False
    contact: str = ""
    telephone: str = ""
    vat_number: str = ""
    country: str = ""
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockItem:
    """A product record. `kind` is “stock”, “non-stock” or “service” (ITEM_TYPE)."""

    code: str
    description: str
    nominal: str
    tax_code: int
    kind: str = "stock"
    inactive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominal:
    """A nominal account. A receipt needs a bank; a sale may use neither a bank nor a control account."""

    code: str
    name: str
    bank: bool = False
    control: bool = False
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCode:
    """A Sage tax code and its own rate in percent."""

    number: int
    description: str
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the cloud has to know of the company to decide: live accounts, stock, nominals, tax codes.

    `vat_cash_accounting` is True only where Sage says so. `currencies` are all that the company has, by their
    codes; empty where they were not read.
    """

    company: CompanyIdentity
    base_currency: str
    country: str
    accounts: tuple[Account, ...]
    stock: tuple[StockItem, ...]
    nominals: tuple[Nominal, ...]
    tax_codes: tuple[TaxCode, ...]
    default_nominal: str
    default_tax_code: int
    lock_date: date | None = None
    vat_cash_accounting: bool = False
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSplit:
    """One split as the ledger holds it, in minor units."""

    nominal: str
    tax_code: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One ledger header with its splits, read without any knowledge of plans or receipts."""

    header: int
    type: str
    account_ref: str
    date: date
    reference: str
    currency: str
    splits: tuple[LedgerSplit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEntry:
    """An SI or SC on a customer's account, whoever entered it; `gross` in minor units of `currency`.

    `details` are what stands in the details of the header and of its splits, each text once.
    """

    header: int
    type: str
    account_ref: str
    date: date
    reference: str
    details: tuple[str, ...]
    currency: str
    gross: int
