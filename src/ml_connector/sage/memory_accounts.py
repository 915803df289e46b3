"""The fields of an account in plain memory, by the names in `CUSTOMER_FIELDS`. See `memory.py`."""

from __future__ import annotations

from dataclasses import replace

from ml_connector.posting.company import Account
from ml_connector.posting.effects import ADDRESS_FIELDS, ADDRESS_LINES, EMAIL_FIELDS
from ml_connector.posting.plan import UpdateCustomer
from ml_connector.sage.looks import still_to_write


def fields_of(account: Account) -> dict[str, str]:
    """What each field says; an account without an address has five empty lines."""
    return {
        "name": account.name,
        **dict(zip(ADDRESS_FIELDS, account.address or ("",) * ADDRESS_LINES, strict=True)),
        "contact": account.contact,
        "telephone": account.telephone,
        **dict(zip(EMAIL_FIELDS, (*account.emails, "", "", "")[: len(EMAIL_FIELDS)], strict=True)),
        "vat_number": account.vat_number,
        "country": account.country,
    }


def changed(account: Account, effect: UpdateCustomer) -> Account:
    """The account with every field changed that still holds what it held."""
    fields = fields_of(account)
    fields |= still_to_write(effect, fields)
    address = tuple(fields[name] for name in ADDRESS_FIELDS)
    return replace(
        account,
        name=fields["name"],
        address=address,
        postcode=address[-1],
        contact=fields["contact"],
        telephone=fields["telephone"],
        emails=tuple(fields[name] for name in EMAIL_FIELDS if fields[name]),
        vat_number=fields["vat_number"],
        country=fields["country"],
    )
