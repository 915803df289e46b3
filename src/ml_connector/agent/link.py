"""The shell towards the cloud: every message of `sync/protocol.py` as one HTTPS POST.

The agent calls, nothing calls in. All messages but `pair` may be sent twice without harm, so a lost answer is
simply asked for again, a few times with growing, jittered waits. Errors come out as ours:

    no answer, 5xx, 429          TryAgain     CLOUD_UNREACHABLE
    a certificate not believed   NeedsPerson  CLOUD_CERTIFICATE
    401, 403                     NeedsPerson  AGENT_UNKNOWN
    an answer not understood     NeedsPerson  PROTOCOL_TOO_NEW
    any other 4xx                NeedsPerson  what the cloud says: {"code", "what", "why", "fix"}
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Self, TypeVar, cast

import httpx2

from ml_connector.agent.tls import CONNECT_SECONDS, unreachable
from ml_connector.clock import Clock
from ml_connector.codec import NotUnderstood, canonical, from_json, loads
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.sync.protocol import (
    PROTOCOL_VERSION,
    CatalogueIs,
    Heartbeat,
    Hello,
    Leased,
    LeaseRequest,
    LedgerIs,
    Pair,
    Paired,
    Receipts,
    ReceiptsTaken,
    Taken,
    Welcome,
)

TRIES = 3
FIRST_WAIT_S = 0.5
ANSWER_SECONDS = 60.0

_ABOUT_THIS_AGENT = frozenset({Code.AGENT_UNKNOWN, Code.PAIRING_CODE})

Answer = TypeVar("Answer")


class Link:
    """One agent's line to its cloud. `credential` is empty only for pairing."""

    def __init__(self, url: str, trust: ssl.SSLContext, clock: Clock, *, credential: str = "") -> None:
        self._url, self._clock = url.rstrip("/"), clock
        headers = {"Content-Type": "application/json"}
        if credential:
            headers["Authorization"] = f"Bearer {credential}"
        self._client = httpx2.Client(
            verify=trust,
            headers=headers,
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pair(self, message: Pair) -> Paired:
        """Trade the code for a credential. Sent once: the code works once."""
        return self._ask("pair", message, Paired, tries=1)

    def hello(self, message: Hello) -> Welcome:
        """Say who calls. Raises NeedsPerson PROTOCOL_TOO_NEW when the cloud is two releases ahead."""
        welcome = self._ask("hello", message, Welcome)
        if welcome.protocol > PROTOCOL_VERSION + 1:
            raise NeedsPerson(_too_new(f"It speaks version {welcome.protocol} of the agents' protocol."))
        return welcome

    def catalogue(self, message: CatalogueIs) -> Taken:
        """Send what stands in the company."""
        return self._ask("catalogue", message, Taken)

    def lease(self, message: LeaseRequest) -> Leased:
        """Ask for work. Commands stay raw JSON; `commands.read_command` reads each."""
        return self._ask("lease", message, Leased)

    def receipts(self, message: Receipts) -> ReceiptsTaken:
        """Report."""
        return self._ask("receipts", message, ReceiptsTaken)

    def ledger(self, message: LedgerIs) -> Taken:
        """Send Sage's side of the proof."""
        return self._ask("ledger", message, Taken)

    def heartbeat(self, message: Heartbeat) -> Taken:
        """Still here, and what keeps it from working."""
        return self._ask("heartbeat", message, Taken)

    def _ask(self, name: str, message: object, kind: type[Answer], tries: int = TRIES) -> Answer:
        body = canonical(message)
        for attempt in range(tries):
            try:
                answer = self._client.post(f"{self._url}/agent/v1/{name}", content=body)
                return self._read(answer, kind)
            except (httpx2.HTTPError, TryAgain) as error:
                trouble = self._trouble(error)
                if attempt + 1 == tries or trouble.after_s is not None:
                    raise trouble from None
                self._clock.sleep(FIRST_WAIT_S * 2**attempt * (0.5 + self._clock.jitter()))
        raise AssertionError("unreachable: the last try returns or raises")

    def _trouble(self, error: httpx2.HTTPError | TryAgain) -> TryAgain:
        """The error in our words. Raises NeedsPerson for a certificate that is not believed."""
        if isinstance(error, TryAgain):
            return error
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise NeedsPerson(self._not_believed(cause.verify_message)) from None
            cause = cause.__cause__ or cause.__context__
        timeout = isinstance(error, httpx2.TimeoutException)
        return TryAgain(unreachable(self._url, TimeoutError() if timeout else error))

    def _read(self, answer: httpx2.Response, kind: type[Answer]) -> Answer:
        status = answer.status_code
        if status == 429 or status >= 500:
            raise TryAgain(self._failed(f"It answered {status}."), after_s=_seconds(answer))
        if status >= 400:
            raise NeedsPerson(self._refused(status, answer))
        try:
            value = loads(answer.content)
        except ValueError:
            value = None
        if status != 200 or not isinstance(value, dict):
            why = f"Something else than ml-connector answered there (status {status})."
            raise TryAgain(self._failed(why))
        fields = cast(dict[str, object], value)
        if isinstance(fields.get("finding"), dict):
            fields["finding"] = _with_known_code(cast(Mapping[str, object], fields["finding"]))
        try:
            return from_json(kind, fields, lenient=True)
        except NotUnderstood as error:
            raise NeedsPerson(_too_new(f"Its answer is not understood: {error}.")) from None

    def _refused(self, status: int, answer: httpx2.Response) -> Finding:
        try:
            said = from_json(Finding, _with_known_code(cast(Mapping[str, object], loads(answer.content))))
        except (ValueError, AttributeError):
            said = None
        if status in (401, 403) and (said is None or said.code not in _ABOUT_THIS_AGENT):
            return Finding(
                code=Code.AGENT_UNKNOWN,
                what=f"The cloud side at {self._url} does not know this agent.",
                why="Its credential was revoked, the connection was removed, or another PC took it over.",
                fix="Get a new pairing code from the dashboard and run “ml-connector-agent pair”.",
            )
        return said or self._failed(f"It answered {status} without a reason.")

    def _failed(self, why: str) -> Finding:
        return Finding(
            code=Code.CLOUD_UNREACHABLE,
            what=f"The cloud side at {self._url} cannot be used at the moment.",
            why=why,
            fix="Nothing is lost: the agent tries again by itself. Look at the cloud's log if it goes on.",
        )

    def _not_believed(self, why: str) -> Finding:
        return Finding(
            code=Code.CLOUD_CERTIFICATE,
            what=f"The certificate of {self._url} is not believed, so nothing was sent.",
            why=f"TLS says: {why}.",
            fix=(
                "If the cloud has a new private certificate, compare its fingerprint with the one in the "
                "dashboard and pair again with --fingerprint. Otherwise something stands between."
            ),
        )


def _too_new(why: str) -> Finding:
    return Finding(
        code=Code.PROTOCOL_TOO_NEW,
        what="The cloud side is newer than this agent understands.",
        why=why,
        fix="Install the ml-connector-agent that the dashboard offers.",
    )


def _with_known_code(finding: Mapping[str, object]) -> dict[str, object]:
    """A finding whose code a newer cloud knows and we do not, is still worth its sentences."""
    kept = {name: finding[name] for name in ("code", "what", "why", "fix") if name in finding}
    if kept.get("code") not in set(Code):
        kept["code"] = Code.PROTOCOL_TOO_NEW.value
    return kept


def _seconds(answer: httpx2.Response) -> float | None:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else None
