"""What the conformance suite needs of a driver under test: a throw-away company, and plans that fit it.

The company of a `Bench` holds, before the suite begins, the accounts, products, nominals and tax codes that
are named here. A driver's own tests bring a `Bench`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from ml_connector.documents.identity import Kind
from ml_connector.posting.plan import (
    Allocation,
    AllocationSide,
    Carriage,
    CustomerFields,
    DocumentLine,
    Effect,
    EnsureCustomer,
    FieldChange,
    Plan,
    PostDocument,
    Receipt,
    RefundPayment,
    UpdateCustomer,
    UpdateLedger,
)
from ml_connector.sage.books import BooksDoor, LookIndex

ACCOUNT, EMAIL = "SHOPPER1", "shopper@example.com"
ON_HOLD = "ONHOLD01"
EURO_ACCOUNT, EURO_BANK = "EUROSAM1", "1220"
PRODUCTS = ("MUG-BLUE", "MUG-RED")
SALES, CARRIAGE, DISCOUNTS, BANK = "4000", "4905", "4009", "1200"
STANDARD, REDUCED, ZERO = 1, 5, 0
DAY = date(2026, 3, 14)
ADDRESS = ("1 High Street", "", "Leeds", "West Yorkshire", "LS1 1AA")


class Bench(Protocol):
    """A throw-away company, and what people and mishaps do to it. The acts go past the driver."""

    @property
    def door(self) -> BooksDoor:
        """A new door on the company, as the connector's own Sage user."""
        ...

    @property
    def index(self) -> LookIndex:
        """Where the look-up index is remembered between sessions; the same one each time."""
        ...

    def writes(self) -> int:
        """How many calls of the connector's user have changed the company."""
        ...

    def lose_next_reply(self) -> None:
        """The next write is made, and its reply is lost."""
        ...

    def backup(self) -> Callable[[], None]:
        """Take a backup; the answer restores it."""
        ...

    def other_company(self) -> AbstractContextManager[BooksDoor]:
        """A door that expects this company and finds another one."""
        ...

    def duplicate(self, number: int) -> None:
        """A person duplicates a saved document, its order number with it."""
        ...

    def move_date(self, number: int, day: date) -> None:
        """A person changes the date of a saved document."""
        ...

    def delete_document(self, number: int) -> None:
        """A person deletes a document from the invoices; what it left in the ledger stays."""
        ...

    def update_ledgers(self, number: int) -> None:
        """A person updates the ledgers for one document."""
        ...

    def pay_by_hand(self, split: int, account_ref: str, amount: int) -> None:
        """A person enters a receipt and allocates it to a split of an invoice."""
        ...

    def enter_by_hand(
        self, account_ref: str, day: date, reference: str, details: str, net: int, tax: int, *, credit: bool
    ) -> None:
        """A person enters an invoice or credit (SI, SC) straight into the ledger, on the sales nominal at the
        standard rate; `details` stand on its split."""
        ...

    def type_into_account(self, account_ref: str, field: str, value: str) -> None:
        """A person types into a field of an account, named as in `CUSTOMER_FIELDS`."""
        ...

    def lock_until(self, day: date) -> None:
        """Everything up to and including this day is locked."""
        ...


def line(code: str, price: str, quantity: int = 1) -> DocumentLine:
    """A line at 20 % VAT that comes out to the penny."""
    net = int(Decimal(price) * 100) * quantity
    return DocumentLine(
        stock_code=code,
        description=f"{code} for a test",
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        full_net=net,
        discount=0,
        net=net,
        tax=net // 5,
        tax_code=STANDARD,
        tax_rate=Decimal(20),
        nominal=SALES,
        rule="test",
    )


def document(lines: tuple[DocumentLine, ...], carriage: Carriage | None, *, credit: bool) -> PostDocument:
    """A document with these lines, delivered where it is billed."""
    return PostDocument(
        id="document",
        credit=credit,
        service=False,
        order_number="000000042",
        name="Sam Shopper",
        address=ADDRESS,
        delivery_name="Sam Shopper",
        delivery_address=ADDRESS,
        contact="Sam Shopper",
        telephone="0113 496 0000",
        notes=("Web order 000000042",),
        lines=lines,
        carriage=carriage,
    )


