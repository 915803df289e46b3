"""Setting the shop's switches from another process: a file of commands, one JSON object per line.

Lines are appended while the shop runs; those that are new are obeyed before the next request is answered, so
whoever writes a line first and asks afterwards is answered under it. A fault's name is that of its class:

    {"on": "TooManyRequests", "retry_after": "2", "times": 3, "matching": "/V1/orders"}
    {"on": "Arrival", "kind": "invoices", "after": 4, "documents": [{"entity_id": 9001, …}]}
    {"off": "TooManyRequests"}
    {"off": "Fault"}                                    every fault
    {"configure": {"input_limit": 50}}                  settings that are not named stay
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any, cast

from ml_connector.adobe.sandbox import arrivals, fault_access, fault_answers, fault_lists, fault_wire
from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.faults import Fault, Faults
from ml_connector.adobe.sandbox.jsontext import Document, Json, read

KINDS: Mapping[str, type[Fault]] = {
    name: kind
    for module in (fault_answers, fault_wire, fault_access, fault_lists, arrivals)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, Fault) and kind.__module__ == module.__name__
}
# What a command may give for a field of this annotation.
_TAKEN: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "int | None": (int, type(None)),
    "float": (int, Decimal),
    "tuple[Document, ...]": (list,),
}


class ControlError(Exception):
    """A command that cannot be obeyed; the message has its line number and what is wrong with it."""


class Control:
    """A file of commands, and how far it was read. The file may come into being later."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._lines = 0
        self._lock = Lock()

    def obey(self, faults: Faults, configure: Callable[[Mapping[str, object]], None]) -> None:
        """Obey the lines that are new; one that is not ended yet waits. Raises ControlError, and then goes on
        behind the bad line the next time."""
        with self._lock:
            if not self._file.exists():
                return
            with self._file.open("rb") as file:
                file.seek(self._read)
                for line in file:
                    if not line.endswith(b"\n"):
                        return
                    self._read += len(line)
                    self._lines += 1
                    try:
                        _obey(line, faults, configure)
                    except (ValueError, TypeError) as error:
                        raise ControlError(f"{self._file.name}, line {self._lines}: {error}") from None


def configured(configuration: Configuration, settings: Mapping[str, object]) -> Configuration:
    """The configuration with these settings changed; raises ValueError for one that does not exist."""
    return replace(configuration, **_fitting(Configuration, settings))


def _obey(line: bytes, faults: Faults, configure: Callable[[Mapping[str, object]], None]) -> None:
    command = _object(read(line))
    if "on" in command:
        kind = _kind(command.pop("on"))
        faults.switch_on(kind(**_fitting(kind, command)))
    elif set(command) == {"off"}:
        faults.switch_off(_kind(command["off"]))
    elif set(command) == {"configure"}:
        configure(_object(command["configure"]))
    else:
        raise ValueError("a command is on, off or configure")


def _object(value: Json) -> Document:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _kind(name: Json) -> type[Fault]:
    if name == Fault.__name__:
        return Fault
    if name not in KINDS:
        raise ValueError(f"{name} is none of {', '.join(KINDS)}")
    return KINDS[str(name)]


def _fitting(kind: type[Fault] | type[Configuration], given: Mapping[str, object]) -> dict[str, Any]:
    """The values as the fields of a dataclass take them. Any: each is checked here against its field."""
    annotations = {field.name: str(field.type) for field in fields(kind)}
    fitting: dict[str, Any] = {}
    for name, value in given.items():
        taken = _TAKEN.get(annotations.get(name, ""), ())
        if not isinstance(value, taken) or (isinstance(value, bool) and bool not in taken):
            raise ValueError(f"{kind.__name__} takes no {name} like {value!r}")
        if isinstance(value, Decimal):
            fitting[name] = float(value)
        else:
            fitting[name] = tuple(cast("list[object]", value)) if isinstance(value, list) else value
    return fitting
