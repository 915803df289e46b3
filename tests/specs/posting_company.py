"""A company and a chart for it that fit the example documents; tests bend them."""

from __future__ import annotations

from decimal import Decimal

from ml_connector.documents.money import ZERO
from ml_connector.posting.chart import Chart, Gate
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.lines import Adjustment, CarriageAs, LineChoices, ZeroDocuments
from ml_connector.posting.choices.payments import BankRow, PaymentChoices
from ml_connector.posting.choices.stock import SpecialCode, StandIn, StockChoices
from ml_connector.posting.choices.tax import TaxChoices
from ml_connector.posting.company import (
    Account,
    Catalogue,
    CompanyIdentity,
    Nominal,
    StockItem,
    TaxCode,
)
from ml_connector.posting.tax_places import Destination
from ml_connector.posting.tax_table import Supplied, TaxRow

D = Decimal
EMAIL = "ann@example.co.uk"
STANDARD, REDUCED, ZERO_RATED, EXEMPT = "4", "5", "6", "7"
RETAIL, CHARITY = "0", "4"
CATALOGUE = Catalogue(
    company=CompanyIdentity(name="Hearth & Loom Ltd", company_id="c-1", version="32.0"),
    base_currency="GBP",
    country="GB",
    accounts=(Account(ref="PENRO001", name="Ann Penrose", emails=(EMAIL,), currency="GBP"),),
    stock=(
        StockItem(code="MUG-STD", description="Mug", nominal="4000", tax_code=1),
        StockItem(code="BOOK-ZERO", description="Book", nominal="4010", tax_code=0),
        StockItem(code="PENNY-STD", description="Sweet", nominal="", tax_code=1),
        StockItem(code="OLD-LAMP", description="Lamp", nominal="4000", tax_code=1, inactive=True),
    ),
    nominals=(
        Nominal(code="1100", name="Debtors Control Account", control=True),
        Nominal(code="1200", name="Bank Current Account", bank=True),
        Nominal(code="4000", name="Sales"),
        Nominal(code="4009", name="Discounts Allowed"),
        Nominal(code="4010", name="Sales of Books"),
        Nominal(code="4905", name="Distribution and Carriage"),
        Nominal(code="8250", name="Rounding Differences"),
    ),
    tax_codes=(
        TaxCode(number=0, description="Zero rated transactions", rate=D(0)),
        TaxCode(number=1, description="Standard rated transactions", rate=D(20)),
        TaxCode(number=2, description="Exempt transactions", rate=D(0)),
        TaxCode(number=5, description="Lower rate transactions", rate=D(5)),
        TaxCode(number=9, description="Transactions not involving VAT", rate=D(0)),
        TaxCode(number=20, description="Domestic reverse charge", rate=D(20)),
    ),
    default_nominal="4000",
    default_tax_code=1,
)
AT_HOME = (Destination.GB, Destination.NI)
YES = Acceptance(by="ann", note="in a test")
TAX_ROWS = (
    TaxRow(percent=D(20), tax_code=1, accepted=YES),
    TaxRow(percent=D(5), tax_code=5, accepted=YES),
    TaxRow(percent=ZERO, tax_code=0, destinations=AT_HOME, product_class=ZERO_RATED, accepted=YES),
    TaxRow(percent=ZERO, tax_code=2, destinations=AT_HOME, product_class=EXEMPT, accepted=YES),
    TaxRow(percent=ZERO, tax_code=0, destinations=AT_HOME, customer_group=CHARITY, accepted=YES),
    TaxRow(
        percent=ZERO,
        tax_code=0,
        destinations=AT_HOME,
        product_class=EXEMPT,
        customer_group=CHARITY,
        accepted=YES,
    ),
    TaxRow(
        percent=ZERO,
        tax_code=0,
        destinations=(Destination.EU, Destination.REST),
        supply=Supplied.GOODS,
        accepted=YES,
    ),
)
CHART = Chart(
    gate=Gate.INVOICED,
    vat_country="GB",
    currency="GBP",
    websites=("1",),
    tax=TaxChoices(rows=TAX_ROWS, taxable_classes=(STANDARD, REDUCED), foreign_vat=("IE",)),
    lines=LineChoices(
        sales_nominal="4000",
        carriage_nominal="4905",
        levy_nominal="4000",
        rounding_nominal="8250",
        carriage_as=CarriageAs.HEADER,
        adjustment=Adjustment(nominal="4009", accepted=YES),
        zero_documents=ZeroDocuments(accepted=YES),
    ),
    payments=PaymentChoices(banks=(BankRow(method="card", bank="1200", accepted=YES),)),
    stock=StockChoices(impossible=StandIn(code=SpecialCode.ITEM, accepted=YES)),
)
