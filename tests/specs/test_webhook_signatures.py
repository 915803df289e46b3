"""Verification: the forms that a signature comes in, each way to be wrong, and nothing raised for any."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.adobe.contracts import PRESETS, Contract, verifier
from ml_connector.adobe.signatures import SIGNATURES_MAX, Form
from ml_connector.adobe.webhooks import (
    BODY_BYTES_MAX,
    HEADER_BYTES_MAX,
    Accepted,
    Headers,
    Hmac,
    Refused,
    Verdict,
)
from tests.recorded.deliveries import BODY, JSON, SECRET, SIGNED_AT, cases, raw, recorded_headers

HEX = hmac.digest(SECRET, BODY, "sha256").hex()
BASE64 = base64.b64encode(bytes.fromhex(HEX)).decode()
TIMESTAMPED = Contract(header="x-webhook-signature", form=Form.TIMESTAMPED)
STANDARD = PRESETS["standard-webhooks"]


def verify(
    contract: Contract,
    headers: Headers,
    body: bytes = BODY,
    *,
    secrets: tuple[bytes, ...] = (SECRET,),
    now: datetime = SIGNED_AT,
) -> Verdict:
    made = verifier(contract, tuple(secret.decode() for secret in secrets))
    assert isinstance(made, Hmac)
    return made.verify(headers, body, now)


def async_events(*values: str | bytes, body: bytes = BODY, secrets: tuple[bytes, ...] = (SECRET,)) -> Verdict:
    """What Async Events' contract says to these values of its header."""
    pairs = [(b"x-magento-signature", v if isinstance(v, bytes) else v.encode()) for v in values]
    return verify(PRESETS["async-events"], [JSON, *pairs], body, secrets=secrets)


def recorded(profile: str) -> Headers:
    """The headers of a recorded delivery."""
    case = next(each for each in cases() if each["profile"] == profile)
    return raw(cast(Mapping[str, str], case["headers"]))


def signed(message: bytes, secret: bytes = SECRET) -> str:
    return hmac.digest(secret, message, "sha256").hex()


# What is written in the header


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Form.HEX, HEX),
        (Form.HEX, HEX.upper()),
        (Form.BASE64, BASE64),
        (Form.BASE64, BASE64.rstrip("=")),
        (Form.BASE64, BASE64.replace("+", "-").replace("/", "_")),
        (Form.PREFIXED, f"sha256={HEX}"),
        (Form.PREFIXED, f"sha256={BASE64}"),
        (Form.HEX, f"  {HEX} "),
    ],
)
def test_an_hmac_is_read_in_the_form_that_the_merchant_chose(form: Form, written: str) -> None:
    verdict = verify(Contract(header="x-signature", form=form), raw({"X-Signature": written}))
    assert isinstance(verdict, Accepted)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Form.HEX, BASE64),
        (Form.HEX, f"sha256={HEX}"),
        (Form.HEX, HEX[:-1]),
        (Form.HEX, f"{HEX[:32]} {HEX[32:]}"),
        (Form.HEX, "٣" * 64),
        (Form.BASE64, HEX),
        (Form.BASE64, BASE64 + "="),
        (Form.PREFIXED, HEX),
        (Form.PREFIXED, f"sha1={HEX}"),
        (Form.TIMESTAMPED, f"v1={HEX}"),
        (Form.TIMESTAMPED, f"t=,v1={HEX}"),
        (Form.TIMESTAMPED, f"t=1,t=2,v1={HEX}"),
        (Form.TIMESTAMPED, f"t=-1,v1={HEX}"),
        (Form.TIMESTAMPED, "t=1795440000"),
        (Form.TIMESTAMPED, "t=1795440000" + f",v1={HEX}" * (SIGNATURES_MAX + 1)),
    ],
)
def test_what_is_not_written_in_that_form_is_no_signature(form: Form, written: str) -> None:
    verdict = verify(Contract(header="x-signature", form=form), raw({"X-Signature": written}))
    assert verdict in (Refused.SIGNATURE_MALFORMED, Refused.HEADER_NOT_ASCII)


