"""What answered in the place of a shop's API: maintenance, a firewall, a login page, a redirect, nothing.

`answers.py` knows only what happens next, which is the same for most of these. A person who sets a shop up,
or mends one, has to know which it is (reference: adobe_commerce.md §1.3, §2.5, §4.5, §9.3).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ml_connector.adobe.answers import Answer, retry_after
from ml_connector.adobe.refusal import one_line, refusal_in
from ml_connector.errors import Code, Finding

_PLACE = re.compile(r"(https?://[A-Za-z0-9.-]+(?::[0-9]+)?)(/[A-Za-z0-9._/-]*)?(?=[?#]|$)")


def not_the_api(answer: Answer, root: str) -> Finding | None:
    """What stands in the place of the API at `root`, by its answer; None when the API itself answered.

    A 404 is not told here: what to do about it depends on where the API is instead.
    """
    status = answer.status
    if 300 <= status < 400:
        return _redirected(answer, root)
    special = {429: _limited, 502: _down, 503: _maintenance, 504: _slow}.get(status)
    if special is not None:
        return special(answer)
    if status > 500 or status == 408:
        return _busy(answer)
    if status == 200 and "json" in answer.headers.get("content-type", ""):
        return None
    if refusal_in(answer.body) is not None or status == 404:
        return None
    if status == 500:
        return _broken(answer)
    return _page(answer, root)


def _redirected(answer: Answer, root: str) -> Finding:
    found = _PLACE.fullmatch(answer.headers.get("location", ""))
    place = found[1] if found else ""
    if not place or place == _origin(root):
        return _finding(
            Code.SHOP_REFUSED,
            f"The shop sent the request on to a page of its own ({answer.status}).",
            "A sign-in, a choice of language or a rule of the web server stands before its API.",
            "Let the web server answer /rest/ without sending it on; then run ping again.",
        )
    base = (found[2] or "").partition("/rest/")[0].rstrip("/") if found else ""
    return _finding(
        Code.SHOP_REFUSED,
        f"The shop sent the request on to {place} ({answer.status}).",
        "A request is signed for one exact address, so a redirect is not followed.",
        f"Enter {place}{base} as the shop's address.",
    )


def _limited(answer: Answer) -> Finding:
    seconds = retry_after(answer)
    when = (
        "It does not say for how long" if seconds is None else f"It asks to be left alone for {seconds:.0f} s"
    )
    return _finding(
        Code.SHOP_UNREACHABLE,
        "The shop limits its callers: it answered 429.",
        f"{when}. Other programs read this shop too, or a front end counts our requests.",
        "Wait, then run ping again. If it stays, let the front end pass this machine's address.",
    )


def _maintenance(answer: Answer) -> Finding:
    return _finding(
        Code.SHOP_UNREACHABLE,
        "The shop is in maintenance mode, or its front end cannot keep up: it answered 503"
        f" ({_sort(answer)}).",
        "Maintenance mode answers every request like this, and names no time.",
        "Wait until maintenance is over (bin/magento maintenance:status tells), then run ping again.",
    )


def _down(answer: Answer) -> Finding:
    return _finding(
        Code.SHOP_UNREACHABLE,
        f"The shop's web server runs, and PHP behind it does not: it answered 502 ({_sort(answer)}).",
        "PHP was stopped, is starting, or ended in a fault.",
        "Ask whoever runs the shop to look at PHP-FPM; then run ping again.",
    )


def _slow(answer: Answer) -> Finding:
    return _finding(
        Code.SHOP_UNREACHABLE,
        f"The shop is too slow for its own front end: it answered 504 ({_sort(answer)}).",
        "Its PHP took longer over one row than the front end waits.",
        "Ask whoever runs the shop what slows it down; then run ping again.",
    )


def _busy(answer: Answer) -> Finding:
    return _finding(
        Code.SHOP_UNREACHABLE,
        f"A front end answered in the shop's place: {answer.status} ({_sort(answer)}).",
        "It does not reach the shop, or the shop does not answer it in time.",
        "Ask whoever runs the shop's front end or CDN; then run ping again.",
    )


def _broken(answer: Answer) -> Finding:
    return _finding(
        Code.SHOP_UNREACHABLE,
        f"The shop itself has failed: it answered 500 with a page ({_sort(answer)}).",
        "Its database does not answer, or an extension has failed before the API was reached.",
        "Open the shop in a browser. If it shows an error too, give that to whoever runs it.",
    )


def _page(answer: Answer, root: str) -> Finding:
    if answer.status == 403:
        return _finding(
            Code.SHOP_ANSWER_UNREADABLE,
            f"A firewall refused the request: 403 ({_sort(answer)}), and not in the words of the API.",
            "A web application firewall or CDN before the shop takes us for something else.",
            "Let it pass requests to /rest/ whose User-Agent begins with ml-connector.",
        )
    if answer.status == 401:
        return _finding(
            Code.SHOP_ANSWER_UNREADABLE,
            f"The web server asks for a password of its own: 401 ({_sort(answer)}).",
            "A staging shop is often locked like this; that lock takes the place of our own credentials.",
            "Let the web server pass /rest/ without its own password, for this machine's address at least.",
        )
    if answer.status == 400 and root.startswith("http://"):
        why = "This port may want https; or a front end takes the request for a malformed one."
        fix = "Enter the address with https://, then run ping again."
    else:
        why = "A sign-in page, a cache or a landing page stands before the shop."
        fix = "Open the address on this machine to see it; then let it pass /rest/ through."
    return _finding(
        Code.SHOP_ANSWER_UNREADABLE,
        f"A page answered in the place of the API: {answer.status} ({_sort(answer)}).",
        why,
        fix,
    )


def _origin(root: str) -> str:
    parts = urlsplit(root)
    return f"{parts.scheme}://{parts.netloc}"


def _sort(answer: Answer) -> str:
    return one_line(answer.headers.get("content-type", "").partition(";")[0]) or "no content type"


def _finding(code: Code, what: str, why: str, fix: str) -> Finding:
    return Finding(code=code, what=what, why=why, fix=fix)
