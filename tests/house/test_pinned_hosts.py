"""Adobe's hosts are constants: no setting, request, stored value or other module can change them."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from ml_connector.adobe import io_events, io_keys
from ml_connector.adobe.contracts import Contract
from ml_connector.clock import ManualClock
from ml_connector.cloud.operator_hooks import HookIn
from ml_connector.settings import CloudSettings

SOURCE = Path(io_keys.__file__).parents[1]


def key_rings() -> Iterator[tuple[str, ast.Call]]:
    """Every place of the program where a key ring is made."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("KeyRing"):
                yield path.name, node


def test_the_program_makes_one_key_ring_and_gives_it_no_host() -> None:
    made = list(key_rings())
    assert [name for name, _ in made] == ["serve.py"]
    assert [ast.unparse(call) for _, call in made] == ["KeyRing(clock)"]


def test_a_key_ring_without_a_host_asks_adobe() -> None:
    keys = io_keys.KeyRing(ManualClock())
    assert keys.origin == "https://static.adobeioevents.com"
    assert keys.validation_origin == io_events.VALIDATION_ORIGIN == "https://csm.adobe.io"


def test_no_setting_contract_or_request_has_a_field_for_a_host() -> None:
    names = {field.name for kind in (CloudSettings, Contract) for field in dataclasses.fields(kind)}
    names |= set(HookIn.model_fields)
    assert not {name for name in names if "origin" in name or "url" in name or "keys" in name}
    assert HookIn.model_config.get("extra") == "forbid"