# Each way in which it is wrong


def test_another_secret_another_body_or_a_changed_digit_is_a_wrong_signature() -> None:
    changed = HEX[:-1] + ("0" if HEX[-1] != "0" else "1")
    assert async_events(signed(BODY, b"another-secret")) is Refused.SIGNATURE_WRONG
    assert async_events(HEX, body=BODY + b" ") is Refused.SIGNATURE_WRONG
    assert async_events(changed) is Refused.SIGNATURE_WRONG


def test_the_raw_bytes_are_signed_and_not_the_json_in_them() -> None:
    """Written again, the same JSON has other bytes: PHP escapes “/” and every letter that is not ASCII."""
    again = json.dumps(json.loads(BODY), ensure_ascii=False).encode()
    assert json.loads(again) == json.loads(BODY)
    assert async_events(HEX, body=again) is Refused.SIGNATURE_WRONG


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ((), Refused.UNSIGNED),
        (("",), Refused.UNSIGNED),
        (("   ",), Refused.UNSIGNED),
        ((HEX, HEX), Refused.HEADER_REPEATED),
        (("", HEX), Refused.HEADER_REPEATED),
        (("a" * (HEADER_BYTES_MAX + 1),), Refused.HEADER_TOO_LONG),
        (("é" * 64,), Refused.HEADER_NOT_ASCII),
        ((b"\xff\xfe" * 32,), Refused.HEADER_NOT_ASCII),
        (("nonsense",), Refused.SIGNATURE_MALFORMED),
        (("\x00" * 64,), Refused.SIGNATURE_MALFORMED),
    ],
)
def test_a_header_that_is_missing_repeated_too_long_or_odd_is_refused_without_an_error(
    values: tuple[str | bytes, ...], refused: Refused
) -> None:
    assert async_events(*values) is refused


def test_a_body_that_is_too_large_is_refused_before_it_is_hashed() -> None:
    large = b" " * BODY_BYTES_MAX + b"{}"
    assert async_events(signed(large), body=large) is Refused.OVERSIZED


@pytest.mark.parametrize(
    "content_type", [b"text/html", b"application/x-www-form-urlencoded", b"application/jsonp", b"", b"\xff"]
)
def test_a_body_that_says_it_is_no_json_is_refused(content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"x-magento-signature", HEX.encode())]
    assert verify(PRESETS["async-events"], headers) is Refused.CONTENT_TYPE
    twice = [JSON, JSON, (b"x-magento-signature", HEX.encode())]
    assert verify(PRESETS["async-events"], twice) is Refused.CONTENT_TYPE


@pytest.mark.parametrize(
    "content_type", [b"application/json; charset=utf-8", b"Application/JSON", b"application/cloudevents+json"]
)
def test_a_body_that_says_it_is_json_or_nothing_is_read(content_type: bytes) -> None:
    signature = (b"x-magento-signature", HEX.encode())
    assert isinstance(verify(PRESETS["async-events"], [(b"content-type", content_type), signature]), Accepted)
    assert isinstance(verify(PRESETS["async-events"], [signature]), Accepted)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b"1" * 5000, b"nonsense"])
def test_a_signed_body_that_is_no_json_is_malformed(body: bytes) -> None:
    assert async_events(signed(body), body=body) is Refused.BODY_MALFORMED


@given(st.binary(max_size=200), st.lists(st.binary(max_size=100), max_size=3), st.sampled_from(Form))
def test_whatever_is_sent_nothing_is_raised_and_nothing_taken(
    body: bytes, values: list[bytes], form: Form
) -> None:
    plain = Contract(header="x-signature", form=form)
    contract = plain if form is not Form.STANDARD else STANDARD
    name = contract.header.encode()
    for headers in ([(name, value) for value in values], [(b"webhook-id", b"\xff"), (name, b"v1,")]):
        assert isinstance(verify(contract, headers, body), Refused)


