"""Sales that were charged in euros over prices in pounds, and a chart and company that post them in euros."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.choices.currencies import CurrencyChoices, InOrderCurrency
from ml_connector.posting.choices.payments import BankRow, PaymentChoices
from ml_connector.posting.company import Account, Nominal
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.decide import Situation
from tests.specs.posting_company import CATALOGUE, CHART, EMAIL, YES
from tests.specs.posting_examples import situation

D = Decimal
EUROS = Nominal(code="1220", name="Bank Euro Account", bank=True, currency="EUR")
COMPANY = replace(
    CATALOGUE,
    accounts=(*CATALOGUE.accounts, Account(ref="PENRO002", name="Ann", emails=(), currency="EUR")),
    nominals=(*CATALOGUE.nominals, EUROS),
)
BY_CARD = BankRow(method="card", bank="1200", accepted=YES)
IN_EUROS = replace(
    CHART,
    currencies=CurrencyChoices(in_order_currency=(InOrderCurrency(currency="EUR", accepted=YES),)),
    payments=PaymentChoices(banks=(BY_CARD, replace(BY_CARD, bank="1220", currency="EUR"))),
)


def charged_in_euros(document: SalesDocument, rate: str = "1.1734") -> SalesDocument:
    """The same document of rows and carriage alone, charged in euros in the shop's second store view.

    The shop works the two sides out apart; here every figure of a row is turned over for itself.
    """

    def euros(amount: Decimal) -> Decimal:
        return (amount * D(rate)).quantize(D("0.01"))

    lines = tuple(
        replace(line, order=replace(line.base, full=euros(line.base.full), tax=euros(line.base.tax)))
        for line in document.lines
    )
    carriage = replace(
        document.carriage.base, full=euros(document.carriage.base.full), tax=euros(document.carriage.base.tax)
    )
    subtotal = sum((line.order.full for line in lines), D(0))
    tax = sum((line.order.tax for line in lines), carriage.tax)
    total = subtotal + tax + carriage.full
    own = (document.kind, document.entity_id)
    return replace(
        document,
        order_currency="EUR",
        store_view="3",
        lines=lines,
        carriage=replace(document.carriage, order=carriage),
        order=replace(document.order, order_carriage=carriage),
        order_totals=replace(
            document.base,
            subtotal=subtotal,
            tax=tax,
            carriage=carriage.full,
            carriage_tax=carriage.tax,
            grand_total=total,
        ),
        relatives=tuple(
            replace(each, order_total=total) if (each.kind, each.entity_id) == own else each
            for each in document.relatives
        ),
    )


def in_euros(**changes: object) -> Situation:
    """The chart and the company above, with Ann's two accounts ready."""
    usual: dict[str, object] = {
        "chart": IN_EUROS,
        "catalogue": COMPANY,
        "index": index_of(COMPANY, IN_EUROS.customers),
        "accounts": {f"{EMAIL}|GBP": "PENRO001", f"{EMAIL}|EUR": "PENRO002"},
    }
    return situation(**usual | changes)
