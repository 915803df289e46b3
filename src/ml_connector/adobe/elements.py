"""The entities of a list's answer: of each the members that say which one it is, and its text as it stands.

A page is 50 orders of ten kilobytes and more, and three members of each are wanted here. So only those are
decoded: msgspec reads past the rest, and refuses what is no JSON all the same. Whatever it does not take is
read once more by `slices.py`, which is slower and decides: it says what is wrong and where, and it knows the
texts that are good JSON and yet nothing to msgspec, as half of a surrogate pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import msgspec

from ml_connector.adobe.slices import sliced


class Entity(msgspec.Struct, frozen=True, gc=False):
    """What is wanted of an entity, with what stands for a missing member; the types are the caller's care."""

    entity_id: object = None
    id: object = None
    transaction_id: object = None
    order_id: object = 0
    updated_at: object = ""


class _Answer(msgspec.Struct, gc=False):
    total_count: object = None
    items: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Elements:
    """A list's answer. `of` is None where it holds no list; `is_null` tells that it holds a null instead."""

    of: list[tuple[Entity, str]] | None
    total_count: object
    is_null: bool = False


_ANSWER = msgspec.json.Decoder(_Answer)
_ENTITY = msgspec.json.Decoder(Entity)


def elements(text: str) -> Elements:
    """The elements of `items` in a list's answer. Raises ValueError for what is no JSON object, or more than
    one; RecursionError for one that is nested without end."""
    try:
        answer = _ANSWER.decode(text)
        if not isinstance(answer.items, msgspec.UnsetType):
            bodies = [bytes(raw) for raw in answer.items]
            return Elements([(_ENTITY.decode(body), body.decode()) for body in bodies], answer.total_count)
    except (ValueError, RecursionError):
        pass
    return _read_whole(text)


def _read_whole(text: str) -> Elements:
    found, others = sliced(text, "items")
    return Elements(
        None if found is None else [(_entity(value), body) for value, body in found],
        others.get("total_count"),
        is_null=others.get("items", ...) is None,
    )


def _entity(value: object) -> Entity:
    members = cast(dict[str, object], value) if isinstance(value, dict) else {}
    return Entity(**{name: members[name] for name in Entity.__struct_fields__ if name in members})