# Several secrets


def test_while_a_secret_is_changed_both_are_good_and_a_third_is_not() -> None:
    old, new = b"the-old-secret", b"the-new-secret"
    for secret in (old, new):
        assert isinstance(async_events(signed(BODY, secret), secrets=(new, old)), Accepted)
    assert async_events(HEX, secrets=(new, old)) is Refused.SIGNATURE_WRONG
    assert async_events(signed(BODY, old), secrets=(new,)) is Refused.SIGNATURE_WRONG


def test_a_sender_that_is_changing_its_secret_may_sign_with_both() -> None:
    message = b"1795440000." + BODY
    written = f"t=1795440000,v1={signed(message, b'another')},v1={signed(message)}"
    assert isinstance(verify(TIMESTAMPED, raw({"x-webhook-signature": written})), Accepted)


# Signed times

APART = Contract(header="x-signature", form=Form.HEX, timestamp_header="x-timestamp")


@pytest.mark.parametrize("off_s", [-300, 0, 300])
def test_a_signed_time_within_the_tolerance_is_good(off_s: int) -> None:
    now = SIGNED_AT + timedelta(seconds=off_s)
    assert isinstance(verify(TIMESTAMPED, raw(recorded_headers("timestamped t=,v1=")), now=now), Accepted)


@pytest.mark.parametrize("off_s", [-301, 301, 86_400])
def test_a_signed_time_outside_of_the_tolerance_is_late_or_early(off_s: int) -> None:
    now = SIGNED_AT + timedelta(seconds=off_s)
    for profile, contract in (("timestamped t=,v1=", TIMESTAMPED), ("standard-webhooks", STANDARD)):
        assert verify(contract, raw(recorded_headers(profile)), now=now) is Refused.LATE


def test_a_time_in_a_header_of_its_own_is_signed_with_the_body() -> None:
    good = {"x-signature": signed(b"1795440000." + BODY), "x-timestamp": "1795440000"}
    assert isinstance(verify(APART, raw(good)), Accepted)
    assert verify(APART, raw(good | {"x-timestamp": "1795440001"})) is Refused.SIGNATURE_WRONG
    assert verify(APART, raw(good | {"x-signature": HEX})) is Refused.SIGNATURE_WRONG
    assert verify(APART, raw({"x-signature": HEX})) is Refused.UNSIGNED


def test_a_signed_time_that_is_none_is_refused() -> None:
    for time in ("yesterday", "1e9", "-5", "1" * 13):
        headers = raw({"x-signature": signed(f"{time}.".encode() + BODY), "x-timestamp": time})
        assert verify(APART, headers) is Refused.LATE


# Names of deliveries


def test_a_signed_id_names_the_delivery() -> None:
    headers = recorded_headers("standard-webhooks")
    verdict = verify(STANDARD, raw(headers))
    assert isinstance(verdict, Accepted)
    assert verdict.delivery_id == "msg_1"
    changed = raw({**headers, "webhook-id": "msg_2"})
    assert verify(STANDARD, changed) is Refused.SIGNATURE_WRONG


def test_an_unsigned_id_names_the_delivery_only_together_with_its_body() -> None:
    """Else whoever caught one delivery could use up the id of the next."""
    contract = Contract(header="x-signature", form=Form.HEX, id_header="x-delivery-id")
    other = b'{"event": "sales.order.updated", "entity_id": 47}'
    first = verify(contract, raw({"x-signature": HEX, "x-delivery-id": "7"}))
    second = verify(contract, raw({"x-signature": signed(other), "x-delivery-id": "7"}), other)
    without = verify(contract, raw({"x-signature": HEX}))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert isinstance(without, Accepted)
    assert len({first.delivery_id, second.delivery_id, without.delivery_id}) == 3
    assert without.delivery_id == ""


def test_a_contract_shows_no_secret() -> None:
    made = verifier(PRESETS["async-events"], ("a-canary-secret",))
    assert "canary" not in repr(made)
