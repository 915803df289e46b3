"""A postal address of an order, and what the shop knows of the VAT number that stands on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A person's or company's address, as typed. `country` is ISO 3166 alpha-2, upper case.

    `vat_valid` is True only where the shop has had the VAT number confirmed (`vat_is_valid`). `surname` is
    the last part of `name`, “” where it is not told apart.
    """

    name: str
    company: str
    street: tuple[str, ...]
    town: str
    county: str
    postcode: str
    country: str
    telephone: str
    vat_number: str
    vat_valid: bool = False
    surname: str = ""
