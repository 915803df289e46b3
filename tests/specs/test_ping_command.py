"""`ml-connector ping`, and the same over the API: what is told, the exit status, and no secret anywhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console
from sqlalchemy import Engine, Executable, delete, update

from ml_connector import cli
from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.steps import StepName
from ml_connector.clock import SystemClock
from ml_connector.cloud import agents, connections
from ml_connector.cloud.ping import ping
from ml_connector.cloud.ping_report import print_ping
from ml_connector.cloud.shop_settings import SHOP_SETTINGS
from ml_connector.codec import canonical, digest
from ml_connector.posting.company import Catalogue
from ml_connector.records import tables
from ml_connector.records.database import open_database
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.settings import CloudSettings
from ml_connector.sync.protocol import CatalogueIs, Pair
from tests.recorded.faulty_shops import fresh_shop
from tests.recorded.shop_clients import client, credentials
from tests.specs.cloud_place import COMPANY, CONNECTION, SECRETS, SHOP, Cloud, a_cloud, hello_message
from tests.specs.databases import empty_database

pytestmark = pytest.mark.slow

CLOCK = SystemClock()
KEYS = credentials()
EMPTY = Catalogue(
    company=COMPANY,
    base_currency="GBP",
    country="GB",
    accounts=(),
    stock=(),
    nominals=(),
    tax_codes=(),
    default_nominal="4000",
    default_tax_code=1,
)


@dataclass
class Place:
    """A data folder with its settings file, and a pretend shop that runs."""

    settings: CloudSettings
    file: Path
    shop_url: str
    engines: list[Engine] = field(default_factory=list[Engine])

    @property
    def vault(self) -> Vault:
        return Vault.open(self.settings.vault_key, CLOCK)

    def connect(self, name: str, keys: OAuth1Credentials = KEYS, cut_over: date | None = None) -> Ledger:
        self.settings.data_dir.mkdir(exist_ok=True)
        file = Path(self.settings.database)
        engine = (open_database if file.exists() else empty_database)(file)
        self.engines.append(engine)
        new = connections.NewConnection(
            connection_id=name,
            name=name,
            tag=name.upper()[:4],
            shop_url=self.shop_url,
            credentials=keys,
            cut_over=cut_over,
        )
        connections.create(engine, CLOCK, self.vault, new, "ann")
        return Ledger(engine, CLOCK, name)

    def pair(self, ledger: Ledger) -> None:
        """An agent is paired, calls, and sends its company's lists."""
        code = connections.pairing_code(ledger, "ann", "the office PC")
        message = Pair(code=code, instance_id="instance-1", agent_version="1")
        paired = agents.pair(ledger.engine, CLOCK, message)
        agent = agents.Agent(paired.agent_id, ledger)
        agents.hello(agent, hello_message())
        agents.take_catalogue(agent, CatalogueIs(hash=digest(EMPTY), catalogue=EMPTY))


@pytest.fixture
def shop_url() -> Iterator[str]:
    """A shop of its own for each test: a shop remembers nonces, and a test's clock draws the same again."""
    with fresh_shop().running() as url:
        yield url


@pytest.fixture
def place(tmp_path: Path, shop_url: str) -> Iterator[Place]:
    file = tmp_path / "cloud.toml"
    file.write_text('data_dir = "data"\n')
    made = Place(CloudSettings(data_dir=tmp_path / "data"), file, shop_url)
    yield made
    for engine in made.engines:
        engine.dispose()


