"""The operator's calls for webhook endpoints: each act in the trail, a secret shown once and never again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from ml_connector.cloud import journals
from ml_connector.cloud.hook_book import ENDPOINTS_MAX
from ml_connector.codec import loads
from tests.recorded.deliveries import vector
from tests.specs.cloud_place import CONNECTION, Cloud, a_cloud
from tests.specs.hook_place import order, signed

pytestmark = pytest.mark.slow

HOOKS = f"/{CONNECTION}/hooks"
WHO = {"by": "ann", "why": "to hear of orders"}
JOURNAL = {
    "address": "https://events.adobe.io/events/organizations/1/integrations/2/3",
    "client_id": "canaryclientid",
    "client_secret": "canary-client-secret",
    "organization_id": "5A4DB0CE@AdobeOrg",
    "scopes": ["openid", "AdobeID"],
}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_cloud(tmp_path) as made:
        made.connect()
        yield made


def made(
    cloud: Cloud, endpoint: str = "orders", sender: str = "async-events", **more: object
) -> dict[str, str]:
    response = cloud.post(HOOKS, endpoint=endpoint, sender=sender, **WHO, **more)
    assert response.status_code == 201, response.text
    return cast(dict[str, str], loads(response.content))


def listed(cloud: Cloud) -> list[dict[str, object]]:
    return cast(list[dict[str, object]], cloud.get(HOOKS)["hooks"])


def deliver(cloud: Cloud, secret: str, endpoint: str = "orders") -> int:
    body = order()
    path = f"/hooks/{CONNECTION}/{endpoint}"
    return cloud.anybody.post(path, content=body, headers=signed(body, secret.encode())).status_code


# Made


def test_an_endpoint_is_made_with_a_secret_that_is_shown_this_once(cloud: Cloud) -> None:
    answer = made(cloud)
    assert (answer["endpoint"], answer["path"]) == ("orders", f"/hooks/{CONNECTION}/orders")
    assert len(answer["secret"]) > 30
    assert deliver(cloud, answer["secret"]) == 200
    assert answer["secret"] not in str(cloud.get(HOOKS))


def test_a_secret_that_the_sender_has_already_is_taken_and_not_repeated(cloud: Cloud) -> None:
    answer = made(cloud, secrets=["the-verification-token"])
    assert set(answer) == {"endpoint", "path"}
    assert deliver(cloud, "the-verification-token") == 200


def test_a_sender_of_one_s_own_is_described(cloud: Cloud) -> None:
    custom = {"header": "X-Shop-Sign", "form": "sha256=", "tolerance_s": 60}
    made(cloud, sender="custom", custom=custom, about="invoices")
    (hook,) = listed(cloud)
    assert hook["contract"] == {
        "scheme": "hmac-sha256",
        "header": "x-shop-sign",
        "form": "sha256=",
        "timestamp_header": "",
        "id_header": "",
        "tolerance_s": 60,
        "about": "invoices",
    }


def test_commerce_webhooks_are_given_two_public_keys(cloud: Cloud) -> None:
    made(cloud, sender="commerce-webhooks", secrets=[vector("public_key_1"), vector("public_key_2")])


def test_it_is_in_the_trail_with_who_and_why_and_without_the_secret(cloud: Cloud) -> None:
    secret = made(cloud)["secret"]
    actor, action, payload = cloud.last_entry()
    assert (actor, action) == ("user ann", "webhook endpoint made")
    assert (payload["endpoint"], payload["why"]) == ("orders", "to hear of orders")
    assert secret not in " ".join(str(each.payload) for each in cloud.trail())


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"sender": "snappic"}, 400),
        ({"sender": "mageplaza-webhook"}, 400),
        ({"sender": "nobody"}, 400),
        ({"sender": "custom"}, 400),
        ({"sender": "custom", "custom": {"header": "host"}}, 400),
        ({"sender": "io-events"}, 400),
        ({"sender": "commerce-webhooks", "secrets": ["no key"]}, 400),
        ({"sender": "async-events", "secrets": ["short"]}, 400),
        ({"sender": "async-events", "endpoint": "Not A Name"}, 422),
        ({"sender": "async-events", "about": "customers"}, 422),
        ({"sender": "async-events", "secrets": ["good-secret"] * 5}, 422),
        ({"sender": "async-events", "origin": "https://evil.example"}, 422),
        ({"sender": "custom", "custom": {"header": "x-a", "keys_url": "https://evil.example"}}, 422),
        ({"sender": "async-events", "why": ""}, 422),
    ],
)
def test_what_could_not_hold_is_refused_and_nothing_is_made(
    cloud: Cloud, given: dict[str, object], status: int
) -> None:
    before = len(cloud.trail())
    response = cloud.post(HOOKS, **({"endpoint": "orders", **WHO} | given))
    assert response.status_code == status, response.text
    assert set(loads(response.content)) == {"code", "what", "why", "fix"}  # pyright: ignore[reportArgumentType]
    assert listed(cloud) == []
    assert len(cloud.trail()) == before


def test_a_name_is_taken_once_and_there_is_an_end(cloud: Cloud) -> None:
    for number in range(ENDPOINTS_MAX):
        made(cloud, f"hook-{number}")
    for name in ("hook-1", "one-more"):
        assert cloud.post(HOOKS, endpoint=name, sender="async-events", **WHO).status_code == 400


def test_another_connection_s_endpoints_cannot_be_reached(cloud: Cloud) -> None:
    secret = made(cloud)["secret"]
    for path in ("/another/hooks", "/another/hooks/orders/rotate", "/another/journal"):
        assert cloud.post(path, **WHO, **JOURNAL).status_code in (400, 422)
    assert deliver(cloud, secret) == 200


# Changed and removed


def test_a_secret_is_rotated_retired_and_the_endpoint_removed(cloud: Cloud) -> None:
    old = made(cloud)["secret"]
    new = cast(dict[str, str], loads(cloud.post(f"{HOOKS}/orders/rotate", **WHO).content))["secret"]
    assert (deliver(cloud, old), deliver(cloud, new)) == (200, 200)
    assert cloud.post(f"{HOOKS}/orders/retire", **WHO).status_code == 200
    assert (deliver(cloud, old), deliver(cloud, new)) == (401, 200)
    assert cloud.post(f"{HOOKS}/orders/remove", **WHO).status_code == 200
    assert (deliver(cloud, new), listed(cloud)) == (401, [])
    actions = [sealed.entry.action for sealed in cloud.trail()][-4:]
    assert actions == [
        "webhook endpoint made",
        "webhook secret added",
        "older webhook secrets retired",
        "webhook endpoint removed",
    ]


@pytest.mark.parametrize("act", ["rotate", "retire", "remove"])
def test_an_endpoint_that_does_not_exist_is_not_changed(cloud: Cloud, act: str) -> None:
    assert cloud.post(f"{HOOKS}/nobody/{act}", **WHO).status_code == 400


def test_at_most_four_secrets_are_active_at_once(cloud: Cloud) -> None:
    made(cloud)
    answers = [cloud.post(f"{HOOKS}/orders/rotate", **WHO).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 400]


# What came in


def test_what_came_in_is_counted_by_endpoint(cloud: Cloud) -> None:
    secret = made(cloud)["secret"]
    made(cloud, "others")
    deliver(cloud, secret)
    deliver(cloud, "another-secret")
    deliver(cloud, secret, "others")
    counts = {str(hook["endpoint"]): hook["counts"] for hook in listed(cloud)}
    assert counts == {
        "orders": {"accepted": 1, "signature-wrong": 1},
        "others": {"signature-wrong": 1},
    }


# The journal


def test_a_journal_is_set_and_its_credential_sealed(cloud: Cloud) -> None:
    assert cloud.post(f"/{CONNECTION}/journal", **WHO, **JOURNAL).status_code == 200
    kept = journals.settings_of(cloud.ledger.engine, cloud.worker.vault, CONNECTION)
    assert kept is not None
    assert kept.credentials.client_secret == "canary-client-secret"
    assert "canary" not in " ".join(str(each.payload) for each in cloud.trail())
    assert cloud.post(f"/{CONNECTION}/journal/remove", **WHO).status_code == 200
    assert journals.settings_of(cloud.ledger.engine, cloud.worker.vault, CONNECTION) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "https://evil.example/events/1"},
        {"address": "http://events.adobe.io/events/1"},
        {"scopes": []},
        {"organization_id": "nobody"},
        {"token_url": "http://evil.example/token"},
    ],
)
def test_a_journal_that_is_not_adobe_s_is_refused(cloud: Cloud, wrong: dict[str, object]) -> None:
    response = cloud.post(f"/{CONNECTION}/journal", **(WHO | JOURNAL | wrong))
    assert response.status_code in (400, 422)
    assert "canary" not in response.text
    assert journals.settings_of(cloud.ledger.engine, cloud.worker.vault, CONNECTION) is None


# The key


@pytest.mark.parametrize("path", ["", "/orders/rotate", "/orders/retire", "/orders/remove"])
def test_nothing_of_this_is_done_without_the_operator_s_key(cloud: Cloud, path: str) -> None:
    made(cloud)
    before = len(cloud.trail())
    for method in ("GET", "POST"):
        assert cloud.anybody.request(method, f"/api/connections{HOOKS}{path}", json=WHO).status_code == 401
    assert cloud.anybody.post(f"/api/connections/{CONNECTION}/journal", json=WHO).status_code == 401
    assert len(cloud.trail()) == before
