"""The cloud side's private certificate: made once, exact in what it vouches for, never changed by itself."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from ml_connector.clock import ManualClock, SystemClock
from ml_connector.cloud.certificate import Certificate, ensure
from ml_connector.errors import Code, NeedsPerson

NAMES = ("localhost", "127.0.0.1", "::1")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")


def read(certificate: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.cert_path.read_bytes())


def refusal(attempt: Callable[[], object]) -> NeedsPerson:
    with pytest.raises(NeedsPerson) as caught:
        attempt()
    assert caught.value.finding.code is Code.CLOUD_CERTIFICATE
    return caught.value


# What is made


def test_it_names_every_given_host_and_address_and_no_other(tmp_path: Path) -> None:
    names = (*NAMES, "Books.Example.CO.UK", "localhost", "192.0.2.7")
    held = read(ensure(tmp_path, names, ManualClock())).extensions
    subjects = held.get_extension_for_class(x509.SubjectAlternativeName).value
    assert subjects.get_values_for_type(x509.DNSName) == ["localhost", "books.example.co.uk"]
    assert [str(ip) for ip in subjects.get_values_for_type(x509.IPAddress)] == [
        "127.0.0.1",
        "::1",
        "192.0.2.7",
    ]


def test_it_is_valid_for_825_days_and_from_yesterday_for_clocks_that_are_slow(tmp_path: Path) -> None:
    made = ensure(tmp_path, NAMES, ManualClock(at=NOON))
    certificate = read(made)
    assert certificate.not_valid_before_utc == NOON - timedelta(days=1)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=825)
    assert made.expires == certificate.not_valid_after_utc
    assert made.due is None


def test_its_key_is_p256_and_it_can_vouch_for_no_other_certificate(tmp_path: Path) -> None:
    certificate = read(ensure(tmp_path, NAMES, ManualClock()))
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_the_fingerprint_is_the_one_that_browsers_show(tmp_path: Path) -> None:
    made = ensure(tmp_path, NAMES, ManualClock())
    der = ssl.PEM_cert_to_DER_cert(made.cert_path.read_text())
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", made.fingerprint)
    assert made.fingerprint.replace(":", "").lower() == hashlib.sha256(der).hexdigest()


@posix
def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    assert ensure(tmp_path / "tls", NAMES, ManualClock()).key_path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("names", [[], ["münchen.example"], ["localhost", "日本"]])
def test_a_name_that_no_certificate_can_carry_is_refused_before_anything_is_made(
    tmp_path: Path, names: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"name|A-label"):
        ensure(tmp_path / "tls", names, ManualClock())
    assert not (tmp_path / "tls").exists()


# What stays


def test_a_second_start_finds_the_same_certificate(tmp_path: Path) -> None:
    first = ensure(tmp_path, NAMES, ManualClock(seed=1))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert ensure(tmp_path, NAMES, ManualClock(seed=2)) == first
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert len(before) == 2


@pytest.mark.parametrize(
    ("days_left", "word"),
    [
        (31, None),
        (30, None),
        (29, "ends on 24/02/2029"),
        (0, "ended on 24/02/2029"),
        (-9, "ended on 24/02/2029"),
    ],
)
def test_its_end_is_told_for_thirty_days_and_nothing_is_renewed_in_silence(
    tmp_path: Path, days_left: int, word: str | None
) -> None:
    """A new certificate has a new fingerprint, which would lock out every agent that pinned the old."""
    made = ensure(tmp_path, NAMES, ManualClock(at=NOON))
    later = ensure(tmp_path, NAMES, ManualClock(at=made.expires - timedelta(days=days_left)))
    assert later.fingerprint == made.fingerprint
    assert (later.due is None) == (word is None)
    if later.due:
        assert later.due.code is Code.CLOUD_CERTIFICATE
        assert word is not None
        assert word in later.due.what


def test_a_name_that_it_lacks_is_told_and_not_added_in_silence(tmp_path: Path) -> None:
    made = ensure(tmp_path, NAMES, ManualClock())
    again = ensure(tmp_path, (*NAMES, "books.example", "192.0.2.7"), ManualClock())
    assert again.fingerprint == made.fingerprint
    assert again.due is not None
    assert "does not name books.example, 192.0.2.7." in again.due.what


def test_taking_both_files_away_makes_a_new_one(tmp_path: Path) -> None:
    made = ensure(tmp_path, NAMES, SystemClock())
    made.cert_path.unlink()
    made.key_path.unlink()
    assert ensure(tmp_path, NAMES, SystemClock()).fingerprint != made.fingerprint


def test_a_first_start_that_was_cut_off_after_the_key_goes_on_with_that_key(tmp_path: Path) -> None:
    made = ensure(tmp_path, NAMES, SystemClock())
    key = made.key_path.read_bytes()
    made.cert_path.unlink()
    again = ensure(tmp_path, NAMES, SystemClock())
    assert again.key_path.read_bytes() == key


# What is refused


def test_a_certificate_without_its_key_is_refused_and_kept(tmp_path: Path) -> None:
    made = ensure(tmp_path, NAMES, ManualClock())
    made.key_path.unlink()
    assert "cannot be made or read" in refusal(lambda: ensure(tmp_path, NAMES, ManualClock())).finding.what
    assert made.cert_path.exists()
    assert not made.key_path.exists()


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    made = ensure(tmp_path / "one", NAMES, SystemClock())
    other = ensure(tmp_path / "two", NAMES, SystemClock())
    made.key_path.write_bytes(other.key_path.read_bytes())
    error = refusal(lambda: ensure(tmp_path / "one", NAMES, SystemClock()))
    assert "is not that of the certificate" in error.finding.what


@posix
def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    made = ensure(tmp_path, NAMES, ManualClock())
    made.key_path.chmod(0o644)
    error = refusal(lambda: ensure(tmp_path, NAMES, ManualClock()))
    assert f"chmod 600 {made.key_path}" in error.finding.fix


@pytest.mark.parametrize("name", ["certificate.pem", "certificate.key"])
def test_a_damaged_file_is_named_and_nothing_of_a_key_hangs_on_the_error(tmp_path: Path, name: str) -> None:
    ensure(tmp_path, NAMES, ManualClock())
    path = tmp_path / name
    path.write_text(path.read_text()[:80])
    error = refusal(lambda: ensure(tmp_path, NAMES, ManualClock()))
    assert str(path) in error.finding.what
    assert error.__context__ is None


# What a client sees


def handshake(server: Certificate, trusted: Path, host: str) -> str:
    """One TLS connection over loopback, by a client that trusts `trusted` alone and means to reach `host`."""
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(server.cert_path, server.key_path)
    client = ssl.create_default_context(cafile=trusted)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            connection, _ = listening.accept()
            connection.settimeout(10)
            try:
                with served.wrap_socket(connection, server_side=True) as secured:
                    secured.sendall(b"hello")
            except OSError:
                connection.close()  # the client hung up, as one that does not trust us has to

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with (
                socket.create_connection(listening.getsockname(), timeout=10) as plain,
                client.wrap_socket(plain, server_hostname=host) as secured,
            ):
                assert secured.recv(5) == b"hello"
                return secured.version() or ""
        finally:
            thread.join()


@pytest.mark.parametrize("host", NAMES)
def test_a_client_that_trusts_this_certificate_alone_connects(tmp_path: Path, host: str) -> None:
    made = ensure(tmp_path, NAMES, SystemClock())
    assert handshake(made, made.cert_path, host) == "TLSv1.3"


def test_a_client_that_trusts_another_certificate_refuses(tmp_path: Path) -> None:
    """Both have the same names and the same subject; only the key differs, and that is what is pinned."""
    made = ensure(tmp_path / "one", NAMES, SystemClock())
    other = ensure(tmp_path / "two", NAMES, SystemClock())
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(made, other.cert_path, "localhost")


def test_a_client_that_asks_for_a_name_it_lacks_refuses(tmp_path: Path) -> None:
    made = ensure(tmp_path, NAMES, SystemClock())
    with pytest.raises(ssl.SSLCertVerificationError, match=r"books\.example"):
        handshake(made, made.cert_path, "books.example")


def test_a_client_refuses_it_after_its_end(tmp_path: Path) -> None:
    long_ago = SystemClock().now() - timedelta(days=900)
    made = ensure(tmp_path, NAMES, ManualClock(at=long_ago))
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        handshake(made, made.cert_path, "localhost")
