"""The cloud's settings: read once, and everything that is wrong with them is said at once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from ml_connector.errors import Code, NeedsPerson
from ml_connector.settings import DATABASE, CloudSettings, load

ADDRESS = "postgresql://books:canary@db.example.co.uk/books"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def written(folder: Path, text: str) -> Path:
    path = folder / "cloud.toml"
    path.write_text(text, "utf-8")
    return path


def refused(path: Path) -> str:
    """Why the file is not used; every refusal names the file and the page."""
    with pytest.raises(NeedsPerson) as raised:
        load(path)
    finding = raised.value.finding
    assert finding.code is Code.SETTINGS_INVALID
    assert str(path) in finding.what
    assert "docs/reference/settings.md" in finding.fix
    return finding.why


def test_only_the_data_folder_has_to_be_given(tmp_path: Path) -> None:
    read = load(written(tmp_path, 'data_dir = "data"'))
    assert read == CloudSettings(data_dir=tmp_path / "data")
    assert (read.host, read.port, read.names) == ("127.0.0.1", 8443, ("localhost", "127.0.0.1"))


def test_every_setting_is_read(tmp_path: Path) -> None:
    text = """
        data_dir = "data"
        host = "0.0.0.0"
        port = 443
        names = ["books.example.co.uk", "192.0.2.7"]
        sweep_every_s = 60
    """
    assert load(written(tmp_path, text)) == CloudSettings(
        data_dir=tmp_path / "data",
        host="0.0.0.0",
        port=443,
        names=("books.example.co.uk", "192.0.2.7"),
        sweep_every_s=60,
    )


def test_the_data_folder_is_beside_the_file_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert load(written(tmp_path, 'data_dir = "../data"')).data_dir == tmp_path / "../data"
    assert load(written(tmp_path, 'data_dir = "/var/lib/connector"')).data_dir == Path("/var/lib/connector")


def test_what_holds_secrets_stands_in_the_data_folder() -> None:
    settings = CloudSettings(data_dir=Path("/data"))
    assert settings.database == Path("/data/ml-connector.sqlite3")
    assert {settings.vault_key.parent, settings.operator_key.parent} == {Path("/data")}


def test_the_database_is_a_file_beside_the_settings_or_an_address(tmp_path: Path) -> None:
    given = 'data_dir = "data"\ndatabase = "{}"'
    assert load(written(tmp_path, given.format("books.sqlite3"))).database == tmp_path / "books.sqlite3"
    assert load(written(tmp_path, given.format(ADDRESS))).database == ADDRESS


def test_the_database_of_the_environment_counts_before_that_of_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'data_dir = "data"\ndatabase = "books.sqlite3"')
    assert load(file, {DATABASE: ADDRESS}).database == ADDRESS


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    assert "canary" not in repr(load(written(tmp_path, 'data_dir = "data"'), {DATABASE: ADDRESS}))
    why = refused(written(tmp_path, 'data_dir = "data"\ndatabase = "mysql://books:canary@db/books"'))
    assert why == "`database` is not a path, or an address that begins with postgresql://."


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    why = refused(written(tmp_path, 'prot = 8443\nport = "8443"\nnames = "localhost"\nsweep_every_s = 0'))
    assert "`prot` is no setting" in why
    assert "`port` is not a whole number" in why
    assert "`names` is not a list of texts" in why
    assert "`sweep_every_s` is not between 1 and 86400" in why
    assert "`data_dir` is missing" in why


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("port = -1", "`port` is not between 0 and 65535"),
        ("port = 65536", "`port` is not between 0 and 65535"),
        ("port = true", "`port` is not a whole number"),
        ("port = 84.43", "`port` is not a whole number"),
        ('host = ""', "`host` is not text in quotes"),
        ("host = 1", "`host` is not text in quotes"),
        ("names = []", "`names` is not a list of texts"),
        ('names = ["a", 1]', "`names` is not a list of texts"),
    ],
)
def test_a_value_that_cannot_be_is_named(tmp_path: Path, line: str, fault: str) -> None:
    assert refused(written(tmp_path, f'data_dir = "data"\n{line}')) == f"{fault}."


def test_a_data_folder_that_is_no_path_is_named_once(tmp_path: Path) -> None:
    assert refused(written(tmp_path, "data_dir = 1")) == "`data_dir` is not a path in quotes."


def test_a_file_that_is_not_there_is_said_to_be_unreadable(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_toml_is_said_to_be_none(tmp_path: Path) -> None:
    assert "it is no TOML" in refused(written(tmp_path, "data_dir = "))


def test_a_file_in_another_encoding_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "cloud.toml"
    path.write_bytes('data_dir = "büro"'.encode("latin-1"))
    assert "UTF-8" in refused(path)


def test_every_setting_is_described_on_the_page() -> None:
    page = PAGE.read_text("utf-8").split("## The agent")[0]
    described = {
        line.removeprefix("### ").strip("`") for line in page.splitlines() if line.startswith("### ")
    }
    assert described == {field.name for field in fields(CloudSettings)}


@pytest.mark.parametrize("address", ["https://books.example.co.uk", "https://books.example.co.uk:8443/"])
def test_where_shops_reach_the_service_is_an_address_over_https(tmp_path: Path, address: str) -> None:
    read = load(written(tmp_path, f'data_dir = "data"\npublic_address = "{address}"'))
    assert read.public_address == address


@pytest.mark.parametrize(
    "address",
    [
        *("books.example.co.uk", "http://books.example.co.uk", "https://", "https://books.example.co.uk/x"),
        *("https://user@books.example.co.uk", "https://books.example.co.uk?x", "ftp://books.example.co.uk"),
    ],
)
def test_any_other_public_address_is_refused(tmp_path: Path, address: str) -> None:
    why = refused(written(tmp_path, f'data_dir = "data"\npublic_address = "{address}"'))
    assert "`public_address` is not of the form https://host" in why
