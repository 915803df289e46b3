"""A private certificate for the cloud side's own HTTPS, made at the first start.

For a merchant who has no certificate of a public authority: a self-signed one whose fingerprint a person
compares once at pairing, and which the agents then pin (design: “Cloud and agent”). So it is never replaced
by itself: that would lock every agent out. When it nears its end, or lacks a name, `due` says so; a new one
is made only after a person has taken the old one away.

The key pair is drawn by OpenSSL; its serial number and its dates come through `Clock`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import private_file

VALID_FOR = timedelta(days=825)
TOLD_BEFORE = timedelta(days=30)
# A PC whose clock is slow must not find today's certificate “not yet valid”.
_BEGUN_BEFORE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate in use. `fingerprint` is as browsers show it: SHA-256 of the DER, `AB:CD:…`.

    `expires` is an aware UTC instant. `due` tells a person that a new certificate is needed, or is None.
    """

    cert_path: Path
    key_path: Path
    fingerprint: str
    expires: datetime
    due: Finding | None


def ensure(folder: Path, names: Sequence[str], clock: Clock) -> Certificate:
    """The certificate in `folder` for these host names and IP addresses, made if there is none.

    Raises NeedsPerson `cloud-certificate` when the files cannot be made or read or do not belong together,
    or when others may read the key; ValueError without a name, and for a name that no certificate can carry.
    """
    subjects = tuple(_subject(name) for name in dict.fromkeys(names))
    if not subjects:
        raise ValueError("a certificate needs at least one host name or IP address")
    cert_path, key_path = folder / "certificate.pem", folder / "certificate.key"
    try:
        if not cert_path.exists():
            _make(cert_path, key_path, subjects, clock)
        certificate = _read(cert_path, key_path)
    except OSError as error:
        raise _needs_person(
            f"The certificate in {folder} cannot be made or read: {error.strerror}.",
            "Agents are served over HTTPS only.",
            "Let this program read and write that folder, and keep certificate.pem and its key together.",
        ) from error
    return Certificate(
        cert_path=cert_path,
        key_path=key_path,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
        expires=certificate.not_valid_after_utc,
        due=_due(certificate, subjects, cert_path, clock.now()),
    )


def _subject(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.lower())


def _make(cert_path: Path, key_path: Path, subjects: Sequence[x509.GeneralName], clock: Clock) -> None:
    """The key first: if it stands there alone, an earlier first start was cut off, and it is used."""
    pair = ec.generate_private_key(ec.SECP256R1())
    private_file.create(
        key_path,
        pair.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    certificate = _self_signed(_read_key(key_path), subjects, clock)
    private_file.create(cert_path, certificate.public_bytes(serialization.Encoding.PEM))


def _self_signed(
    key: ec.EllipticCurvePrivateKey, subjects: Sequence[x509.GeneralName], clock: Clock
) -> x509.Certificate:
    """It vouches for these names and can vouch for no other certificate (CA:FALSE)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ml-connector private certificate")])
    begins = clock.now().replace(microsecond=0) - _BEGUN_BEFORE
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        # 127 bits and never zero: a serial number is positive and has at most 20 octets (RFC 5280 §4.1.2.2)
        .serial_number((int.from_bytes(clock.random_bytes(16)) >> 1) | 1)
        .not_valid_before(begins)
        .not_valid_after(begins + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _read(cert_path: Path, key_path: Path) -> x509.Certificate:
    """The certificate, once it is sure that its key is there, is private, and is its own."""
    content = cert_path.read_bytes()
    try:
        certificate = x509.load_pem_x509_certificate(content)
    except ValueError:
        certificate = None
    if certificate is None:
        raise _damaged(cert_path)
    if _read_key(key_path).public_key() != certificate.public_key():
        raise _needs_person(
            f"The key {key_path} is not that of the certificate {cert_path}.",
            "One of the two was replaced without the other.",
            "Put back the pair from a backup, so that the agents go on trusting it.",
        )
    return certificate


def _read_key(key_path: Path) -> ec.EllipticCurvePrivateKey:
    if private_file.others_may_read(key_path):
        raise _needs_person(
            f"Other users of this machine may read the private key {key_path}.",
            "Whoever has it can pass for this server before every agent.",
            f"Run “chmod 600 {key_path}”; if somebody may have read it, make a new certificate.",
        )
    content = key_path.read_bytes()
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None  # … and out of the block, so that nothing of the key hangs on the error below
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _damaged(key_path)
    return key


def _due(
    certificate: x509.Certificate, subjects: Sequence[x509.GeneralName], cert_path: Path, now: datetime
) -> Finding | None:
    held = {name for names in _subject_names(certificate) for name in names}
    lacking = [str(subject.value) for subject in subjects if subject not in held]
    ends = certificate.not_valid_after_utc
    if ends - now < TOLD_BEFORE:
        what = f"The certificate {cert_path} {'ended' if ends <= now else 'ends'} on {ends:%d/%m/%Y}."
    elif lacking:
        what = f"The certificate {cert_path} does not name {', '.join(lacking)}."
    else:
        return None
    return Finding(
        code=Code.CLOUD_CERTIFICATE,
        what=what,
        why="The agents pin it, so a new one is not made until you say so.",
        fix=(
            f"Stop this program, take {cert_path.name} and its key out of {cert_path.parent}, start it "
            "again, and accept the new fingerprint at each agent."
        ),
    )


def _subject_names(certificate: x509.Certificate) -> list[x509.SubjectAlternativeName]:
    values = (extension.value for extension in certificate.extensions)
    return [value for value in values if isinstance(value, x509.SubjectAlternativeName)]


def _damaged(path: Path) -> NeedsPerson:
    return _needs_person(
        f"{path} cannot be understood.",
        "It is damaged, or not of the kind that this program makes.",
        "Put back both certificate.pem and certificate.key from a backup.",
    )


def _needs_person(what: str, why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(Finding(code=Code.CLOUD_CERTIFICATE, what=what, why=why, fix=fix))
