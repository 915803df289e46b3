"""The REST client: it reads a shop, politely, and has no method that could write to one.

One `ShopClient` per connection, shared by its threads. It keeps no cookies, follows no redirect, repeats
nothing by itself, and has at most two requests under way. Every answer that is not the JSON asked for leaves
as an error of our tree (`answers.py`); whoever is above decides when to ask again.
"""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

import httpx2

from ml_connector import __version__
from ml_connector.adobe.answers import Answer, json_text, not_answered
from ml_connector.adobe.in_time import bound, within
from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson

# Each request is a full start of the shop's PHP (reference: adobe_commerce.md §7.3, §8.4).
REQUESTS_AT_ONCE = 2
CONNECT_S = 10.0
# A front end gives up after 60 s at the latest unless somebody raised it (§4.5).
READ_S = 90.0
# A whole answer: the front end's 60 s until it begins, and two minutes for a few megabytes over a slow line.
# Without an end of its own an answer that drips would keep the one thread that reads all shops (§4.5).
WHOLE_S = 180.0

API_PATH = "/rest/all"
"""The one prefix that reads all store views (reference: adobe_commerce.md §1.9)."""

USER_AGENT = f"ml-connector/{__version__} (reads sales documents for bookkeeping)"

_HEADERS = {
    # Without it the shop answers XML or an HTML error page (§4.5).
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": USER_AGENT,
}


class ShopGet(Protocol):
    """What the feed and the look-ups need of a shop: the JSON text at a path below `V1`."""

    def get(self, path: str, query: str = "") -> str:
        """Read one resource; raises `TryAgain` or `NeedsPerson`."""
        ...


def api_root(address: str) -> str:
    """The root of a shop's REST API, from the address that a person entered.

    `https://shop.example.com/` gives `https://shop.example.com/rest/all`. An `index.php` in the address
    stays. Raises `NeedsPerson` with `settings-invalid` for what is no address.
    """
    origin, path = origin_and_path(address)
    return f"{origin}{f'{path}/'.partition('/rest/')[0].rstrip('/')}{API_PATH}"


def tenant_root(address: str) -> str:
    """The root of a Cloud Service instance's REST API, from the address that a person entered.

    `https://na1.api.commerce.adobe.com/<tenant-id>/` stays as it is, without the slash: there is neither
    `/rest` nor a store code, and the address is copied from Adobe, not built (reference: adobe_commerce.md
    §2.1). Raises `NeedsPerson` with `settings-invalid` for what is no such address.
    """
    origin, path = origin_and_path(address)
    path = path.removesuffix("/V1")
    if path.count("/") != 1:
        raise _no_address("It does not end in one tenant id, as in …adobe.com/‹tenant-id›.")
    root = f"{origin}{path}"
    if not is_private(root):
        raise _no_address("It begins with http://, and a token would travel readable.")
    return root


def is_private(url: str) -> bool:
    """Whether what is sent to this URL can be read on the way by nobody: https, or this machine itself."""
    return url.startswith("https://") or on_this_machine(url)


class ShopClient:
    """Signed GET requests to one shop."""

    def __init__(self, root: str, auth: httpx2.Auth, clock: Clock, *, whole_s: float = WHOLE_S) -> None:
        """`root` is what `api_root` gives; `auth` signs each attempt. `whole_s` is how many seconds a request
        may take in all, with a token call that its authenticator makes."""
        self._root = root
        self._clock = clock
        self._whole_s = whole_s
        self._http = httpx2.Client(
            auth=auth,
            headers=_HEADERS,
            # Every answer of the shop sets a session cookie; sending one back only makes it lock a session.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=REQUESTS_AT_ONCE),
            # Waiting for one of the two connections has no limit of its own: each of those reads has.
            timeout=httpx2.Timeout(connect=CONNECT_S, read=READ_S, write=CONNECT_S, pool=None),
            # A proxy of the environment is for the outside; a shop on this machine is never behind it.
            trust_env=not on_this_machine(root),
        )
        bound(self._http, clock)

    def get(self, path: str, query: str = "") -> str:
        """The JSON text at `path` below `V1`, as sent; `query` is already percent-encoded (`criteria.query`).

        Raises `TryAgain` when the same request may succeed later, `NeedsPerson` when somebody has to change
        something first.
        """
        return json_text(self.ask(path, query))

    def ask(self, path: str, query: str = "") -> Answer:
        """The answer as it came, good or bad. Raises `TryAgain`, caused by the `httpx2.RequestError`, when no
        whole one came, and whatever the authenticator raises."""
        asked = f"V1/{path}"
        try:
            with within(self._clock, self._whole_s):
                response = self._http.get(f"{self._root}/{asked}{'?' if query else ''}{query}")
        except httpx2.RequestError as error:
            raise not_answered(asked, error) from error
        return Answer(
            asked=asked,
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            at=self._clock.now(),
        )

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def __enter__(self) -> ShopClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def on_this_machine(url: str) -> bool:
    """Whether a URL's host is this machine by its loopback address or name."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def origin_and_path(address: str) -> tuple[str, str]:
    """Scheme, host and port as they are sent, and the path without a slash at its end; raises `NeedsPerson`
    with `settings-invalid` for what is no address."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_address("It cannot be read as an address.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise _no_address("It does not begin with https:// (or http://) and a host name.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _no_address("It holds a user name, a question mark or a fragment.")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{'' if port is None else f':{port}'}", parts.path.rstrip("/")


def _no_address(why: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what="The shop's address is no address.",
            why=why,
            fix="Enter it as the browser shows it, for example https://shop.example.com; for the Cloud"
            " Service, copy the REST address of the instance.",
        )
    )
