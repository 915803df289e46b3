"""The token call of the Cloud Service: client id and secret in, an access token out.

OAuth 2.0 client credentials at Adobe's identity service, IMS (reference: adobe_commerce.md §2.2). Every
answer that is no token leaves as an error of our tree. IMS's own error texts are in no reference of ours: the
words of the standard are taken (RFC 6749 §5.2), and only such a word is ever shown, never what stands beside
it. Who asks when is `ims.py`'s matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import httpx2

from ml_connector.adobe.answers import Answer, retry_after
from ml_connector.adobe.refusal import one_line
from ml_connector.adobe.shop import is_private, origin_and_path
from ml_connector.adobe.token_call import ask_for_token
from ml_connector.clock import Clock
from ml_connector.codec import loads
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain

IMS_TOKEN_URL = "https://ims-na1.adobelogin.com/ims/token/v3"
SCOPES = (
    "openid",
    "AdobeID",
    "email",
    "profile",
    "additional_info.roles",
    "additional_info.projectedProductContext",
    "commerce.accs",
)
"""What the Cloud Service needs; `commerce.accs` is the one that people forget (§2.2)."""

# `expires_in` is in seconds; older endpoints of IMS meant milliseconds (§2.2).
MOST_SECONDS = 10_000_000

_ASKED = "Adobe's sign-in service (IMS)"
_PRINTABLE = re.compile(r"[!-~]{1,1000}")
_SCOPE = re.compile(r"[!-+\--~]{1,200}")
_ORGANIZATION = re.compile(r"[A-Za-z0-9]{1,100}@AdobeOrg")
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]{1,20000}=*")
_WORD = re.compile(r"[a-z_]{1,40}")
_CONSOLE = "In the Adobe Developer Console, open the project's OAuth Server-to-Server credential"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImsCredentials:
    """An OAuth Server-to-Server credential of the Adobe Developer Console.

    `organization_id` is the IMS organisation, `…@AdobeOrg`. The secret is sent to `token_url` and nowhere
    else. Raises `NeedsPerson` (settings-invalid) for a value that can be none of these.
    """

    client_id: str
    client_secret: str = field(repr=False)
    organization_id: str
    scopes: tuple[str, ...] = SCOPES
    token_url: str = IMS_TOKEN_URL
    type: str = "ims"

    def __post_init__(self) -> None:
        if not _PRINTABLE.fullmatch(self.client_id):
            raise _not_a("client ID", "It is empty, or holds a space or a character that none has.")
        if not _PRINTABLE.fullmatch(self.client_secret):
            raise _not_a("client secret", "It is empty, or holds a space or a character that none has.")
        if not _ORGANIZATION.fullmatch(self.organization_id):
            raise _not_a("organisation ID", "It does not have the form …@AdobeOrg.")
        if not self.scopes or not all(_SCOPE.fullmatch(scope) for scope in self.scopes):
            raise _not_a("list of scopes", "It is empty, or one of them holds a comma or a space.")
        try:
            origin, _ = origin_and_path(self.token_url)
        except NeedsPerson as error:
            raise _not_a("token address", error.finding.why) from None
        if not is_private(origin):
            raise _not_a("token address", "It begins with http://, and the secret would travel readable.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What IMS gave, good for `lasts_s` seconds from the moment it was asked."""

    access_token: str = field(repr=False)
    lasts_s: float


def fetch_token(credentials: ImsCredentials, clock: Clock) -> Token:
    """Ask IMS for a new token. Raises `TryAgain` when IMS is away or busy, `NeedsPerson` (shop-credentials)
    when it does not accept the credential."""
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "scope": ",".join(credentials.scopes),
    }
    try:
        answer = ask_for_token(
            credentials.token_url, _ASKED, clock, form=form, headers={"Accept": "application/json"}
        )
    except httpx2.RequestError as error:
        why = one_line(str(error)) or type(error).__name__
    else:
        return _token_in(answer)
    # Out of the block, so that the request with the secret in it does not hang on the error.
    raise _away(f"The connection failed: {why}.")


def _token_in(answer: Answer) -> Token:
    if 300 <= answer.status < 400:
        raise _person(
            f"{_ASKED} sent the token call on to another address ({answer.status}).",
            "The client secret is sent to one address only.",
            "Check the token address of the credential, and any proxy on the way.",
        )
    said = _object_in(answer.body)
    error = said.get("error")
    if answer.status in (408, 429) or answer.status >= 500:
        raise _away(f"It answered {answer.status}.", after_s=retry_after(answer))
    if answer.status == 200:
        token = _read(said)
        if token is None:
            raise _unreadable("Its answer holds no bearer token that lasts.")
        return token
    if not isinstance(error, str):
        raise _unreadable(f"It answered {answer.status}, and not in the words of a token service.")
    raise _refused(error if _WORD.fullmatch(error) else "an unknown error", answer.status)


def _read(said: Mapping[str, object]) -> Token | None:
    token, kind, expires_in = said.get("access_token"), said.get("token_type"), said.get("expires_in")
    if not isinstance(token, str) or not _BEARER.fullmatch(token):
        return None
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return None
    if not isinstance(expires_in, int) or isinstance(expires_in, bool) or expires_in <= 0:
        return None
    return Token(access_token=token, lasts_s=expires_in / 1000 if expires_in > MOST_SECONDS else expires_in)


def _refused(error: str, status: int) -> NeedsPerson:
    what = f"{_ASKED} gives no token: {error} ({status})."
    if error == "invalid_scope":
        return _person(
            what,
            "The credential may not ask for one of the scopes.",
            f"{_CONSOLE} and see that the Adobe Commerce API is added to it, with the scope commerce.accs.",
        )
    if error in ("invalid_client", "unauthorized_client", "access_denied"):
        return _person(
            what,
            "The client ID or secret is mistyped, or the secret was replaced or the credential removed.",
            f"{_CONSOLE}, and enter its client ID and client secret again.",
        )
    return _person(
        what, "It does not accept the credential as it is.", f"{_CONSOLE} and compare every value."
    )


def _away(why: str, *, after_s: float | None = None) -> TryAgain:
    return TryAgain(
        Finding(
            code=Code.SHOP_UNREACHABLE,
            what=f"{_ASKED} gives no token at the moment.",
            why=why,
            fix="It is asked again. If this stays, check this machine's way there, and status.adobe.com.",
        ),
        after_s=after_s,
    )


def _unreadable(why: str) -> TryAgain:
    return TryAgain(
        Finding(
            code=Code.SHOP_ANSWER_UNREADABLE,
            what=f"The answer of {_ASKED} cannot be used.",
            why=why,
            fix="It is asked again. If this stays, check the token address, and any proxy on the way.",
        )
    )


def _person(what: str, why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(Finding(code=Code.SHOP_CREDENTIALS, what=what, why=why, fix=fix))


def _not_a(name: str, why: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what=f"The {name} of the Cloud Service's credential is none.",
            why=why,
            fix=f"{_CONSOLE} and copy it from there.",
        )
    )


def _object_in(body: bytes) -> dict[str, object]:
    try:
        read = loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast(dict[str, object], read) if isinstance(read, dict) else {}