def plan_of(document: PostDocument, reference: str, *more: Effect, account_ref: str = ACCOUNT) -> Plan:
    """A plan of a document, its ledger update and whatever follows."""
    ledger = UpdateLedger(id="ledger", credit=document.credit, splits=document.splits())
    kind = Kind.CREDIT_MEMO if document.credit else Kind.INVOICE
    return Plan(
        key=f"conformance/{kind}/{reference}",
        kind=kind,
        reference=reference,
        account_ref=account_ref,
        currency="GBP",
        date=DAY,
        gross=document.net + document.tax,
        chart_version=1,
        effects=(document, ledger, *more),
    )


def invoice(reference: str = "K7-I1", *, account_ref: str = ACCOUNT, code: str = PRODUCTS[0]) -> Plan:
    """Two products and carriage, paid by card, the receipt allocated to each split."""
    body = document(
        (line(code, "12.50", 3), line(PRODUCTS[1], "8.25")),
        Carriage(net=495, tax=99, tax_code=STANDARD, nominal=CARRIAGE),
        credit=False,
    )
    receipt = Receipt(
        id="receipt",
        reference=f"{reference}.R1",
        bank=BANK,
        amount=body.net + body.tax,
        date=DAY,
        details="Card payment for order 000000042",
    )
    paid = AllocationSide(reference=receipt.reference, position=0, gross=receipt.amount)
    allocations = (
        Allocation(
            id=f"allocation-{n}",
            debit=AllocationSide(reference=reference, position=n, gross=split.gross),
            credit=paid,
            amount=split.gross,
            date=DAY,
        )
        for n, split in enumerate(body.splits())
    )
    return plan_of(body, reference, receipt, *allocations, account_ref=account_ref)


def credit_note(reference: str = "K7-C1") -> Plan:
    """One product taken back, the money paid back, and the payment allocated to the credit."""
    body = document((line(PRODUCTS[0], "12.50"),), None, credit=True)
    refund = RefundPayment(
        id="refund",
        reference=f"{reference}.P1",
        bank=BANK,
        amount=1500,
        date=DAY,
        details="Refund for order 000000042",
    )
    allocation = Allocation(
        id="allocation",
        debit=AllocationSide(reference=refund.reference, position=0, gross=1500),
        credit=AllocationSide(reference=reference, position=0, gross=1500),
        amount=1500,
        date=DAY,
    )
    return plan_of(body, reference, refund, allocation)


def discounted_invoice(reference: str = "K7-I8") -> Plan:
    """A discount on a line, a line of nothing, a reduced rate whose VAT is a penny from what Sage would
    compute, and a negative line for what is left.
    """
    discounted = replace(line(PRODUCTS[0], "10.00", 2), discount=500, net=1500, tax=300)
    reduced = replace(line(PRODUCTS[1], "4.00"), tax=21, tax_code=REDUCED, tax_rate=Decimal(5))
    free = replace(line(PRODUCTS[1], "0.00"), tax_code=ZERO, tax_rate=Decimal(0))
    negative = replace(line("S3", "2.00"), nominal=DISCOUNTS, negative=True, service=True)
    return plan_of(document((discounted, reduced, free, negative), None, credit=False), reference)


def free_invoice(reference: str = "K7-I9") -> Plan:
    """A line of nothing, and nothing else."""
    free = replace(line(PRODUCTS[1], "0.00"), tax_code=ZERO, tax_rate=Decimal(0))
    return plan_of(document((free,), None, credit=False), reference)


def customer(account_ref: str, email: str, *, create: bool = True, by_reference: bool = False) -> Plan:
    """An account to be ensured."""
    effect = EnsureCustomer(
        id="customer",
        account_ref=account_ref,
        create=create,
        by_reference=by_reference,
        fields=CustomerFields(
            name="Nora New",
            address=ADDRESS,
            contact="Nora New",
            telephone="0113 496 0001",
            email=email,
            vat_number="",
            country="GB",
            currency="GBP",
            nominal=SALES,
            tax_code=STANDARD,
        ),
    )
    return _of_account(account_ref, effect)


def update(account_ref: str, *changes: FieldChange) -> Plan:
    """Fields of an account that are to follow the shop."""
    return _of_account(account_ref, UpdateCustomer(id="update", account_ref=account_ref, changes=changes))


def _of_account(account_ref: str, effect: EnsureCustomer | UpdateCustomer) -> Plan:
    return Plan(
        key=f"conformance/customer/{account_ref}",
        kind=Kind.CUSTOMER,
        reference=account_ref,
        account_ref=account_ref,
        currency="GBP",
        date=DAY,
        gross=0,
        chart_version=1,
        effects=(effect,),
    )
