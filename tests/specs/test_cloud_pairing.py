"""Agents at the door: let in once by a code, known by their credential, and understood or told why not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ml_connector.cloud.answers import BODY_BYTES_MAX
from ml_connector.codec import canonical, to_json
from ml_connector.errors import Code
from ml_connector.sync.protocol import Pair
from tests.specs.cloud_place import AgentLine, Cloud, a_cloud, hello_message

pytestmark = pytest.mark.slow


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_cloud(tmp_path) as made:
        made.connect()
        yield made


@pytest.fixture
def agent(cloud: Cloud) -> AgentLine:
    return cloud.pair()


def pairing(code: str) -> bytes:
    return canonical(Pair(code=code, instance_id="instance-1", agent_version="1.0"))


# Pairing


def test_a_code_lets_one_agent_in_once(cloud: Cloud) -> None:
    code = cloud.pairing_code()
    assert cloud.anybody.post("/agent/v1/pair", content=pairing(code)).status_code == 200
    again = cloud.anybody.post("/agent/v1/pair", content=pairing(code))
    assert (again.status_code, again.json()["code"]) == (403, Code.PAIRING_CODE)


def test_a_code_is_twelve_capitals_and_digits(cloud: Cloud) -> None:
    code = cloud.pairing_code()
    assert len(code) == 12
    assert code.isalnum()
    assert code == code.upper()


@pytest.mark.parametrize(("minutes", "status"), [(30, 200), (30.1, 403)])
def test_a_code_is_good_for_thirty_minutes(cloud: Cloud, minutes: float, status: int) -> None:
    code = cloud.pairing_code()
    cloud.clock.at += timedelta(minutes=minutes)
    assert cloud.anybody.post("/agent/v1/pair", content=pairing(code)).status_code == status


@pytest.mark.parametrize("code", ["", "WRONGCODE123", "%", "' OR 1=1 --"])
def test_a_wrong_code_lets_nobody_in(cloud: Cloud, code: str) -> None:
    cloud.pairing_code()
    refused = cloud.anybody.post("/agent/v1/pair", content=pairing(code))
    assert (refused.status_code, refused.json()["code"]) == (403, Code.PAIRING_CODE)


def test_pairing_stands_in_the_trail_without_the_credential(cloud: Cloud) -> None:
    agent = cloud.pair()
    assert cloud.last_entry() == (f"agent {agent.agent_id}", "paired", {"agent_version": "1.0"})
    assert agent.credential not in str(cloud.trail())


def test_a_credential_is_kept_only_as_a_hash(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    agent = cloud.pair()
    agent.hello()
    files = b"".join(path.read_bytes() for path in cloud.folder.iterdir())
    assert agent.credential.encode() not in files
    assert agent.credential not in caplog.text


# Who is let in


@pytest.mark.parametrize("name", ["hello", "catalogue", "lease", "receipts", "ledger", "heartbeat"])
def test_an_unknown_credential_is_not_let_in(cloud: Cloud, agent: AgentLine, name: str) -> None:
    del cloud
    for credential in ("wrong", "", agent.credential + "x", agent.agent_id):
        response = replace(agent, credential=credential).send(name, {})
        assert (response.status_code, response.json()["code"]) == (401, Code.AGENT_UNKNOWN)


def test_the_operator_s_key_is_no_agent_s_credential(cloud: Cloud) -> None:
    assert cloud.operator.post("/agent/v1/hello", content=canonical(hello_message())).status_code == 401


def test_an_agent_s_credential_is_no_operator_s_key(agent: AgentLine) -> None:
    headers = {"Authorization": f"Bearer {agent.credential}"}
    assert agent.client.get("/api/connections", headers=headers).status_code == 401


def test_messages_are_posted_and_never_fetched(agent: AgentLine) -> None:
    headers = {"Authorization": f"Bearer {agent.credential}"}
    assert agent.client.get("/agent/v1/lease", headers=headers).status_code == 405


# What is understood


def test_fields_that_a_newer_agent_sends_are_ignored(agent: AgentLine) -> None:
    message = to_json(hello_message())
    assert isinstance(message, dict)
    company = message["company"]
    assert isinstance(company, dict)
    newer = message | {"mood": "fine", "company": company | {"colour": "green"}}
    assert agent.send("hello", newer).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000, b'{"protocol": 1}', b'{"protocol": "1"}']
)
def test_what_is_not_understood_is_refused_with_the_reason(agent: AgentLine, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {agent.credential}"}
    response = agent.client.post("/agent/v1/hello", content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, Code.COMMAND_NOT_UNDERSTOOD)


@pytest.mark.parametrize("name", ["hello", "pair"])
def test_a_body_larger_than_any_message_is_not_read(agent: AgentLine, name: str) -> None:
    headers = {"Authorization": f"Bearer {agent.credential}"}
    body = b'{"a": "' + b"x" * BODY_BYTES_MAX + b'"}'
    response = agent.client.post(f"/agent/v1/{name}", content=body, headers=headers)
    assert (response.status_code, response.json()["why"]) == (400, "It is larger than 16 MB.")


@pytest.mark.parametrize("protocol", [0, 2])
def test_an_agent_of_another_protocol_is_told_so_and_remembered_by_nothing(
    cloud: Cloud, agent: AgentLine, protocol: int
) -> None:
    before = len(cloud.trail())
    response = agent.send("hello", hello_message(protocol=protocol))
    assert (response.status_code, response.json()["code"]) == (409, Code.PROTOCOL_TOO_NEW)
    assert len(cloud.trail()) == before
