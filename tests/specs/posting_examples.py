"""Sales documents that are sound, and the situation they are decided in; tests bend them.

`sale` works the header out from the rows as Adobe Commerce does (reference: adobe_commerce.md §5.4), so that
every example is sound unless a test says otherwise. Amounts are given as text.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import (
    Address,
    Amounts,
    AppliedRate,
    Carriage,
    CarriageAmounts,
    DocumentState,
    OrderFacts,
    Relative,
    SalesDocument,
    SalesLine,
    Supply,
    Totals,
)
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.decide import Situation
from ml_connector.posting.plan import Decision, Held, Plan, Planned
from tests.specs.posting_company import CATALOGUE, CHART, EMAIL, RETAIL, STANDARD, ZERO_RATED

D = Decimal
SOLD_AT = datetime(2026, 4, 6, 2, 2, 59, tzinfo=UTC)
ADDRESS = Address(
    name="Ann Penrose",
    company="",
    street=("12 Quay Street",),
    town="Zennor",
    county="Cornwall",
    postcode="TR26 3DA",
    country="GB",
    telephone="01736 496 000",
    vat_number="",
)
NO_CARRIAGE = CarriageAmounts(full=ZERO)
GB_20 = AppliedRate(code="GB-VAT-20", percent=D(20), country="GB")
GB_5 = AppliedRate(code="GB-VAT-5", percent=D(5), country="GB")
IE_23 = AppliedRate(code="IE-VAT-23", percent=D(23), country="IE")
CARRIAGE = CarriageAmounts(full=D("4.95"), tax=D("0.99"))
ORDER = OrderFacts(
    entity_id=5,
    number="000000005",
    state="complete",
    finished=True,
    to_ship=False,
    email=EMAIL,
    vat_number="",
    customer_group=RETAIL,
    method="card",
    captures=(),
    paid_online=None,
    carriage=NO_CARRIAGE,
)


def row(
    full: str = "29.97",
    tax: str = "5.99",
    *,
    sku: str = "MUG-STD",
    quantity: str = "3",
    discount: str = "0",
    compensation: str = "0",
    levy: str = "0",
    levy_tax: str = "0",
    full_gross: str = "",
    percent: str = "20",
    rates: tuple[AppliedRate, ...] | None = None,
    tax_class: str = STANDARD,
    supply: Supply = Supply.GOODS,
    item_id: int = 1,
) -> SalesLine:
    """A row that carries money; three mugs at 9.99 with 20 % VAT unless told otherwise."""
    known = {"20": (GB_20,), "5": (GB_5,), "23": (IE_23,)}
    amounts = Amounts(
        full=D(full),
        discount=D(discount),
        compensation=D(compensation),
        tax=D(tax),
        levy=D(levy),
        levy_tax=D(levy_tax),
        full_gross=D(full_gross) if full_gross else None,
    )
    return SalesLine(
        item_id=item_id,
        sku=sku,
        name="Stoneware Mug",
        quantity=D(quantity),
        product_type="simple",
        supply=supply,
        tax_class=tax_class,
        percent=D(percent),
        rates=known.get(percent, ()) if rates is None else rates,
        base=amounts,
        order=amounts,
    )


def book(full: str = "14.99", *, quantity: str = "1", tax_class: str = ZERO_RATED) -> SalesLine:
    """A zero-rated row."""
    return row(full, "0", sku="BOOK-ZERO", quantity=quantity, percent="0", tax_class=tax_class, item_id=2)


def sale(
    *lines: SalesLine,
    kind: Kind = Kind.INVOICE,
    carriage: CarriageAmounts = NO_CARRIAGE,
    carriage_rates: tuple[AppliedRate, ...] = (GB_20,),
    paid_back: str = "0",
    fee_kept: str = "0",
    grand_total: str = "",
    entity_id: int = 7,
    to: Address = ADDRESS,
) -> SalesDocument:
    """A captured document with these rows, whose header follows from them."""
    header = _header(kind, lines, carriage, D(paid_back), D(fee_kept), grand_total)
    own = Relative(
        kind=kind,
        entity_id=entity_id,
        number=f"{entity_id:09}",
        state=DocumentState.CAPTURED,
        created_at=SOLD_AT,
        base_total=header.grand_total,
        transaction="",
        rows=tuple((line.item_id, line.quantity) for line in lines),
    )
    return SalesDocument(
        kind=kind,
        entity_id=entity_id,
        number=own.number,
        state=DocumentState.CAPTURED,
        created_at=SOLD_AT,
        date=date(2026, 4, 6),
        website="1",
        store_view="1",
        base_currency="GBP",
        order_currency="GBP",
        bill_to=ADDRESS,
        deliver_to=to,
        lines=lines,
        carriage=Carriage(rates=carriage_rates, base=carriage, order=carriage),
        base=header,
        order_totals=header,
        order=replace(ORDER, carriage=carriage),
        relatives=(own,),
        invoiced_beyond_order=False,
        transaction="",
        tenders=(),
        extras=(),
        fingerprint="f1:test",
    )


def memo(
    *lines: SalesLine,
    of: SalesDocument,
    entity_id: int = 3,
    carriage: CarriageAmounts = NO_CARRIAGE,
    paid_back: str = "0",
    fee_kept: str = "0",
    grand_total: str = "",
) -> SalesDocument:
    """A credit memo of the same order as the invoice `of`."""
    made = sale(
        *lines,
        kind=Kind.CREDIT_MEMO,
        entity_id=entity_id,
        carriage=carriage,
        paid_back=paid_back,
        fee_kept=fee_kept,
        grand_total=grand_total,
    )
    return replace(made, order=of.order, relatives=(*of.relatives, *made.relatives))


def situation(**changes: object) -> Situation:
    """The chart and the company above, with Ann's account ready."""
    catalogue = changes.get("catalogue", CATALOGUE)
    chart = changes.get("chart", CHART)
    assert isinstance(catalogue, Catalogue)
    assert isinstance(chart, Chart)
    usual = Situation(
        tag="K7",
        connection_id="shop",
        chart=CHART,
        chart_version=4,
        catalogue=CATALOGUE,
        index=index_of(catalogue, chart.customers),
        accounts={f"{EMAIL}|GBP": "PENRO001"},
    )
    return replace(usual, **changes)


