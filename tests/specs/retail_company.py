"""A retailer's company for the recorded shop, as the cloud's tests need one that was read."""

from __future__ import annotations

from decimal import Decimal

from ml_connector.adobe.sandbox import ShopData
from ml_connector.posting.company import Catalogue, StockItem, TaxCode
from ml_connector.posting.stock import sage_code
from tests.recorded.posted_shop import NOMINALS, OUTSIDE_VAT, TAX_CODES
from tests.specs.cloud_place import COMPANY


def company() -> Catalogue:
    """A retailer with a product record for each SKU of the shop that Sage can hold."""
    skus = {str(row.document["sku"]) for row in ShopData.recorded().table("products").rows}
    codes = (
        TaxCode(number=number, description=text, rate=Decimal(rate))
        for number, (text, rate) in TAX_CODES.items()
    )
    return Catalogue(
        company=COMPANY,
        base_currency="GBP",
        country="GB",
        accounts=(),
        stock=tuple(
            StockItem(code=code, description=code, nominal="4000", tax_code=1)
            for code in sorted({sage_code(sku) for sku in skus} - {""})
        ),
        nominals=NOMINALS,
        tax_codes=(*codes, OUTSIDE_VAT),
        default_nominal="4000",
        default_tax_code=1,
    )