def command(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_every_step_is_printed_with_a_tick_and_the_command_ends_well(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.pair(place.connect("shop-1"))
    assert command("ping", str(place.file)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "shop-1, the shop"
    assert "  ✓ The shop accepts the credentials." in lines
    assert "  ✓ Invoices may be read (Magento_Sales::sales_invoice)." in lines
    assert "shop-1, the books" in lines
    assert f"  ✓ The Sage company is “{COMPANY.name}”, version {COMPANY.version}." in lines
    assert "  ! The company is kept in GBP, and some websites are not: ie (EUR)." in lines
    assert lines[-1] == "Nothing failed."


def test_a_step_that_failed_is_printed_with_why_and_what_to_do_and_ends_the_command_badly(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.connect("shop-1")
    assert command("ping", str(place.file), "shop-1") == 1
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("  ✗ No agent is paired with this connection. [agent-unknown]")
    assert lines[at + 1] == "      why: Nobody has typed a pairing code at a PC with Sage yet."
    assert lines[at + 2] == "      do:  Ask for a pairing code, and run “ml-connector-agent pair” at that PC."
    assert lines[-1] == "1 of 23 steps failed."


def test_one_connection_is_pinged_by_its_name_and_all_without_one(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("first", "second"):
        place.connect(name)
    told: list[list[str]] = []
    for words in (["second"], []):
        command("ping", str(place.file), *words)
        told.append([line for line in capsys.readouterr().out.splitlines() if line.endswith(", the shop")])
    assert told == [["second, the shop"], ["first, the shop", "second, the shop"]]


def test_a_connection_that_does_not_exist_is_refused(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.connect("shop-1")
    assert command("ping", str(place.file), "shop-2") == 1
    assert "There is no connection “shop-2”." in capsys.readouterr().err


def test_without_a_connection_there_is_nothing_to_ping(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("ping", str(place.file)) == 1
    assert "does not exist" in capsys.readouterr().err
    open_database(place.settings.database).dispose()
    Vault.open(place.settings.vault_key, CLOCK)
    assert command("ping", str(place.file)) == 0
    assert capsys.readouterr().out == "There is no connection yet.\n"


def test_a_missing_vault_key_is_told_and_not_made_anew(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new key in its place would open nothing, and hide that the right one is gone."""
    place.connect("shop-1")
    place.settings.vault_key.unlink()
    assert command("ping", str(place.file)) == 1
    assert "cannot be read: No such file or directory." in capsys.readouterr().err
    assert not place.settings.vault_key.exists()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (update(tables.secrets).values(sealed=b"damaged"), "is in no form that this version can read."),
        (delete(tables.secrets), "No credentials are stored for this shop."),
    ],
    ids=["damaged", "gone"],
)
def test_credentials_that_do_not_open_are_told_and_the_books_all_the_same(
    place: Place, capsys: pytest.CaptureFixture[str], change: Executable, what: str
) -> None:
    ledger = place.connect("shop-1")
    place.pair(ledger)
    with ledger.engine.begin() as connection:
        connection.execute(change)
    assert command("ping", str(place.file)) == 1
    printed = capsys.readouterr().out
    assert what in printed
    assert "✓ An agent is paired; it last called on" in printed


def test_a_console_that_has_no_ticks_is_written_to_all_the_same(place: Place) -> None:
    place.connect("shop-1")
    written = io.BytesIO()
    console = Console(file=io.TextIOWrapper(written, encoding="cp1252", write_through=True))
    assert print_ping(place.settings, CLOCK, console, None) == 1
    text = written.getvalue().decode("cp1252")
    assert "  ok   The shop accepts the credentials." in text
    assert "  FAIL No agent is paired with this connection." in text


def test_what_waits_is_counted_since_the_cut_over_in_the_shop_s_own_time(place: Place) -> None:
    """In UTC until the shop's settings were read, and then from an hour earlier: it is summer."""
    ledger = place.connect("shop-1", cut_over=date(2026, 9, 22))
    counted = [waiting(ledger, place.vault)]
    with client(place.shop_url) as shop_client:
        settings = AdobeReads(shop_client, CLOCK).settings()
    with ledger.begin() as tx:
        tx.save_fact(SHOP_SETTINGS, digest(settings), canonical(settings).decode())
    counted.append(waiting(ledger, place.vault))
    made = [str(row.document["created_at"]) for row in fresh_shop().data.table("invoices").rows]
    assert counted == [
        sum(each >= since for each in made) for since in ("2026-09-22 00:00:00", "2026-09-21 23:00:00")
    ]
    assert counted[1] == counted[0] + 1, "an invoice of half past midnight"


def waiting(ledger: Ledger, vault: Vault) -> int:
    (step,) = (step for step in ping(ledger, vault).shop if step.name is StepName.DOCUMENTS)
    return cast(dict[str, int], step.facts["invoices"])["waiting"]


# Over the API


@pytest.fixture
def cloud(tmp_path: Path, shop_url: str) -> Iterator[Cloud]:
    """A cloud with a connection to the pretend shop, and one that has keys which no shop knows."""
    with a_cloud(tmp_path) as made:
        made.clock.at = CLOCK.now()
        keys = {name: str(getattr(KEYS, name)) for name in SECRETS}
        canaries = {name: f"{value}!" for name, value in SECRETS.items()}
        for name, tag, values in ((CONNECTION, "K7", keys), ("canaries", "K8", canaries)):
            shop = SHOP | {"connection_id": name, "tag": tag, "shop_url": shop_url}
            response = made.post("", **shop, **values)
            assert response.status_code == 201, response.text
        yield made


def test_the_api_tells_the_same_steps_and_writes_nothing(cloud: Cloud) -> None:
    before = len(cloud.trail())
    told = cloud.get(f"/{CONNECTION}/ping")
    assert (told["connection_id"], told["failed"]) == (CONNECTION, 1)
    shop = cast(list[dict[str, object]], told["shop"])
    assert [step["name"] for step in shop][:5] == ["address", "connection", "api", "clock", "credentials"]
    assert {step["state"] for step in shop} == {"ok"}
    assert set(shop[0]) == {"name", "state", "what", "why", "fix", "code", "facts"}
    books = cast(list[dict[str, object]], told["books"])
    assert [(step["name"], step["state"]) for step in books] == [
        ("agent", "failed"),
        ("company", "not-tried"),
        ("catalogue", "not-tried"),
        ("currency", "not-tried"),
    ]
    assert len(cloud.trail()) == before


def test_the_api_knows_no_ping_of_a_connection_that_does_not_exist(cloud: Cloud) -> None:
    response = cloud.operator.get("/api/connections/shop-2/ping")
    assert (response.status_code, response.json()["code"]) == (400, "settings-invalid")


# Silence


def test_a_secret_is_in_no_output_no_answer_no_log_and_no_file(
    cloud: Cloud, place: Place, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shop that knows the keys, and one that does not; over the API and by the command."""
    caplog.set_level(logging.DEBUG)
    place.connect("shop-1")
    place.connect("canaries", OAuth1Credentials(**{name: f"{value}!" for name, value in SECRETS.items()}))
    command("ping", str(place.file))
    answers = [cloud.operator.get(f"/api/connections/{name}/ping").text for name in ("canaries", CONNECTION)]
    assert "The token length is invalid" in answers[0]
    everything = "\n".join((*answers, caplog.text, *capsys.readouterr()))
    folders = (cloud.folder, place.settings.data_dir)
    files = b"".join(path.read_bytes() for folder in folders for path in folder.iterdir() if path.is_file())
    for secret in ("canary", KEYS.consumer_secret, KEYS.access_token, KEYS.access_token_secret):
        assert secret not in everything
        assert secret.encode() not in files
