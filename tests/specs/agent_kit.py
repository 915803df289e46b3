"""What the agent's tests share: small plans, commands of them, and a company in which they can stand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.posting.company import Account
from ml_connector.posting.plan import (
    Allocation,
    AllocationSide,
    CustomerFields,
    DocumentLine,
    Effect,
    EnsureCustomer,
    Plan,
    PostDocument,
    Receipt,
    UpdateLedger,
    plan_hash,
)
from ml_connector.sage.memory import MemoryCompany
from ml_connector.sync.protocol import Command

DAY = date(2026, 11, 23)
ANNA = "ANNA0001"
INCARNATION = "inc-1"


def line(net: int, tax: int, tax_code: int = 1) -> DocumentLine:
    """One piece of a mug at `net` pence."""
    return DocumentLine(
        stock_code="MUG",
        description="Mug",
        quantity=Decimal(1),
        unit_price=Decimal(net) / 100,
        full_net=net,
        discount=0,
        net=net,
        tax=tax,
        tax_code=tax_code,
        tax_rate=Decimal(20),
        nominal="4000",
        rule="item",
    )


def document_plan(entity: int = 1, *, net: int = 1000, tax: int = 200, paid: bool = True) -> Plan:
    """An invoice, posted to the ledger; when paid, with its receipt and the allocation of it."""
    reference, gross = f"K7-I{entity}", net + tax
    money: tuple[Effect, ...] = (
        Receipt(
            id="receipt", reference=f"{reference}.R1", bank="1200", amount=gross, date=DAY, details="Card"
        ),
        allocation((reference, gross), (f"{reference}.R1", gross), gross),
    )
    return _plan(Kind.INVOICE, entity, reference, line(net, tax), money if paid else ())


def memo_plan(entity: int, invoice: Plan, *, net: int, tax: int) -> Plan:
    """A credit note over part of an unpaid invoice, allocated to it."""
    reference, gross = f"K7-C{entity}", net + tax
    set_against = allocation((invoice.reference, invoice.gross), (reference, gross), gross)
    return _plan(Kind.CREDIT_MEMO, entity, reference, line(net, tax), (set_against,))


def allocation(debit: tuple[str, int], credit: tuple[str, int], amount: int) -> Allocation:
    """The first split of one entry set against the first of another; each by its reference and gross."""
    sides = [AllocationSide(reference=name, position=0, gross=gross) for name, gross in (debit, credit)]
    return Allocation(id="allocation", debit=sides[0], credit=sides[1], amount=amount, date=DAY)


def _plan(kind: Kind, entity: int, reference: str, only: DocumentLine, rest: tuple[Effect, ...]) -> Plan:
    credit = kind is Kind.CREDIT_MEMO
    address = ("1 High Street", "", "Leeds", "", "LS1 1AA")
    document = PostDocument(
        id="document",
        credit=credit,
        service=False,
        order_number=f"{entity:09d}",
        name="Anna",
        address=address,
        delivery_name="Anna",
        delivery_address=address,
        contact="Anna",
        telephone="",
        notes=(),
        lines=(only,),
        carriage=None,
    )
    return Plan(
        key=f"shop-1/{kind}/{entity}",
        kind=kind,
        reference=reference,
        account_ref=ANNA,
        currency="GBP",
        date=DAY,
        gross=only.net + only.tax,
        chart_version=1,
        effects=(document, UpdateLedger(id="ledger", credit=credit, splits=document.splits()), *rest),
    )


def customer_plan(account_ref: str = ANNA) -> Plan:
    """A customer who is to be created."""
    fields = CustomerFields(
        name="Anna",
        address=("1 High Street", "", "Leeds", "", "LS1 1AA"),
        contact="Anna",
        telephone="",
        email=f"{account_ref.lower()}@example.com",
        vat_number="",
        country="GB",
        currency="GBP",
        nominal="4000",
        tax_code=1,
    )
    return Plan(
        key=f"shop-1/customer/{fields.email}|GBP",
        kind=Kind.CUSTOMER,
        reference=account_ref,
        account_ref=account_ref,
        currency="GBP",
        date=DAY,
        gross=0,
        chart_version=1,
        effects=(EnsureCustomer(id="customer", account_ref=account_ref, create=True, fields=fields),),
    )


def command(plan: Plan, command_id: str = "", generation: int = 1) -> Command:
    """A command for the plan; its id is the plan's reference unless one is given."""
    return Command(
        id=command_id or f"cmd-{plan.reference}",
        incarnation=INCARNATION,
        generation=generation,
        plan_hash=plan_hash(plan),
        plan=plan,
    )


def company() -> MemoryCompany:
    """A company with Anna's account in it."""
    account = Account(ref=ANNA, name="Anna", emails=("anna0001@example.com",), currency="GBP")
    return MemoryCompany(accounts={ANNA: account})
