"""What the callback of an activation may be: the form that a shop sends, and nothing else that comes in."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.adobe.activation import ActivationCallback, accept_callback
from ml_connector.errors import Code, NeedsPerson

GIVEN = {
    "oauth_consumer_key": "k" * 32,
    "oauth_consumer_secret": "canarysecret0123456789abcdefghij",
    "store_base_url": "https://shop.example.com/",
    "oauth_verifier": "canaryverifier0123456789abcdefgh",
}


def refused(form: bytes) -> str:
    with pytest.raises(NeedsPerson) as caught:
        accept_callback(form)
    assert caught.value.finding.code is Code.SETTINGS_INVALID
    return str(caught.value)


def test_what_a_shop_sends_is_read_whatever_stands_beside_it() -> None:
    read = accept_callback(urlencode({**GIVEN, "something_new": "a b"}).encode())
    assert (read.consumer_key, read.store_base_url) == ("k" * 32, "https://shop.example.com/")
    assert (read.consumer_secret, read.verifier) == (GIVEN["oauth_consumer_secret"], GIVEN["oauth_verifier"])


def without(name: str) -> bytes:
    return urlencode({key: value for key, value in GIVEN.items() if key != name}).encode()


def with_(**changed: str) -> bytes:
    return urlencode(GIVEN | changed).encode()


@pytest.mark.parametrize(
    "form",
    [
        b"",
        b"&&&",
        b"\xff\xfe",
        b'{"oauth_consumer_key":"k"}',
        *(without(name) for name in GIVEN),
        *(with_() + b"&" + name.encode() + b"=again" for name in GIVEN),
        *(with_(**{name: ""}) for name in GIVEN),
        *(with_(**{name: "x" * 600}) for name in GIVEN),
        with_(oauth_verifier="canary" + "é" * 26),
        with_(oauth_consumer_key="k" * 31 + "\n"),
        with_(store_base_url="javascript:alert(1)"),
        with_(store_base_url="https://user:canary@shop.example.com/"),
        with_(store_base_url="https://shop.example.com/?x=1"),
        with_(store_base_url="https://shop.example.com/\r\nHost: x"),
        with_() + b"&x=" + b"y" * 5000,
        with_() + b"&" + b"&".join(b"x%d=y" % number for number in range(20)),
        b"%zz&" + with_(),
    ],
)
def test_anything_else_is_refused_and_nothing_of_it_repeated(form: bytes) -> None:
    said = refused(form)
    assert "canary" not in said


FORMS = st.dictionaries(st.sampled_from([*GIVEN]), st.text()).map(lambda fields: urlencode(fields).encode())


@given(st.binary(max_size=300) | FORMS)
def test_no_bytes_whatever_come_to_anything_else(form: bytes) -> None:
    assert isinstance(outcome(form), ActivationCallback) or outcome(form) is Code.SETTINGS_INVALID


def outcome(form: bytes) -> object:
    try:
        return accept_callback(form)
    except NeedsPerson as error:
        return error.finding.code
