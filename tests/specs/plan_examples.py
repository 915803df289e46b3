"""Three plans that add up: an invoice, a credit memo and a customer. Tests bend them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.posting.plan import (
    Allocation,
    AllocationSide,
    Carriage,
    CustomerFields,
    DocumentLine,
    EnsureCustomer,
    FieldChange,
    Plan,
    PostDocument,
    Receipt,
    RefundPayment,
    Split,
    UpdateCustomer,
    UpdateLedger,
)

SOLD_ON = date(2026, 11, 20)
REFUNDED_ON = date(2026, 11, 23)
ADDRESS = ("12 Quay Street", "", "Zennor", "Cornwall", "TR26 3DA")
MUG = DocumentLine(
    stock_code="MUG-BLUE",
    description="Mug “Atlantic”, blue",
    quantity=Decimal("3"),
    unit_price=Decimal("9.9900"),
    full_net=2997,
    discount=300,
    net=2697,
    tax=539,
    tax_code=1,
    tax_rate=Decimal("20.00"),
    nominal="4000",
    rule="product-line",
)
BOOK = DocumentLine(
    stock_code="BOOK-1",
    description="Tide tables",
    quantity=Decimal("0.5"),
    unit_price=Decimal("10"),
    full_net=500,
    discount=0,
    net=500,
    tax=0,
    tax_code=0,
    tax_rate=Decimal("0"),
    nominal="4001",
    rule="product-line",
    department=2,
)


def document(*, credit: bool, lines: tuple[DocumentLine, ...], carriage: Carriage | None) -> PostDocument:
    return PostDocument(
        id="document",
        credit=credit,
        service=False,
        order_number="000000123",
        name="Zoë O’Hara",
        address=ADDRESS,
        delivery_name="Zoë O’Hara",
        delivery_address=ADDRESS,
        contact="Zoë O’Hara",
        telephone="01736 000000",
        notes=("Leave at the door",),
        lines=lines,
        carriage=carriage,
    )


def invoice_plan() -> Plan:
    """Two lines and carriage, paid: £47.36."""
    made = document(
        credit=False,
        lines=(MUG, BOOK),
        carriage=Carriage(net=833, tax=167, tax_code=1, nominal="4905"),
    )
    return Plan(
        key="shop-1/invoice/123456",
        kind=Kind.INVOICE,
        reference="K7-I123456",
        account_ref="OHARA001",
        currency="GBP",
        date=SOLD_ON,
        gross=4736,
        chart_version=3,
        effects=(
            made,
            UpdateLedger(id="ledger", credit=False, splits=made.splits()),
            Receipt(
                id="receipt",
                reference="K7-I123456.R1",
                bank="1200",
                amount=4736,
                date=SOLD_ON,
                details="Card 000000123",
            ),
            Allocation(
                id="allocation-1",
                debit=AllocationSide(reference="K7-I123456", position=0, gross=3236),
                credit=AllocationSide(reference="K7-I123456.R1", position=0, gross=4736),
                amount=3236,
                date=SOLD_ON,
            ),
        ),
    )


def memo_plan() -> Plan:
    """One line less a fee, paid back: £4.50."""
    fee = DocumentLine(
        stock_code="S2",
        description="Return fee",
        quantity=Decimal(1),
        unit_price=Decimal("0.50"),
        full_net=50,
        discount=0,
        net=50,
        tax=0,
        tax_code=9,
        tax_rate=Decimal(0),
        nominal="4902",
        rule="adjustment-fee",
        service=True,
        negative=True,
    )
    made = document(credit=True, lines=(BOOK, fee), carriage=None)
    return Plan(
        key="shop-1/creditmemo/38",
        kind=Kind.CREDIT_MEMO,
        reference="K7-C38",
        account_ref="OHARA001",
        currency="GBP",
        date=REFUNDED_ON,
        gross=450,
        chart_version=3,
        effects=(
            made,
            UpdateLedger(
                id="ledger",
                credit=True,
                splits=(
                    Split(nominal="4001", tax_code=0, net=500, tax=0, department=2),
                    Split(nominal="4902", tax_code=9, net=-50, tax=0),
                ),
            ),
            RefundPayment(
                id="refund",
                reference="K7-C38.P1",
                bank="1200",
                amount=450,
                date=REFUNDED_ON,
                details="Refund 000000123",
            ),
        ),
    )


CUSTOMER = CustomerFields(
    name="Zoë O’Hara",
    address=ADDRESS,
    contact="Zoë O’Hara",
    telephone="01736 000000",
    email="zoe@example.com",
    vat_number="",
    country="GB",
    currency="GBP",
    nominal="4000",
    tax_code=1,
    left_out=("Society of Great Britain",),
)


def customer_plan() -> Plan:
    """An account to be created."""
    return _of_account(
        "zoe@example.com|GBP",
        EnsureCustomer(id="customer", account_ref="OHARA001", create=True, fields=CUSTOMER),
    )


def customer_update_plan() -> Plan:
    """An account that follows the shop: a new telephone number, and no second line of the street any more."""
    changes = (
        FieldChange(field="telephone", was="01736 000000", becomes="01736 000001"),
        FieldChange(field="address_2", was="Top Flat", becomes=""),
    )
    return _of_account(
        "zoe@example.com|GBP|update 123",
        UpdateCustomer(id="update", account_ref="OHARA001", changes=changes),
    )


def _of_account(entity: str, effect: EnsureCustomer | UpdateCustomer) -> Plan:
    return Plan(
        key=f"shop-1/customer/{entity}",
        kind=Kind.CUSTOMER,
        reference="OHARA001",
        account_ref="OHARA001",
        currency="GBP",
        date=SOLD_ON,
        gross=0,
        chart_version=3,
        effects=(effect,),
    )
