"""Adobe I/O Events' public keys, fetched from Adobe's one host; and the visit by which a registration is
confirmed.

Both hosts are constants. Nothing that can be set, sent or stored changes them: only a test gives another to
the constructor (`tests/house/test_pinned_hosts.py` shows it). Answers are small, redirects are not followed,
and there is a limit to how often anything is fetched, since a stranger may cause it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ml_connector.adobe.io_events import VALIDATION_ORIGIN, is_key_path, is_validation
from ml_connector.adobe.shop import USER_AGENT, on_this_machine
from ml_connector.adobe.signatures import public_key
from ml_connector.clock import Clock

KEYS_ORIGIN = "https://static.adobeioevents.com"

KEPT_S = 24 * 3600.0
"""A key is fetched anew after a day at the latest (reference: adobe_commerce.md §3.2)."""
NO_KEY_KEPT_S = 60.0
KEYS_MAX = 32
FETCHES_MAX = 12
VISITS_MAX = 4
IN_S = 60.0
"""So many fetches of keys, and so many visits, in so many seconds."""
TIMEOUT_S = 4.0
"""Two keys and the answer have to fit into the ten seconds that Adobe waits (§3.2)."""
ANSWER_BYTES_MAX = 16 * 1024


@dataclass(frozen=True, slots=True)
class _Kept:
    """A key, or that there was none at its path; `until` is of the monotonic clock."""

    key: RSAPublicKey | None
    until: float


@dataclass(slots=True)
class _Allowance:
    """How often something may be done in `IN_S` seconds."""

    most: int
    done_at: list[float] = field(default_factory=list[float])

    def taken(self, now: float) -> bool:
        """Whether it may be done once more, which is then counted."""
        self.done_at = [at for at in self.done_at if now - at < IN_S]
        allowed = len(self.done_at) < self.most
        if allowed:
            self.done_at.append(now)
        return allowed


@dataclass(slots=True)
class KeyRing:
    """The keys that were fetched, for a day each. `fetch` and `confirm` block, and are called by one thread
    at a time; the others never block."""

    clock: Clock
    origin: str = KEYS_ORIGIN
    validation_origin: str = VALIDATION_ORIGIN
    _kept: dict[str, _Kept] = field(default_factory=dict[str, _Kept], repr=False)
    _fetches: _Allowance = field(default_factory=lambda: _Allowance(FETCHES_MAX), repr=False)
    _visits: _Allowance = field(default_factory=lambda: _Allowance(VISITS_MAX), repr=False)

    def known(self, paths: Iterable[str]) -> Mapping[str, RSAPublicKey]:
        """Those of the keys that are here."""
        now = self.clock.monotonic()
        kept = ((path, self._kept.get(path)) for path in paths)
        return {path: one.key for path, one in kept if one is not None and one.key and now < one.until}

    def wanted(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those that would have to be fetched: not those of which it is known that there is no key."""
        now = self.clock.monotonic()
        return tuple(path for path in paths if path not in self._kept or now >= self._kept[path].until)

    def fetch(self, paths: Iterable[str]) -> bool:
        """Fetch these keys; False when Adobe's host did not answer, or was asked too often already."""
        with _client(self.origin) as http:
            reached = [self._fetch(http, path) for path in paths]
        return all(reached)

    def confirm(self, url: str) -> bool:
        """Visit the address that a registration is confirmed at, if it is Adobe's; whether that worked."""
        if not is_validation(url, self.validation_origin) or not self._visits.taken(self.clock.monotonic()):
            return False
        with _client(self.validation_origin) as http:
            answered = _got(http, url)
        return answered is not None and answered[0] == 200

    def _fetch(self, http: httpx2.Client, path: str) -> bool:
        if not is_key_path(path) or not self._fetches.taken(self.clock.monotonic()):
            return False
        answered = _got(http, f"{self.origin}{path}")
        if answered is None:
            return False
        status, body = answered
        key = public_key(body) if status == 200 else None
        if key is None and status >= 500:
            return False
        if len(self._kept) >= KEYS_MAX:
            self._kept.pop(min(self._kept, key=lambda each: self._kept[each].until))
        self._kept[path] = _Kept(key, self.clock.monotonic() + (NO_KEY_KEPT_S if key is None else KEPT_S))
        return True


def _client(origin: str) -> httpx2.Client:
    return httpx2.Client(
        headers={"User-Agent": USER_AGENT},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        timeout=TIMEOUT_S,
        trust_env=not on_this_machine(origin),
    )


def _got(http: httpx2.Client, url: str) -> tuple[int, bytes] | None:
    """Status and body of a GET, or None when no whole answer came. A body that is too long is left out."""
    try:
        with http.stream("GET", url) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > ANSWER_BYTES_MAX:
                    return response.status_code, b""
    except httpx2.RequestError:
        return None
    return response.status_code, body
