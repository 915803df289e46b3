"""Who a record is: its key, its reference in Sage, its fingerprint.

The key is connection + kind + `entity_id`: increment ids are unique per document type only
(reference: adobe_commerce.md §4.8). The reference is what stands in Sage, `‹tag›-‹I|C›‹entity_id›`; effects
of the same document append `.R1`, `.P1` … It is at most 20 characters and never cut (design: the reference).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

REFERENCE_LENGTH_MAX = 20
TAG_PATTERN = re.compile(r"[A-Z][A-Z0-9]{1,3}")

Plain = str | int | None | Sequence["Plain"] | Mapping[str, "Plain"]


class Kind(StrEnum):
    """The kinds of record that have a passage of their own."""

    INVOICE = "invoice"
    CREDIT_MEMO = "creditmemo"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One record of one connection.

    For a customer, `entity` is `‹normalised e-mail›|‹currency›`, or `company ‹the shop's id›|‹currency›`;
    behind it may stand a website, and the document that tells a change of theirs.
    """

    connection_id: str
    kind: Kind
    entity: str

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.kind}/{self.entity}"

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read back what `str(key)` gives."""
        connection_id, kind, entity = text.split("/", 2)
        return cls(connection_id, Kind(kind), entity)


def reference(tag: str, kind: Kind, entity_id: int) -> str:
    """The words that stand in Sage for a document, as `K7-I123456`.

    Raises ValueError for a customer, an id below 1, a tag that is not 2–4 capitals or digits, and a reference
    that would leave no room for an effect's suffix.
    """
    if kind is Kind.CUSTOMER or entity_id < 1:
        raise ValueError(f"there is no reference for {kind} {entity_id}")
    if not TAG_PATTERN.fullmatch(tag):
        raise ValueError(f"tag {tag!r} must be 2 to 4 capitals or digits and begin with a letter")
    letter = {Kind.INVOICE: "I", Kind.CREDIT_MEMO: "C"}[kind]
    text = f"{tag}-{letter}{entity_id}"
    if len(text) > REFERENCE_LENGTH_MAX - 4:
        raise ValueError(f"reference {text!r} leaves no room for an effect's suffix")
    return text


def fingerprint(facts: Mapping[str, Plain]) -> str:
    """`f1:` and a hash over a closed list of a document's own facts; the reader says which (see `sales`)."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "f1:" + hashlib.sha256(canonical.encode()).hexdigest()
