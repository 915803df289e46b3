"""A company with the tax codes of a shop that sells abroad, and how the tables write rates and codes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.money import ZERO
from ml_connector.posting.company import Nominal, TaxCode
from tests.specs.posting_company import CATALOGUE

D = Decimal
COMPANY = replace(
    CATALOGUE,
    tax_codes=(
        TaxCode(number=0, description="Zero rated", rate=ZERO),
        TaxCode(number=1, description="Standard rated", rate=D(20)),
        TaxCode(number=2, description="Exempt", rate=ZERO),
        TaxCode(number=4, description="Goods to the EU", rate=ZERO),
        TaxCode(number=5, description="Lower rate", rate=D(5)),
        TaxCode(number=7, description="Purchases from the EU", rate=ZERO),
        TaxCode(number=9, description="Not VAT", rate=ZERO),
        TaxCode(number=10, description="", rate=ZERO),
        TaxCode(number=22, description="Services abroad", rate=ZERO),
        TaxCode(number=30, description="OSS Ireland", rate=D(23)),
    ),
    nominals=(*CATALOGUE.nominals, Nominal(code="2230", name="Taxes owed elsewhere")),
)


def percent(cell: str) -> Decimal:
    return D(cell.partition(" ")[0])


def code(cell: str) -> int:
    return int(cell.removeprefix("T"))
