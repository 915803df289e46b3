"""The one POST of the shop's side: asking for a token. Everything else in `adobe/` only ever sends GET.

Two modules use it: `ims_token.py` (Adobe's sign-in service, for the Cloud Service) and `activation.py` (the
shop itself, once, when an integration is activated). A secret goes to exactly one address: no redirect is
followed, no cookie is kept, nothing is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from ml_connector.adobe.answers import Answer
from ml_connector.adobe.in_time import bound, within
from ml_connector.adobe.shop import CONNECT_S, USER_AGENT, on_this_machine
from ml_connector.clock import Clock

READ_S = 30.0
# The whole call, however its answer drips: all workers of a connection wait for the one that fetches a token.
WHOLE_S = 60.0
# A token's answer has one or two kilobytes; what is longer is cut here, and is then none.
ANSWER_BYTES_MAX = 64 * 1024


def ask_for_token(
    url: str,
    asked: str,
    clock: Clock,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    whole_s: float = WHOLE_S,
) -> Answer:
    """Send one POST, with `form` as its body if there is one; `asked` is what messages call it.

    Raises `httpx2.RequestError` when no whole answer came; any answer that came is returned, good or bad.
    """
    body = b""
    with (
        httpx2.Client(
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            timeout=httpx2.Timeout(READ_S, connect=CONNECT_S),
            trust_env=not on_this_machine(url),
        ) as http,
        within(clock, whole_s),
    ):
        bound(http, clock)
        with http.stream("POST", url, data=form) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > ANSWER_BYTES_MAX:
                    break
    return Answer(
        asked=asked,
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body[:ANSWER_BYTES_MAX],
        at=clock.now(),
    )
