"""Where a supply goes, as United Kingdom VAT sees it.

The delivery address decides, else the billing address. Great Britain and the Isle of Man are one; Northern
Ireland is plain GB in the shop and shows only in a BT postcode; Jersey and Guernsey are outside, under their
own country or with a JE or GY postcode (reference: adobe_commerce.md §10.7).
"""

from __future__ import annotations

from enum import StrEnum

from ml_connector.documents.sales import Address

UK_VAT = frozenset({"GB", "IM"})
"""The countries of the shop whose tax rates are United Kingdom VAT."""

_EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)


class Destination(StrEnum):
    """The four places that UK VAT treats differently."""

    GB = "GB"
    NI = "NI"
    EU = "EU"
    REST = "rest"


AT_HOME = (Destination.GB, Destination.NI)


def destination(address: Address) -> Destination:
    """Where a supply to this address goes."""
    postcode = address.postcode.replace(" ", "").upper()
    area = postcode[:2] if postcode[2:3].isdigit() else ""
    if address.country in UK_VAT:
        return {"BT": Destination.NI, "JE": Destination.REST, "GY": Destination.REST}.get(
            area, Destination.GB
        )
    return Destination.EU if address.country in _EU else Destination.REST


def destinations_of(country: str) -> frozenset[Destination]:
    """The places that addresses of this country can be in, whatever their postcode."""
    if country in UK_VAT:
        return frozenset({*AT_HOME, Destination.REST})
    return frozenset({Destination.EU if country in _EU else Destination.REST})
