"""What stands in the company, for deciding: accounts, products, nominals, banks, tax codes, defaults.

Read whole, and only when the cloud asks for it. Records that are marked as deleted are left out; inactive
ones are in it, marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from ml_connector.posting.company import Account, Catalogue, CompanyIdentity, Nominal, StockItem, TaxCode
from ml_connector.posting.effects import ADDRESS_FIELDS
from ml_connector.sage.uk.checks import PERMITTED
from ml_connector.sage.uk.currencies import Currencies
from ml_connector.sage.uk.customer import FIELDS, emails
from ml_connector.sage.uk.enums import ITEM_TYPES, SDO_READ
from ml_connector.sage.uk.sdo import (
    Fields,
    NominalRecord,
    PlainFile,
    Record,
    SetupFile,
    exact,
    moment,
    text,
    whole,
)
from ml_connector.sage.uk.session import Session

TAX_CODES = range(100)
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2099, 12, 31)
"""Dates that Sage 50 takes (reference: sage50_uk_sdo.md §6)."""


def read_identity(session: Session) -> CompanyIdentity:
    """Which company is open. `company_id` is Sage's UniqueRegID; where Sage gives none, the data path."""
    with session.reading("reading the company's details"):
        setup = cast(SetupFile, session.create("SetupData"))
        setup.Open(SDO_READ)
        return CompanyIdentity(
            name=text(setup.Fields, "NAME"),
            company_id=_registration(session) or f"path:{session.path}",
            version=str(session.workspace.Version),
        )


def read_catalogue(session: Session, currencies: Currencies, company: CompanyIdentity) -> Catalogue:
    """Everything that deciding needs. Raises what `Session.reading` raises."""
    with session.reading("reading the company's catalogue"):
        setup = cast(SetupFile, session.create("SetupData"))
        setup.Open(SDO_READ)
        fields = setup.Fields
        return Catalogue(
            company=company,
            base_currency=currencies.base,
            country=text(fields, "CUSTOMER_COUNTRY_CODE").upper(),
            accounts=tuple(_account(each.Fields, currencies) for each in _live(session, "SalesRecord")),
            stock=tuple(_product(each.Fields) for each in _live(session, "StockRecord")),
            nominals=tuple(_nominals(session, currencies)),
            tax_codes=tuple(_tax_codes(session)),
            default_nominal=text(fields, "SALES_NOMINAL"),
            default_tax_code=whole(fields, "SALES_DEF_TAX_CODE"),
            lock_date=_lock_date(setup, session.user),
            vat_cash_accounting=_vat_cash(fields),
            currencies=currencies.codes,
        )


def _registration(session: Session) -> str:
    """UniqueRegID by GetCompanies, which is in the type library and was not seen in use (§1.5)."""
    here = Path(session.path)
    for base in (here, here.parent, here.parent.parent):
        try:
            companies = session.engine.GetCompanies(str(base))
        except Exception as error:
            if not hasattr(error, "hresult"):
                raise
            return ""
        company = companies.MoveFirst()
        while company is not None:
            if Path(company.Path) in (here, here.parent):
                return str(company.UniqueRegID)
            company = companies.MoveNext()
    return ""


def _walk(session: Session, kind: str) -> Iterator[Record]:
    record = cast(Record, session.create(kind))
    standing = record.MoveFirst()
    while standing:
        yield record
        standing = record.MoveNext()


def _live(session: Session, kind: str) -> Iterator[Record]:
    return (record for record in _walk(session, kind) if not whole(record.Fields, "DELETED_FLAG"))


def _account(fields: Fields, currencies: Currencies) -> Account:
    address = tuple(text(fields, FIELDS[name]) for name in ADDRESS_FIELDS)
    return Account(
        ref=text(fields, "ACCOUNT_REF"),
        name=text(fields, "NAME"),
        emails=emails(fields),
        currency=currencies.code(whole(fields, "CURRENCY")),
        postcode=address[-1],
        on_hold=bool(whole(fields, "ACCOUNT_ON_HOLD")),
        inactive=bool(whole(fields, "INACTIVE_FLAG")),
        contact=text(fields, "CONTACT_NAME"),
        telephone=text(fields, "TELEPHONE"),
        vat_number=text(fields, "VAT_REG_NUMBER"),
        country=text(fields, "COUNTRY_CODE"),
        address=address,
    )


def _product(fields: Fields) -> StockItem:
    return StockItem(
        code=text(fields, "STOCK_CODE"),
        description=text(fields, "DESCRIPTION"),
        nominal=text(fields, "NOMINAL_CODE"),
        tax_code=whole(fields, "TAX_CODE"),
        kind=ITEM_TYPES.get(whole(fields, "ITEM_TYPE"), "stock"),
        inactive=bool(whole(fields, "INACTIVE_FLAG")),
    )


def _nominals(session: Session, currencies: Currencies) -> Iterator[Nominal]:
    banks = {
        text(each.Fields, "ACCOUNT_REF"): whole(each.Fields, "CURRENCY")
        for each in _walk(session, "BankRecord")
    }
    for record in _walk(session, "NominalRecord"):
        code = text(record.Fields, "ACCOUNT_REF")
        yield Nominal(
            code=code,
            name=text(record.Fields, "NAME"),
            bank=code in banks,
            control=bool(cast(NominalRecord, record).MajorControl),
            currency=currencies.code(banks[code]) if code in banks else "",
        )


def _tax_codes(session: Session) -> Iterator[TaxCode]:
    """Tax codes that have a description or a rate; the others were never set up."""
    control = cast(PlainFile, session.create("ControlData"))
    if not control.Read(1):
        return
    fields = control.Fields
    for number in TAX_CODES:
        description, rate = text(fields, f"T{number}_DESCRIPTION"), exact(fields, f"T{number}_RATE")
        if description or rate:
            yield TaxCode(number=number, description=description, rate=rate)


def _vat_cash(fields: Fields) -> bool:
    """Whether the company is under VAT cash accounting; a Sage whose SetupData has no such field says no.

    The name is that of ODBC's COMPANY; it was not seen in SDO (§3.8). A document that such a company does not
    take is then refused while it is saved, before anything stands.
    """
    try:
        return bool(whole(fields, "VAT_CASH"))
    except Exception as error:
        if not hasattr(error, "hresult"):
            raise
        return False


def _lock_date(setup: SetupFile, user: str) -> date | None:
    """The last locked day: the name of its field is not known, so Sage's own question narrows it down."""
    if _is_open(setup, FIRST_DAY, user):
        return None
    locked, opened = FIRST_DAY, LAST_DAY + timedelta(days=1)
    while opened - locked > timedelta(days=1):
        middle = locked + (opened - locked) // 2
        if _is_open(setup, middle, user):
            opened = middle
        else:
            locked = middle
    return locked


def _is_open(setup: SetupFile, day: date, user: str) -> bool:
    return setup.IsDateUserValidForLockDate(moment(day), user) == PERMITTED
