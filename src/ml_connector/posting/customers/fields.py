"""The fields of a new account: everything that the order knows, fitted to Sage, and what did not fit."""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.sales import Address
from ml_connector.posting.company import Catalogue
from ml_connector.posting.customers.shopper import Shopper
from ml_connector.posting.fitting import (
    CONTACT,
    E_MAIL,
    NAME,
    TELEPHONE,
    VAT_NUMBER,
    account_name,
    fit,
    fit_address,
    plain,
)
from ml_connector.posting.plan import CustomerFields
from ml_connector.posting.tax_places import UK_VAT, Destination, destination

_PREFIXES = {"GR": "EL", "IM": "GB"}
"""Where a VAT number's prefix is not the country's code: Greece has EL, the Isle of Man GB."""


def new_fields(shopper: Shopper, catalogue: Catalogue, sales_nominal: str) -> CustomerFields:
    """The record to be created; an e-mail or VAT number that Sage cannot hold whole is left out, not bent."""
    address = shopper.address
    fitted = fit_address(address)
    number = vat_number(shopper.vat_number, address)
    return CustomerFields(
        name=account_name(address) or fit(shopper.email, NAME),
        address=fitted.lines,
        contact=fit(address.name, CONTACT),
        telephone=fit(address.telephone, TELEPHONE),
        email=shopper.email if _whole(shopper.email, E_MAIL) else "",
        vat_number=number if _whole(number, VAT_NUMBER) else "",
        country=address.country,
        currency=shopper.currency,
        nominal=sales_nominal,
        tax_code=catalogue.default_tax_code,
        left_out=(*fitted.left_out, *_left_out(shopper, number)),
    )


def vat_number(typed: str, address: Address) -> str:
    """A VAT number without blanks and punctuation, under the prefix of its country.

    A prefix that was typed stays: GB and XI are one business, and only it knows in which part it bought. A
    bare number gets that of the billing address, where VAT is charged there (EL for Greece, XI never).
    """
    number = "".join(each for each in plain(typed).upper() if each.isascii() and each.isalnum())
    country = address.country
    prefix = _PREFIXES.get(country, country)
    if not number or (country not in UK_VAT and destination(address) is not Destination.EU):
        return number
    if country != prefix and number.startswith(country):
        return prefix + number.removeprefix(country)
    return number if number[:2].isalpha() else prefix + number


def _whole(text: str, length: int) -> bool:
    return fit(text, length) == text


def _left_out(shopper: Shopper, number: str) -> Iterator[str]:
    """What stands on the account shortened or not at all, as the shop has it."""
    address = shopper.address
    names = (plain(address.company), plain(address.name))
    yield from (name for name, length in zip(names, (NAME, CONTACT), strict=True) if len(name) > length)
    if len(plain(address.telephone)) > TELEPHONE:
        yield plain(address.telephone)
    if not _whole(shopper.email, E_MAIL):
        yield shopper.email
    if not _whole(number, VAT_NUMBER):
        yield number
