"""The link: every message over real HTTPS, whom it believes, and what each failure becomes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.agent import tls
from ml_connector.agent.journal import Journal
from ml_connector.agent.link import TRIES, Link
from ml_connector.clock import ManualClock
from ml_connector.codec import canonical, digest, to_json
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.posting.company import Watermark
from ml_connector.sage.memory import MemoryDoor
from ml_connector.sync.protocol import (
    CatalogueIs,
    CommandReceipt,
    Heartbeat,
    Hello,
    LeaseRequest,
    LedgerIs,
    Outcome,
    Pair,
    Receipts,
    Welcome,
)
from tests.specs.agent_cloud import PretendCloud
from tests.specs.agent_https import CODE, CREDENTIAL, Said, Server, https_server, private_certificate, refusal
from tests.specs.agent_kit import INCARNATION, command, company, document_plan

HEARTBEAT = Heartbeat(instance_id="i-1")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with https_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    """The one server of this file, as if it had just been started."""
    running.instead.clear()
    running.heard.clear()
    running.paired.clear()
    running.cloud = PretendCloud()
    return running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def link(server: Server, clock: ManualClock) -> Iterator[Link]:
    with Link(server.url, tls.context(server.certificate), clock, credential=CREDENTIAL) as made:
        yield made


def hello() -> Hello:
    return Hello(
        protocol=1,
        agent_version="0.1.0",
        instance_id="i-1",
        capabilities=("effects-1",),
        company=company().identity,
        watermark=Watermark(document=1, header=2),
        trail_head="",
    )


def heartbeat_fails(url: str, certificate: Path, credential: str = CREDENTIAL) -> Finding:
    """What a heartbeat says that cannot be sent."""
    link = Link(url, tls.context(certificate), ManualClock(), credential=credential)
    with link, pytest.raises((NeedsPerson, TryAgain)) as trouble:
        link.heartbeat(HEARTBEAT)
    assert trouble.value.__cause__ is None
    return trouble.value.finding


# the conversation


def test_pairing_trades_the_code_for_a_credential(server: Server, clock: ManualClock) -> None:
    with Link(server.url, tls.context(server.certificate), clock) as link:
        paired = link.pair(Pair(code=CODE, instance_id="i-1", agent_version="0.1.0"))
    assert (paired.agent_id, paired.credential) == ("agent-1", CREDENTIAL)


def test_every_message_is_understood_on_both_sides(server: Server, link: Link) -> None:
    given = command(document_plan())
    server.cloud.queue = [given.plan]
    assert link.hello(hello()).incarnation == INCARNATION
    leased = link.lease(LeaseRequest(instance_id="i-1", most=5))
    assert dict(leased.commands[0]) == to_json(command(given.plan, "cmd-1"))
    receipt = CommandReceipt(
        command_id="cmd-1",
        incarnation=INCARNATION,
        key=given.plan.key,
        generation=1,
        plan_hash=given.plan_hash,
        outcome=Outcome.PROVED,
        effects=(),
    )
    taken = link.receipts(Receipts(instance_id="i-1", receipts=(receipt,)))
    assert taken.command_ids == ("cmd-1",)
    link.ledger(LedgerIs(instance_id="i-1", entries=()))
    link.heartbeat(HEARTBEAT)
    assert server.heard == ["hello", "lease", "receipts", "ledger", "heartbeat"]
    assert server.cloud.outcomes == {"cmd-1": receipt}


def test_the_catalogue_travels_with_its_hash(server: Server, link: Link, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.sqlite", ManualClock())
    with journal, MemoryDoor(company()).open(journal.look_index) as books:
        catalogue = books.catalogue()
    link.catalogue(CatalogueIs(hash=digest(catalogue), catalogue=catalogue))
    assert server.cloud.known_catalogue == (digest(catalogue), catalogue)


def test_what_a_newer_cloud_adds_to_its_answers_is_ignored(server: Server, link: Link) -> None:
    server.instead = [Said(status=200, body=b'{"trail_head": "h", "weather": "fine"}')]
    assert link.heartbeat(HEARTBEAT).trail_head == "h"


def test_a_finding_with_a_code_of_a_newer_cloud_keeps_its_sentences(server: Server, link: Link) -> None:
    finding = {"code": "solar-eclipse", "what": "Dark.", "why": "Moon.", "fix": "Wait."}
    body = canonical(
        {"protocol": 1, "incarnation": "x", "catalogue_hash": "", "trail_head": "", "finding": finding}
    )
    server.instead = [Said(status=200, body=body)]
    welcome = link.hello(hello())
    assert welcome.finding is not None
    assert (welcome.finding.what, welcome.finding.code) == ("Dark.", Code.PROTOCOL_TOO_NEW)


def test_a_cloud_one_release_ahead_is_spoken_with_and_two_ahead_is_not(server: Server, link: Link) -> None:
    for protocol in (2, 3):
        welcome = Welcome(protocol=protocol, incarnation="x", catalogue_hash="", trail_head="")
        server.instead.append(Said(status=200, body=canonical(welcome)))
    assert link.hello(hello()).protocol == 2
    with pytest.raises(NeedsPerson) as trouble:
        link.hello(hello())
    assert trouble.value.finding.code is Code.PROTOCOL_TOO_NEW


# whom it believes


def test_the_pinned_certificate_is_believed_and_another_is_not(server: Server, tmp_path: Path) -> None:
    other, _, _ = private_certificate(tmp_path)
    assert heartbeat_fails(server.url, other).code is Code.CLOUD_CERTIFICATE
    assert server.heard == []


def test_without_a_pin_a_private_certificate_is_not_believed(server: Server, tmp_path: Path) -> None:
    assert heartbeat_fails(server.url, tmp_path / "none.pem").code is Code.CLOUD_CERTIFICATE
    assert server.heard == []


def test_a_pinned_certificate_under_another_name_is_not_believed(server: Server) -> None:
    url = server.url.replace("127.0.0.1", "localhost")
    assert heartbeat_fails(url, server.certificate).code is Code.CLOUD_CERTIFICATE


def test_no_context_leaves_verification_out(server: Server, tmp_path: Path) -> None:
    for certificate in (server.certificate, tmp_path / "none.pem"):
        context = tls.context(certificate)
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_certificate_is_pinned_when_a_person_named_its_fingerprint(server: Server, tmp_path: Path) -> None:
    kept = tmp_path / "deep" / "cloud.pem"
    tls.pin(server.url, server.fingerprint.lower().replace(":", " "), kept)
    assert tls.fingerprint(kept.read_text()) == server.fingerprint


def test_a_certificate_with_another_fingerprint_is_shown_and_not_kept(server: Server, tmp_path: Path) -> None:
    kept = tmp_path / "cloud.pem"
    with pytest.raises(NeedsPerson) as trouble:
        tls.pin(server.url, "AB" * 32, kept)
    assert trouble.value.finding.code is Code.CLOUD_CERTIFICATE
    assert server.fingerprint in trouble.value.finding.why
    assert not kept.exists()


@pytest.mark.parametrize("given", ["", "AB:CD", "zz" * 32])
def test_half_a_fingerprint_is_no_fingerprint(given: str) -> None:
    assert not tls.same_fingerprint(given, given)


# failures


def test_a_server_that_fails_is_asked_again_with_growing_jittered_waits(
    server: Server, link: Link, clock: ManualClock
) -> None:
    server.instead = [Said(status=502, body=b"")] * (TRIES - 1)
    began = clock.now()
    link.heartbeat(HEARTBEAT)
    assert len(server.heard) == TRIES
    assert 0.75 <= (clock.now() - began).total_seconds() <= 2.25


def test_a_server_that_goes_on_failing_is_unreachable_for_now(server: Server) -> None:
    server.instead = [Said(status=500, body=b"")] * TRIES
    assert heartbeat_fails(server.url, server.certificate).code is Code.CLOUD_UNREACHABLE
    assert server.instead == []


def test_a_wait_that_the_server_names_is_handed_on(server: Server, link: Link) -> None:
    server.instead = [Said(status=503, body=b"", headers={"Retry-After": "17"})]
    with pytest.raises(TryAgain) as trouble:
        link.heartbeat(HEARTBEAT)
    assert trouble.value.after_s == 17
    assert len(server.heard) == 1


def test_nobody_listening_is_unreachable(server: Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
    assert heartbeat_fails(url, server.certificate).code is Code.CLOUD_UNREACHABLE


def test_a_name_that_does_not_exist_is_unreachable_at_pairing(tmp_path: Path) -> None:
    with pytest.raises(TryAgain) as trouble:
        tls.pin("https://no-such-host.invalid", "AB" * 32, tmp_path / "cloud.pem")
    assert trouble.value.finding.code is Code.CLOUD_UNREACHABLE


def test_a_pairing_is_sent_once_since_its_code_works_once(server: Server, clock: ManualClock) -> None:
    server.instead = [Said(status=502, body=b"")]
    with Link(server.url, tls.context(server.certificate), clock) as link, pytest.raises(TryAgain):
        link.pair(Pair(code=CODE, instance_id="i-1", agent_version="0.1.0"))
    assert server.heard == ["pair"]


def test_a_wrong_pairing_code_is_said_in_the_clouds_own_words(server: Server, clock: ManualClock) -> None:
    link = Link(server.url, tls.context(server.certificate), clock)
    with link, pytest.raises(NeedsPerson) as trouble:
        link.pair(Pair(code="WRONG", instance_id="i-1", agent_version="0.1.0"))
    assert (trouble.value.finding.code, trouble.value.finding.what) == (Code.PAIRING_CODE, "What.")


def test_a_revoked_agent_is_unknown(server: Server) -> None:
    assert heartbeat_fails(server.url, server.certificate, "old").code is Code.AGENT_UNKNOWN
    assert server.heard == ["heartbeat"]


def test_a_refusal_at_the_door_without_a_reason_of_ours_means_that_we_are_unknown(server: Server) -> None:
    server.instead = [Said(status=403, body=b"<html>Forbidden</html>")]
    assert heartbeat_fails(server.url, server.certificate).code is Code.AGENT_UNKNOWN


def test_a_refusal_is_said_in_the_clouds_own_words(server: Server, link: Link) -> None:
    server.instead = [refusal(409, "protocol-too-new"), refusal(400, "not-a-code-we-know")]
    for _ in range(2):
        with pytest.raises(NeedsPerson) as trouble:
            link.heartbeat(HEARTBEAT)
        assert (trouble.value.finding.code, trouble.value.finding.what) == (Code.PROTOCOL_TOO_NEW, "What.")


@pytest.mark.parametrize(
    "said",
    [
        Said(status=200, body=b"<html>Welcome to the hotel</html>"),
        Said(status=302, body=b"", headers={"Location": "https://elsewhere.invalid/"}),
        Said(status=200, body=b"[1, 2]"),
    ],
)
def test_something_else_than_the_cloud_is_no_cloud(server: Server, link: Link, said: Said) -> None:
    server.instead = [said] * TRIES
    with pytest.raises(TryAgain, match="Something else") as trouble:
        link.heartbeat(HEARTBEAT)
    assert trouble.value.finding.code is Code.CLOUD_UNREACHABLE


def test_an_answer_that_lacks_what_we_need_is_of_a_cloud_too_new(server: Server, link: Link) -> None:
    server.instead = [Said(status=200, body=b"{}")]
    with pytest.raises(NeedsPerson) as trouble:
        link.heartbeat(HEARTBEAT)
    assert trouble.value.finding.code is Code.PROTOCOL_TOO_NEW


def test_no_failure_tells_the_credential(server: Server, tmp_path: Path) -> None:
    other, _, _ = private_certificate(tmp_path)
    server.instead = [Said(status=500, body=b"")] * TRIES
    for certificate in (other, server.certificate):
        assert CREDENTIAL not in str(heartbeat_fails(server.url, certificate))
