"""One example of every message of the agent's protocol, version 1.

Their canonical bytes are kept in golden/protocol_v1: what a released agent may send or be sent. A released
file is never changed. `python -m tests.specs.protocol_examples` writes those that are not there yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from ml_connector.codec import canonical, loads
from ml_connector.errors import Code, Finding
from ml_connector.posting import company
from ml_connector.posting.plan import Plan, plan_hash
from ml_connector.sync import protocol
from tests.specs.plan_examples import SOLD_ON, customer_plan, customer_update_plan, invoice_plan, memo_plan

GOLDEN = Path(__file__).with_name("golden") / "protocol_v1"
INCARNATION = "0123456789abcdef0123456789abcdef"
INSTANCE = "fedcba9876543210fedcba9876543210"
HEAD = "t1:0:ebf138100a89119c1321305c1cc036474e0c578b1d543b1ee3aa1a43b4d73c24"
FINDING = Finding(
    code=Code.SAGE_IN_USE,
    what="Sage says that its user CONNECTOR is already in use.",
    why="An earlier session was not closed.",
    fix="In Sage, remove the user from the list of users in the company.",
)
COMPANY = company.CompanyIdentity(name="Quayside Retail Ltd", company_id="7c1e", version="31.0")
CATALOGUE = company.Catalogue(
    company=COMPANY,
    base_currency="GBP",
    country="GB",
    accounts=(
        company.Account(
            ref="OHARA001",
            name="Zoë O’Hara",
            emails=("zoe@example.com", "zoe@example.org"),
            currency="GBP",
            postcode="TR26 3DA",
            contact="Zoë O’Hara",
            telephone="01736 000000",
            vat_number="GB123456789",
            country="GB",
            address=("12 Quay Street", "", "St Ives", "Cornwall", "TR26 3DA"),
        ),
    ),
    stock=(company.StockItem(code="MUG-BLUE", description="Mug, blue", nominal="4000", tax_code=1),),
    nominals=(
        company.Nominal(code="1200", name="Bank Current Account", bank=True, currency="GBP"),
        company.Nominal(code="4000", name="Sales"),
    ),
    tax_codes=(company.TaxCode(number=1, description="Standard rate", rate=Decimal("20.00")),),
    default_nominal="4000",
    default_tax_code=1,
    lock_date=date(2026, 3, 31),
)
ENTRY = company.LedgerEntry(
    header=9041,
    type="SI",
    account_ref="OHARA001",
    date=SOLD_ON,
    reference="000000123 K7-I123456",
    currency="GBP",
    splits=(
        company.LedgerSplit(nominal="4000", tax_code=1, net=2697, tax=539),
        company.LedgerSplit(nominal="4001", tax_code=0, net=500, tax=0),
    ),
)


def command(plan: Plan, command_id: str) -> protocol.Command:
    return protocol.Command(
        id=command_id, incarnation=INCARNATION, generation=1, plan_hash=plan_hash(plan), plan=plan
    )


def receipt(
    outcome: protocol.Outcome,
    effects: tuple[protocol.EffectReceipt, ...] = (),
    finding: Finding | None = None,
) -> protocol.CommandReceipt:
    return protocol.CommandReceipt(
        command_id="c1",
        incarnation=INCARNATION,
        key="shop-1/invoice/123456",
        generation=1,
        plan_hash=plan_hash(invoice_plan()),
        outcome=outcome,
        effects=effects,
        finding=finding,
    )


def as_object(value: object) -> Mapping[str, object]:
    """A message as the raw JSON object that it travels as."""
    return cast(Mapping[str, object], loads(canonical(value)))


RECEIPTS = protocol.Receipts(
    instance_id=INSTANCE,
    receipts=(
        receipt(
            protocol.Outcome.PROVED,
            (
                protocol.EffectReceipt(id="document", state="written", numbers={"invoice": 17}),
                protocol.EffectReceipt(
                    id="ledger", state="adopted", numbers={"header": 9041, "type": "SI", "splits": (1, 2)}
                ),
            ),
        ),
        receipt(
            protocol.Outcome.DISPUTED,
            (
                protocol.EffectReceipt(
                    id="document",
                    state="adopted",
                    numbers={},
                    differences=("The gross in Sage is £47.35, in the plan £47.36.",),
                ),
            ),
        ),
        receipt(protocol.Outcome.ABSENT, finding=FINDING),
    ),
)

BY_HAND = company.CustomerEntry(
    header=9001,
    type="SI",
    account_ref="WEBSALES",
    date=date(2026, 3, 30),
    reference="000000041",
    details=("Web order 000000041",),
    currency="GBP",
    gross=4736,
)

MESSAGES: Mapping[str, object] = {
    "pair": protocol.Pair(code="7QK4-M2XN-8PRD", instance_id=INSTANCE, agent_version="0.1.0"),
    "paired": protocol.Paired(agent_id="a1", credential="example-credential", connection_id="shop-1"),
    "hello": protocol.Hello(
        protocol=1,
        agent_version="0.1.0",
        instance_id=INSTANCE,
        capabilities=("uk", "post"),
        company=COMPANY,
        watermark=company.Watermark(document=17, header=9041),
        trail_head=HEAD,
    ),
    "welcome": protocol.Welcome(
        protocol=1,
        incarnation=INCARNATION,
        catalogue_hash="",
        trail_head=HEAD,
        finding=FINDING,
        entries_from=date(2026, 3, 2),
    ),
    "catalogue": protocol.CatalogueIs(hash="0" * 64, catalogue=CATALOGUE),
    "lease_request": protocol.LeaseRequest(instance_id=INSTANCE, most=10),
    "command_invoice": command(invoice_plan(), "c1"),
    "command_creditmemo": command(memo_plan(), "c2"),
    "command_customer": command(customer_plan(), "c3"),
    "command_customer_update": command(customer_update_plan(), "c4"),
    "leased": protocol.Leased(
        commands=(as_object(command(customer_plan(), "c3")),), send_ledger=True, send_catalogue=False
    ),
    "receipts": RECEIPTS,
    "receipts_taken": protocol.ReceiptsTaken(command_ids=("c1", "c2"), trail_head=HEAD),
    "ledger": protocol.LedgerIs(
        instance_id=INSTANCE,
        entries=(ENTRY,),
        entries_from=date(2026, 3, 2),
        of_anybody=(BY_HAND,),
    ),
    "heartbeat": protocol.Heartbeat(instance_id=INSTANCE),
    "heartbeat_in_trouble": protocol.Heartbeat(instance_id=INSTANCE, finding=FINDING),
    "taken": protocol.Taken(trail_head=HEAD),
}


def write_missing() -> None:
    """Keep the bytes of each example that has no golden file yet; those that are there stay."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, message in MESSAGES.items():
        path = GOLDEN / f"{name}.json"
        if not path.exists():
            path.write_bytes(canonical(message) + b"\n")


if __name__ == "__main__":
    write_missing()
