"""What is sealed into the audit trail, to the byte; that it shows every change is in test_trail_verify.py.

The bytes that are hashed are in docs/reference/trail.md; the vectors are read from there.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.clock import SystemClock
from ml_connector.documents.identity import Key, Kind
from ml_connector.records.chain import (
    Head,
    Sealed,
    entry_bytes,
    genesis,
    head_of,
    payload_hash,
    seal,
    subject,
)
from ml_connector.records.verify import verify
from tests.specs.trails import SHOP, trail

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "trail.md"
VECTOR = re.compile(
    r"\*\*(?P<title>[^*]+)\*\*\n\n```text\n(?P<bytes>.*?)\n```\n\n= `(?P<hash>[0-9a-f]{64})`", re.S
)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SALT = "s" * 32


def vectors() -> dict[str, tuple[str, str]]:
    """Title → the bytes as text, and the hash that the page gives for them."""
    return {
        found["title"]: (found["bytes"], found["hash"]) for found in VECTOR.finditer(PAGE.read_text("utf-8"))
    }


# The page


@pytest.mark.parametrize("title", vectors())
def test_each_vector_on_the_page_hashes_to_what_the_page_says(title: str) -> None:
    text, expected = vectors()[title]
    assert hashlib.sha256(text.encode()).hexdigest() == expected


def test_the_code_makes_the_entries_on_the_page() -> None:
    """The three entries, built from their meaning, give each hash on the page and no other."""
    shopper = Key(SHOP, Kind.CUSTOMER, "zoe@example.com|GBP")
    first = seal(
        genesis(SHOP),
        connection_id=SHOP,
        seq=1,
        at=NOON,
        actor="demo",
        action="accept-chart",
        key=None,
        payload={"why": "accepted for the demo", "chart_version": 1},
        salt="salt-of-entry-1-0000000000000000",
    )
    second = seal(
        first.hash,
        connection_id=SHOP,
        seq=2,
        at=NOON + timedelta(seconds=1.25),
        actor="worker",
        action="plan",
        key=Key(SHOP, Kind.INVOICE, "123456"),
        from_state="noticed",
        to_state="planned",
        payload={"total": Decimal("33.9820"), "to": "Zoë O’Hara", "currency": "GBP"},
        salt="salt-of-entry-2-0000000000000000",
    )
    third = seal(
        second.hash,
        connection_id=SHOP,
        seq=3,
        at=NOON + timedelta(seconds=2),
        actor="worker",
        action="notice",
        key=shopper,
        to_state="noticed",
        payload={"email": "zoe@example.com"},
        salt="salt-of-entry-3-0000000000000000",
    )
    made = {
        "genesis of shop-1": genesis(SHOP),
        "payload of entry 1": first.entry.payload_hash,
        "entry 1": first.hash,
        "payload of entry 2": second.entry.payload_hash,
        "entry 2": second.hash,
        "subject of entry 3": third.entry.key.rsplit("/", 1)[1],
        "payload of entry 3": third.entry.payload_hash,
        "entry 3": third.hash,
    }
    assert made == {title: expected for title, (_, expected) in vectors().items()}
    assert f"`{head_of(SHOP, third)}`" in PAGE.read_text("utf-8")
    assert verify([first, second, third], head_of(SHOP, third)) == ()


# Sealing


def test_an_instant_is_hashed_with_six_decimals_also_when_they_are_zero() -> None:
    entry = trail(1)[0].entry
    assert b'"at":"2026-11-23T12:00:00.000000Z"' in entry_bytes(replace(entry, at=NOON))
    assert b'"at":"2026-11-23T12:00:00.000001Z"' in entry_bytes(replace(entry, at=NOON + MICROSECOND))


def test_two_connections_never_share_a_beginning() -> None:
    assert genesis("shop-1") != genesis("shop-2")


def test_the_same_payload_twice_has_two_hashes_because_the_salts_differ() -> None:
    clock = SystemClock()
    assert payload_hash('"Ann"', clock.secret()) != payload_hash('"Ann"', clock.secret())


def test_bytes_that_were_hashed_for_one_purpose_stand_for_no_other() -> None:
    customer = Key(SHOP, Kind.CUSTOMER, "ann@example.com|GBP")
    assert subject(customer, SALT).rsplit("/", 1)[1] != payload_hash(str(customer), SALT)


def test_a_customers_address_stands_nowhere_in_the_head_of_an_entry() -> None:
    customer = Key(SHOP, Kind.CUSTOMER, "ann@example.com|GBP")
    named = subject(customer, SALT)
    assert named.startswith("shop-1/customer/")
    assert "ann" not in named
    assert "GBP" not in named
    assert named == subject(customer, SALT)
    assert named != subject(customer, SALT + "t")


def test_a_documents_key_stands_in_the_head_as_it_is() -> None:
    assert subject(Key(SHOP, Kind.CREDIT_MEMO, "38"), SALT) == "shop-1/creditmemo/38"
    assert subject(None, SALT) == ""


def plain(previous: str, seq: int, salt: str, payload: object) -> Sealed:
    return seal(
        previous,
        connection_id=SHOP,
        seq=seq,
        at=NOON,
        actor="a",
        action="b",
        key=None,
        payload=payload,
        salt=salt,
    )


@pytest.mark.parametrize("salt", ["", "short", "s" * 31, "s" * 31 + "\n", "s" * 31 + "é"])
def test_a_salt_that_could_be_guessed_or_split_is_refused(salt: str) -> None:
    with pytest.raises(ValueError, match="salt"):
        plain(genesis(SHOP), 1, salt, {})


@pytest.mark.parametrize(("previous", "seq"), [("", 1), ("A" * 64, 1), ("a" * 63, 1), ("a" * 64, 0)])
def test_an_entry_follows_a_hash_and_counts_from_one(previous: str, seq: int) -> None:
    with pytest.raises(ValueError, match="follows a hash"):
        plain(previous, seq, SALT, {})


def test_a_float_has_no_place_in_the_trail() -> None:
    with pytest.raises(TypeError):
        plain(genesis(SHOP), 1, SALT, {"total": 12.5})


def test_an_instant_of_another_time_zone_is_refused() -> None:
    entry = trail(1)[0].entry
    for at in (NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=1)))):
        with pytest.raises(ValueError, match="UTC"):
            replace(entry, at=at)


# Heads


def test_a_head_reads_back_from_its_text() -> None:
    for head in (head_of(SHOP, None), head_of(SHOP, trail(3)[-1])):
        assert Head.parse(str(head)) == head


@pytest.mark.parametrize(
    "text",
    [
        "",
        "t1:3",
        "t2:3:" + "a" * 64,
        "t1:03:" + "a" * 64,
        "t1:3:" + "A" * 64,
        "t1:-1:" + "a" * 64,
        "t1:3:" + "a" * 65,
    ],
)
def test_a_text_that_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no head"):
        Head.parse(text)
