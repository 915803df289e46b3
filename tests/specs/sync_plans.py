"""Small plans for the tests of `sync`: a document of one line at 20 % VAT, and an account to be created."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from ml_connector.documents.identity import Key, Kind, reference
from ml_connector.documents.money import to_minor
from ml_connector.posting.plan import (
    CustomerFields,
    DocumentLine,
    EnsureCustomer,
    FieldChange,
    Plan,
    PostDocument,
    UpdateCustomer,
    UpdateLedger,
)

TAG = "K7"
MADE = datetime.fromisoformat("2026-11-01T10:00:00+00:00")


def document_plan(key: Key, total: Decimal, account: str, chart_version: int = 1) -> Plan:
    """A document of one line at 20 % VAT that comes to `total`."""
    gross = to_minor(abs(total))
    tax = gross // 6
    line = DocumentLine(
        stock_code="MUG",
        description="Mug",
        quantity=Decimal(1),
        unit_price=Decimal(gross - tax) / 100,
        full_net=gross - tax,
        discount=0,
        net=gross - tax,
        tax=tax,
        tax_code=1,
        tax_rate=Decimal(20),
        nominal="4000",
        rule="item",
    )
    credit = key.kind is Kind.CREDIT_MEMO
    document = PostDocument(
        id="document",
        credit=credit,
        service=False,
        order_number="000000001",
        name="Anna",
        address=("1 High Street", "", "Leeds", "", "LS1 1AA"),
        delivery_name="Anna",
        delivery_address=("1 High Street", "", "Leeds", "", "LS1 1AA"),
        contact="Anna",
        telephone="",
        notes=(),
        lines=(line,),
        carriage=None,
    )
    return Plan(
        key=str(key),
        kind=key.kind,
        reference=reference(TAG, key.kind, int(key.entity)),
        account_ref=account,
        currency="GBP",
        date=MADE.date(),
        gross=gross,
        chart_version=chart_version,
        effects=(document, UpdateLedger(id="ledger", credit=credit, splits=document.splits())),
    )


def customer_plan(key: Key, account_ref: str, day: date, chart_version: int = 1) -> Plan:
    """An account that is to be created."""
    fields = CustomerFields(
        name="Anna",
        address=("1 High Street", "", "Leeds", "", "LS1 1AA"),
        contact="Anna",
        telephone="",
        email=key.entity.partition("|")[0],
        vat_number="",
        country="GB",
        currency="GBP",
        nominal="4000",
        tax_code=1,
    )
    effect = EnsureCustomer(id="customer", account_ref=account_ref, create=True, fields=fields)
    return _of_account(key, account_ref, day, chart_version, effect)


def update_plan(key: Key, account_ref: str, day: date, chart_version: int = 1) -> Plan:
    """A telephone number that is to be filled in."""
    change = FieldChange(field="telephone", was="", becomes="0113 496 0000")
    effect = UpdateCustomer(id="update", account_ref=account_ref, changes=(change,))
    return _of_account(key, account_ref, day, chart_version, effect)


def _of_account(
    key: Key, account_ref: str, day: date, chart_version: int, effect: EnsureCustomer | UpdateCustomer
) -> Plan:
    return Plan(
        key=str(key),
        kind=Kind.CUSTOMER,
        reference=account_ref,
        account_ref=account_ref,
        currency="GBP",
        date=day,
        gross=0,
        chart_version=chart_version,
        effects=(effect,),
    )