def planned(decision: Decision) -> Plan:
    """The plan of a decision that has to be one."""
    assert isinstance(decision, Planned), decision
    return decision.plan


def codes(decision: Decision) -> list[str]:
    """The codes of a decision that has to be a hold."""
    assert isinstance(decision, Held), decision
    return [finding.code.value for finding in decision.findings]


def _header(
    kind: Kind,
    lines: tuple[SalesLine, ...],
    carriage: CarriageAmounts,
    paid_back: Decimal,
    fee_kept: Decimal,
    grand_total: str,
) -> Totals:
    rows = [line.base for line in lines]
    credit = kind is Kind.CREDIT_MEMO
    subtotal = sum((each.full for each in rows), ZERO)
    discount = -sum((each.discount for each in rows), carriage.discount)
    tax = sum((each.tax + each.levy_tax for each in rows), carriage.tax)
    compensation = sum((each.compensation for each in rows), carriage.compensation if credit else ZERO)
    levies = sum((each.levy for each in rows), ZERO)
    total = subtotal + discount + carriage.full + tax + compensation + levies + paid_back - fee_kept
    total += ZERO if credit else carriage.compensation
    return Totals(
        subtotal=subtotal,
        discount=discount,
        carriage=carriage.full,
        tax=tax,
        compensation=compensation,
        carriage_compensation=ZERO if credit else carriage.compensation,
        carriage_tax=carriage.tax,
        paid_back=paid_back,
        fee_kept=fee_kept,
        grand_total=D(grand_total) if grand_total else total,
    )
