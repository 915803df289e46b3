"""The Sage company and the chart for the random shops of `magento_orders`: all choices are made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.adobe.reader import shop_facts
from ml_connector.posting.choices.foreign_tax import Liability
from ml_connector.posting.choices.lines import UntaxedLevy
from ml_connector.posting.choices.tax import TaxChoices, TaxedBeforeDiscount
from ml_connector.posting.company import Nominal, StockItem
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.decide import Sibling, Situation
from ml_connector.posting.tax_places import Destination
from ml_connector.posting.tax_table import TaxRow
from tests.specs.magento_baskets import LEVIED, NOTHING, REDUCED, SKUS, STANDARD
from tests.specs.magento_orders import Story
from tests.specs.posting_company import AT_HOME, CATALOGUE, CHART, YES
from tests.specs.posting_examples import situation
from tests.specs.shop_payloads import SETTINGS

D = Decimal
OWED = "2230"
OUTSIDE_VAT = 9
TAX_CODES = {STANDARD: 1, REDUCED: 5, NOTHING: 0, LEVIED: 1}
VIEWS = (1, 3, 7)
FACTS = shop_facts(
    {
        **SETTINGS,
        "store_views": [
            {"id": view, "code": f"v{view}", "name": f"{view}", "website_id": 1} for view in VIEWS
        ],
        "store_configs": [
            {"id": view, "base_currency_code": "GBP", "timezone": "Europe/London"} for view in VIEWS
        ],
        "tax_rates": [
            {"id": 3, "tax_country_id": "GB", "rate": 20, "code": "GB-VAT-20"},
            {"id": 4, "tax_country_id": "GB", "rate": 5, "code": "GB-VAT-5"},
            {"id": 5, "tax_country_id": "GB", "rate": 0, "code": "GB-VAT-0"},
            {"id": 6, "tax_country_id": "GB", "rate": D("1.75"), "code": "GB-LEVY"},
            {"id": 7, "tax_country_id": "GB", "rate": D("0.5"), "code": "GB-COMPOUND"},
        ],
    }
)
COMPANY = replace(
    CATALOGUE,
    stock=tuple(StockItem(code=sku, description=sku, nominal="4000", tax_code=1) for sku in SKUS.values()),
    nominals=(*CATALOGUE.nominals, Nominal(code=OWED, name="Taxes owed elsewhere")),
)
TAX = TaxChoices(
    rows=(
        TaxRow(percent=D(20), tax_code=1, accepted=YES),
        TaxRow(percent=D(5), tax_code=5, accepted=YES),
        TaxRow(percent=D(0), tax_code=0, destinations=AT_HOME, product_class=NOTHING, accepted=YES),
        TaxRow(percent=D(0), tax_code=0, destinations=(Destination.EU, Destination.REST), accepted=YES),
    ),
    taxable_classes=(STANDARD, REDUCED, LEVIED),
    foreign_vat=(),
    liabilities=(Liability(rate="GB-LEVY", nominal=OWED), Liability(rate="GB-COMPOUND", nominal=OWED)),
)


def place(story: Story, siblings: tuple[Sibling, ...]) -> Situation:
    """The situation of a document of the story; the chart says of the shop's settings what it asks for."""
    before = None if story.settings.tax_after_discount else TaxedBeforeDiscount(accepted=YES)
    chart = replace(
        CHART,
        tax=replace(TAX, before_discount=before),
        lines=replace(CHART.lines, untaxed_levy=UntaxedLevy(tax_code=0, accepted=YES)),
    )
    return situation(
        chart=chart, catalogue=COMPANY, index=index_of(COMPANY, chart.customers), siblings=siblings
    )
