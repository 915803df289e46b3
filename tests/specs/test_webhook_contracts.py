"""The merchant's contract: presets by sender, what is refused and why, and what can be no contract at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ml_connector.adobe.contracts import (
    PRESETS,
    REFUSED,
    SECRETS_MAX,
    Contract,
    Scheme,
    checked,
    preset,
    verifier,
)
from ml_connector.adobe.io_events import IoEvents
from ml_connector.adobe.signatures import Form
from ml_connector.adobe.webhooks import CommerceWebhooks, Hmac
from ml_connector.codec import canonical, from_json, loads
from ml_connector.errors import Code, Finding, NeedsPerson
from tests.recorded.deliveries import vector

CLIENT_ID = "ca7b36f23be94dcb9d2ebb97f0276e3f"
PEM = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"


def refused(contract: Contract, *secrets: str) -> Finding:
    with pytest.raises(NeedsPerson) as caught:
        verifier(checked(contract), secrets or ("a-good-secret",))
    finding = caught.value.finding
    assert finding.code is Code.SETTINGS_INVALID
    assert finding.why.endswith(".")
    return finding


# Presets


def test_each_preset_is_a_contract_that_stands() -> None:
    secrets = {
        Scheme.HMAC: "a-good-secret",
        Scheme.COMMERCE_WEBHOOKS: vector("public_key_1"),
        Scheme.IO_EVENTS: CLIENT_ID,
    }
    made = [verifier(checked(each), (secrets[each.scheme],)) for each in PRESETS.values()]
    assert {type(each) for each in made} == {Hmac, CommerceWebhooks, IoEvents}


def test_async_events_signs_in_lower_case_hex_in_a_header_of_its_own() -> None:
    assert preset("async-events") == Contract(header="x-magento-signature", form=Form.HEX)


@pytest.mark.parametrize("name", REFUSED)
def test_a_sender_that_cannot_be_believed_gets_no_endpoint_and_is_told_why(name: str) -> None:
    with pytest.raises(NeedsPerson) as caught:
        preset(name)
    assert caught.value.finding.why == REFUSED[name]
    assert "swept" in caught.value.finding.fix


def test_md5_is_no_signature() -> None:
    assert "MD5" in REFUSED["snappic"]
    assert "md5" not in {form.value for form in Form}


def test_an_unknown_sender_is_told_which_are_known() -> None:
    with pytest.raises(NeedsPerson) as caught:
        preset("magic")
    assert all(name in caught.value.finding.why for name in PRESETS)


# Contracts of one's own


def test_header_names_are_kept_in_lower_case() -> None:
    contract = checked(Contract(header=" X-Shop-Signature ", timestamp_header="X-Shop-Time"))
    assert (contract.header, contract.timestamp_header) == ("x-shop-signature", "x-shop-time")


@pytest.mark.parametrize(
    "contract",
    [
        Contract(),
        Contract(header="x signature"),
        Contract(header="x-signatur\u00e9"),
        Contract(header="authorization"),
        Contract(header="content-type"),
        Contract(header="x-a", timestamp_header="x-a"),
        Contract(header="x-a", timestamp_header="x\r\ny"),
        Contract(header="x-a", form=Form.STANDARD),
        Contract(header="x-a", form=Form.TIMESTAMPED, timestamp_header="x-t"),
        Contract(header="x-a", tolerance_s=0),
        Contract(header="x-a", tolerance_s=86_400),
        Contract(header="x-a", about="customers"),
        Contract(scheme=Scheme.IO_EVENTS, header="x-a"),
        Contract(scheme=Scheme.COMMERCE_WEBHOOKS, header="x-a"),
    ],
)
def test_a_contract_that_could_not_hold_is_refused(contract: Contract) -> None:
    refused(contract)


def test_a_contract_is_stored_and_read_back_as_it_was() -> None:
    for contract in PRESETS.values():
        assert from_json(Contract, loads(canonical(replace(contract, about="orders")))) == replace(
            contract, about="orders"
        )


# Secrets


@pytest.mark.parametrize(
    "secrets", [("short",), ("",), ("good-secret", "short"), ("good-secret",) * (SECRETS_MAX + 1)]
)
def test_a_secret_that_could_be_guessed_and_too_many_of_them_are_refused(secrets: tuple[str, ...]) -> None:
    finding = refused(PRESETS["async-events"], *secrets)
    assert "good-secret" not in str(finding)


def test_no_secret_at_all_is_refused() -> None:
    with pytest.raises(NeedsPerson):
        verifier(PRESETS["async-events"], ())


def small_rsa() -> str:
    key = rsa_key(public_exponent=65537, key_size=1024).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def elliptic() -> str:
    key = ec_key(SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("pem", ["", "nonsense", PEM, small_rsa(), elliptic()])
def test_commerce_webhooks_take_rsa_public_keys_of_a_fair_size_only(pem: str) -> None:
    assert "RSA" in refused(PRESETS["commerce-webhooks"], vector("public_key_1"), pem).why


@pytest.mark.parametrize("client_id", ["", "short", "two words of it", "x" * 101])
def test_io_events_are_addressed_to_a_client_id(client_id: str) -> None:
    assert "client ID" in refused(PRESETS["io-events"], client_id).why
