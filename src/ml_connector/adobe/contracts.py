"""The contract of a webhook endpoint: how the merchant's sender signs. Values to be stored, and presets.

Which module signs how is in reference adobe_commerce.md §3.4. A sender that does not sign, or signs with MD5,
gets no endpoint: the sweep finds what it would have told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ml_connector.adobe.io_events import IoEvents
from ml_connector.adobe.signatures import RSA_BITS_LEAST, Form, public_key
from ml_connector.adobe.webhooks import TOLERANCE_S, CommerceWebhooks, Hmac, Verifier
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.sync.ports import Flow

SECRETS_MAX = 4
SECRET_LENGTH_LEAST = 8
TOLERANCES_S = (30, 900)

_HEADER = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,100}")
# What every request has, or what belongs to the way and not to the sender.
_TAKEN = frozenset(
    {"authorization", "connection", "content-length", "content-type", "cookie", "date", "host", "user-agent"}
)


class Scheme(StrEnum):
    """By what a delivery is told to be the sender's."""

    HMAC = "hmac-sha256"
    COMMERCE_WEBHOOKS = "commerce-webhooks"
    IO_EVENTS = "io-events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """How deliveries of one endpoint are signed; header names are in lower case, “” where there is none.

    Its secrets are kept apart, sealed: HMAC secrets; the PEM texts of Commerce Webhooks' public keys; the
    client ids to which I/O Events are addressed. `tolerance_s` is how far a signed time may be off, in
    seconds. `about` is a flow, or “” when deliveries of several kinds come in.
    """

    scheme: Scheme = Scheme.HMAC
    header: str = ""
    form: Form = Form.HEX
    timestamp_header: str = ""
    id_header: str = ""
    tolerance_s: int = TOLERANCE_S
    about: str = ""


PRESETS: Mapping[str, Contract] = {
    "async-events": Contract(header="x-magento-signature"),
    "commerce-webhooks": Contract(scheme=Scheme.COMMERCE_WEBHOOKS),
    "io-events": Contract(scheme=Scheme.IO_EVENTS),
    "standard-webhooks": Contract(
        header="webhook-signature",
        form=Form.STANDARD,
        timestamp_header="webhook-timestamp",
        id_header="webhook-id",
    ),
    "hub": Contract(header="x-hub-signature-256", form=Form.PREFIXED),
}
"""By the sender: Aligent and Mage-OS Async Events; Adobe's own two; two conventions of home-made senders."""

REFUSED: Mapping[str, str] = {
    "mageplaza-webhook": "It does not sign what it sends.",
    "c3-webhooks": "It sends a fixed API key or nothing, and does not sign what it sends.",
    "tim-intex-webhooks": "It sends a fixed API key or nothing, and does not sign what it sends.",
    "snappic": "It signs with MD5 over secret and body, which can be forged.",
}


def preset(name: str) -> Contract:
    """A sender's contract by its name; raises `NeedsPerson` (settings-invalid) when there can be none."""
    if name in PRESETS:
        return PRESETS[name]
    why = REFUSED.get(name, f"Known are {', '.join(PRESETS)}, and “custom” with a header of your own.")
    fix = "Do without: the shop is swept every few minutes. Or let a module send that signs."
    raise _invalid(why, fix if name in REFUSED else "Choose one of them.")


def checked(contract: Contract) -> Contract:
    """The contract, header names in lower case; raises `NeedsPerson` (settings-invalid) if it can be none."""
    names = ("header", "timestamp_header", "id_header")
    contract = replace(contract, **{name: str(getattr(contract, name)).strip().lower() for name in names})
    given = [value for value in (contract.header, contract.timestamp_header, contract.id_header) if value]
    for value in given:
        if not _HEADER.fullmatch(value) or value in _TAKEN:
            raise _invalid(f"“{value}” is no name of a header that a signature could stand in.", _COPY)
    if len(set(given)) != len(given):
        raise _invalid("Two of its headers have the same name.", _COPY)
    if contract.scheme is Scheme.HMAC and not contract.header:
        raise _invalid("The header with the signature is not named.", _COPY)
    if contract.scheme is not Scheme.HMAC and given:
        raise _invalid("Adobe's own senders have fixed headers.", "Leave the header names out.")
    if contract.form is Form.STANDARD and len(given) != len(names):
        raise _invalid("Standard Webhooks sign an id and a time, each in a header of its own.", _COPY)
    if contract.form is Form.TIMESTAMPED and contract.timestamp_header:
        raise _invalid("In the form t=…,v1=… the time stands in the signature's header.", _COPY)
    least, most = TOLERANCES_S
    if not least <= contract.tolerance_s <= most:
        raise _invalid(f"The tolerance is not between {least} and {most} seconds.", "Take 300.")
    if contract.about not in ("", Flow.ORDERS, Flow.INVOICES, Flow.CREDIT_MEMOS):
        raise _invalid(
            "It is about nothing that is followed.", "Take orders, invoices, creditmemos, or nothing."
        )
    return contract


def verifier(contract: Contract, secrets: tuple[str, ...]) -> Verifier | IoEvents:
    """The contract made ready with its secrets, the newest first; raises `NeedsPerson` (settings-invalid) for
    secrets that cannot be any."""
    if not 1 <= len(secrets) <= SECRETS_MAX:
        raise _invalid(
            f"It has {len(secrets)} active secrets.", f"Keep one to {SECRETS_MAX}; retire old ones."
        )
    about = Flow(contract.about) if contract.about else None
    match contract.scheme:
        case Scheme.HMAC:
            if any(len(secret) < SECRET_LENGTH_LEAST for secret in secrets):
                raise _invalid(
                    f"A secret has less than {SECRET_LENGTH_LEAST} characters.", "Take a longer one."
                )
            return Hmac(
                secrets=tuple(secret.encode() for secret in secrets),
                header=contract.header.encode(),
                form=contract.form,
                timestamp_header=contract.timestamp_header.encode(),
                id_header=contract.id_header.encode(),
                tolerance_s=contract.tolerance_s,
                about=about,
            )
        case Scheme.COMMERCE_WEBHOOKS:
            keys = tuple(key for key in map(public_key, secrets) if key is not None)
            if len(keys) != len(secrets):
                raise _invalid(
                    f"A key is no RSA public key in PEM form of at least {RSA_BITS_LEAST} bits.",
                    "Copy the whole public key from the shop's admin, with its first and last line.",
                )
            return CommerceWebhooks(keys=keys, about=about)
        case Scheme.IO_EVENTS:
            if not all(map(_CLIENT_ID.fullmatch, secrets)):
                raise _invalid(
                    "A client ID is not one.",
                    "Copy it from the credentials of the project in the Adobe Developer Console.",
                )
            return IoEvents(client_ids=frozenset(secrets), about=about)


_COPY = "Copy the names from the sender's documentation."


def _invalid(why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(code=Code.SETTINGS_INVALID, what="The webhook endpoint was not made.", why=why, fix=fix)
    )
