"""The demo: one recorded shop, one pretend Sage 50 company, and between them everything that a customer uses.

The pretend shop, the cloud side and the agent are processes of their own, speaking HTTP and HTTPS over
loopback. Only the two ends are pretended. Where a person's yes is wanted, user `demo` gives it by the same
calls as any person, and it stands in the trail. Then the whole run is made again, and has to write nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ml_connector.adobe.sandbox import FULL, ShopData, ShopDataError
from ml_connector.adobe.sandbox.summary import takings
from ml_connector.clock import Clock
from ml_connector.demo import stage
from ml_connector.demo.claims import write_claims
from ml_connector.demo.company import FORGOTTEN_SKUS, make_company
from ml_connector.demo.operator import Operator
from ml_connector.demo.outcome import Outcome, customers_of
from ml_connector.demo.printed import print_documents, print_next, print_proof, print_verdict
from ml_connector.demo.processes import Processes
from ml_connector.demo.settling import Settling
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.export import export_company

TAG = "HL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line."""

    gate: str = "complete"
    keep: bool = False
    shop_data: Path | None = None
    export: Path | None = None
    as_json: bool = False
    folder: Path = Path(".demo")


def run(wishes: Wishes, clock: Clock) -> int:
    """Run the demo; returns 0 only when nothing was lost, doubled or different."""
    console = Console(stderr=wishes.as_json)
    began = clock.monotonic()
    folder = stage.new_folder(wishes.folder, clock)
    shop = _shop(wishes.shop_data)
    console.print(f"[bold]ml-connector demo[/] in {folder}", highlight=False)
    accdata = make_company(folder / "sage", shop, without=frozenset() if wishes.shop_data else FORGOTTEN_SKUS)
    console.print("  a pretend Sage 50 company was made", highlight=False)
    with Processes(folder / "logs", clock, wishes.keep) as processes:
        shop_url = stage.start_shop(processes, folder, wishes.shop_data)
        address, settings = stage.start_cloud(processes, folder)
        operator = stage.operator(address, settings)
        operator.connect(shop_url, TAG, stage.integration(FULL))
        agent = stage.prepare_agent(folder, address, settings, accdata, operator.pairing_code())
        stage.start_agent(processes, agent)
        console.print("  shop, cloud and agent are running, each a process of its own", highlight=False)
        settling = Settling(operator, processes, clock, console)
        settling.until_read()
        operator.accept_chart(wishes.gate)
        operator.act("approve-road", "the demo's company may be posted to by SDO's own ledger update")
        settling.until_settled("first run")
        written = manager.writes(accdata)
        operator.sweep(full=True)
        settling.until_settled("second run")
        settling.until_ledger_read()
        outcome = Outcome(
            truth=takings(shop),
            proof=operator.proof(),
            customers=customers_of(operator.records()),
            second_run_writes=manager.writes(accdata) - written,
            seconds=clock.monotonic() - began,
        )
        if wishes.export:
            export_company(accdata, wishes.export)
            write_claims(wishes.export / "claims.csv", operator.records())
        _print(console, wishes, folder, settings.path, operator, outcome, processes, address)
        operator.close()
    return 1 if outcome.faults() else 0


def _print(
    console: Console,
    wishes: Wishes,
    folder: Path,
    settings: Path,
    operator: Operator,
    outcome: Outcome,
    processes: Processes,
    address: str,
) -> None:
    print_documents(console, operator.records(), outcome.customers)
    print_proof(console, outcome.proof)
    print_verdict(console, outcome)
    kept = [f"The cloud still answers on {address}; end everything with: {processes.how_to_end()}"]
    print_next(console, folder, settings, wishes.export, kept if wishes.keep else [])
    if wishes.as_json:
        print(json.dumps(outcome.as_json()), flush=True)


def _shop(folder: Path | None) -> ShopData:
    try:
        return ShopData.in_folder(folder) if folder else ShopData.recorded()
    except ShopDataError as error:
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what="The demo was not started.",
                why=str(error),
                fix="Give --shop-data a folder in the format of the recorded shop.",
            )
        ) from None
