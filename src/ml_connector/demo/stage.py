"""Setting the stage: a folder for this run, the settings files, and the three processes in their order."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ml_connector.adobe.sandbox import Integration
from ml_connector.agent import tls
from ml_connector.clock import Clock
from ml_connector.demo.operator import Operator
from ml_connector.demo.processes import Processes
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.sage.uk.sandbox.company import CONNECTOR_PASSWORD, CONNECTOR_USER
from ml_connector.settings import CloudSettings, load


@dataclass(frozen=True, slots=True)
class Cloud:
    """The cloud's settings, and the file that they stand in."""

    path: Path
    settings: CloudSettings

    @property
    def certificate(self) -> Path:
        return self.settings.data_dir / "tls" / "certificate.pem"


def new_folder(parent: Path, clock: Clock) -> Path:
    """A folder of its own for this run, so that an earlier one stays to be looked at."""
    folder = (parent / f"run-{clock.now():%Y%m%d-%H%M%S}-{clock.new_id()[:4]}").absolute()
    folder.mkdir(parents=True)
    return folder


def start_shop(processes: Processes, folder: Path, shop_data: Path | None) -> str:
    """Start the pretend shop; returns its address."""
    ready = folder / "shop.ready"
    more = ("--shop-data", str(shop_data)) if shop_data else ()
    processes.start(
        "shop",
        "ml_connector.adobe.sandbox",
        *("--port", "0", "--ready-file", str(ready), "--log", str(folder / "shop-requests.jsonl")),
        *more,
    )
    return processes.ready("shop", ready)


def start_cloud(processes: Processes, folder: Path) -> tuple[str, Cloud]:
    """Start the cloud side on SQLite; returns its address and settings."""
    path = folder / "cloud.toml"
    path.write_text('data_dir = "cloud"\nport = 0\nsweep_every_s = 3600\n', "utf-8")
    ready = folder / "cloud.ready"
    processes.start("cloud", "ml_connector", "serve", str(path), "--ready-file", str(ready))
    return processes.ready("cloud", ready), Cloud(path, load(path))


def operator(address: str, cloud: Cloud) -> Operator:
    """A person with the operator's key."""
    return Operator(address, cloud.certificate, cloud.settings.operator_key.read_text("utf-8").strip())


def integration(of: Integration) -> dict[str, str]:
    """The four values of a shop's integration, as a person pastes them."""
    return {
        "consumer_key": of.consumer_key,
        "consumer_secret": of.consumer_secret,
        "access_token": of.access_token,
        "access_token_secret": of.access_token_secret,
    }


def prepare_agent(folder: Path, address: str, cloud: Cloud, accdata: Path, code: str) -> Path:
    """Write the agent's settings, pair it and keep its Sage password; returns the settings file."""
    settings = folder / "agent.toml"
    settings.write_text(
        "\n".join(
            (
                'data_dir = "agent"',
                "poll_seconds = 1",
                "sage_wait_seconds = 1",
                "[sage]",
                'driver = "uk"',
                'sdk = "sandbox"',
                f"accdata = {json.dumps(str(accdata))}",
                f"user = {json.dumps(CONNECTOR_USER)}",
            )
        ),
        "utf-8",
    )
    fingerprint = tls.fingerprint(cloud.certificate.read_text("utf-8"))
    _agent(settings, "pair", "--url", address, "--code", code, "--fingerprint", fingerprint)
    _agent(settings, "sage-password", typed=CONNECTOR_PASSWORD)
    return settings


def start_agent(processes: Processes, settings: Path) -> None:
    """Start the agent, which works until it is ended."""
    processes.start("agent", "ml_connector.agent", "run", "--settings", str(settings))


def _agent(settings: Path, *arguments: str, typed: str = "") -> None:
    """What a person does at the PC: one command, with what is typed."""
    done = subprocess.run(
        [sys.executable, "-m", "ml_connector.agent", *arguments, "--settings", str(settings)],
        input=f"{typed}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NeedsPerson(
            Finding(
                code=Code.DEFECT,
                what=f"The demo's agent could not be set up ({arguments[0]}).",
                why=done.stdout.strip() + done.stderr.strip(),
                fix="Look at what it says.",
            )
        )
