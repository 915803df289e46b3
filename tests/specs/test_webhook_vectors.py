"""The recorded signature vectors: each comes to what it says, by the contract of its sender."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ml_connector.adobe.contracts import PRESETS, Contract, verifier
from ml_connector.adobe.io_events import is_signed, signatures
from ml_connector.adobe.signatures import Form, public_key
from ml_connector.adobe.webhooks import Accepted, CommerceWebhooks, Hmac, Refused
from ml_connector.sync.hints import Hint
from ml_connector.sync.ports import Flow
from tests.recorded.deliveries import BODY, SECRET, SIGNED_AT, cases, headers_of, raw, vector

ADOBE = {"adobe io events", "adobe commerce webhooks module"}


def key(number: int) -> RSAPublicKey:
    read = public_key(vector(f"public_key_{number}"))
    assert read is not None
    return read


def contract_of(headers: Mapping[str, str]) -> Contract:
    """How the endpoint is set up that such a delivery comes in at."""
    for name, contract in (
        ("x-magento-signature", PRESETS["async-events"]),
        ("x-hub-signature-256", PRESETS["hub"]),
        ("x-adobe-signature", Contract(header="x-adobe-signature", form=Form.BASE64)),
        ("webhook-signature", PRESETS["standard-webhooks"]),
    ):
        if name in headers:
            return contract
    timestamped = headers["x-webhook-signature"].startswith("t=")
    form = Form.TIMESTAMPED if timestamped else Form.BASE64
    return Contract(header="x-webhook-signature", form=form)


def name_of(case: Mapping[str, object]) -> str:
    return f"{case['profile']}, {'valid' if case['valid'] else 'invalid'}"


@pytest.mark.parametrize("case", [each for each in cases() if each["profile"] not in ADOBE], ids=name_of)
def test_each_vector_of_an_hmac_is_told_right_from_wrong(case: Mapping[str, object]) -> None:
    contract = verifier(contract_of(headers_of(case)), (SECRET.decode(),))
    assert isinstance(contract, Hmac)
    verdict = contract.verify(raw(headers_of(case)), BODY, SIGNED_AT)
    assert isinstance(verdict, Accepted) is case["valid"]
    if isinstance(verdict, Accepted):
        (notice,) = verdict.notices
        assert notice.hints == (Hint(Flow.ORDERS, 46),)


@pytest.mark.parametrize(
    "case", [each for each in cases() if each["profile"] == "adobe commerce webhooks module"], ids=name_of
)
def test_each_vector_of_commerce_webhooks_is_told_right_from_wrong(case: Mapping[str, object]) -> None:
    """Its key may be either of the two that are set."""
    contract = CommerceWebhooks(keys=(key(2), key(1)))
    verdict = contract.verify(raw(headers_of(case)), BODY, SIGNED_AT)
    assert isinstance(verdict, Accepted) is case["valid"]


@pytest.mark.parametrize(
    "case", [each for each in cases() if each["profile"] == "adobe io events"], ids=name_of
)
def test_each_vector_of_io_events_is_told_right_from_wrong(case: Mapping[str, object]) -> None:
    keys = {f"/prod/keys/pub-key-{number}.pem": key(number) for number in (1, 2)}
    by = signatures(raw(headers_of(case)))
    assert (not isinstance(by, Refused) and is_signed(BODY, by, keys)) is case["valid"]
    if not case["valid"]:
        assert by is Refused.KEY_PATH


def test_all_recorded_vectors_were_tried() -> None:
    assert len(cases()) == 16
