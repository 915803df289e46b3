"""What happens next after an answer of the shop: one table from status and body to our error tree.

The shop's statuses mislead: a missing permission is 401, a deadlock is 400, a request that can never succeed
is 500, maintenance is an HTML page, and a message arrives as a template with its parameters beside it. Here,
and nowhere else, they become `TryAgain` or `NeedsPerson` with what, why and fix
(reference: adobe_commerce.md §1.5, §4.5, §9.2, §9.3). Only the Cloud Service's refusal of a fresh token is
told in `ims.py`, which alone knows that it was fresh.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from ml_connector.adobe.keys_refused import refused_keys
from ml_connector.adobe.refusal import Refusal, one_line, refusal_in
from ml_connector.adobe.trouble import NoSuchEntity, Overloaded, PageTooLarge, ServerFault
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain

DEADLOCK = 1213
# 408 and what lies above 500 come from proxies and front ends, not from the shop's own code.
_BUSY = frozenset({408, 429, *range(501, 600)})
_SECONDS = re.compile(r"[0-9]{1,9}")
LONGEST_PAUSE_S = 6 * 3600.0
"""The longest pause that a shop is granted, in seconds. Limits of callers and maintenance ask for seconds to
a few hours; what asks for more is a date in a wrong year, or milliseconds taken for seconds. One request in
six hours harms no shop, and a day without its documents would harm the merchant."""
_PAGE_LIMIT = re.compile(r"Maximum SearchCriteria pageSize is ([0-9]{1,4})")
# An unknown route is 404 too, with another message (§9.3).
_NO_ENTITY = ("The entity that was requested doesn't exist", "No such entity")
# No whole answer, though a connection was made: it may have been too much for the shop (§4.5, §8.4).
_BROKEN_OFF = (httpx2.ReadTimeout, httpx2.ReadError, httpx2.RemoteProtocolError)
# Scheme and host of a redirect: what stands before or behind them may hold a session or a password.
_PLACE = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?=[/?#]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as it came. `asked` is the path without the query, for messages; header names are in lower
    case; `at` is our own clock when it arrived, UTC."""

    asked: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime


def json_text(answer: Answer) -> str:
    """The JSON text of a good answer; raises `TryAgain` or `NeedsPerson` for every other."""
    if answer.status == 200 and "json" in answer.headers.get("content-type", ""):
        try:
            # Some shops' extensions leave a byte order mark in front of everything.
            return answer.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise unreadable(answer.asked, "The answer is no UTF-8 text.") from None
    raise _error(answer)


def unreadable(asked: str, why: str) -> TryAgain:
    """An answer with status 200 that is not what was asked for; nothing of it is used."""
    return TryAgain(
        Finding(
            code=Code.SHOP_ANSWER_UNREADABLE,
            what=f"The shop's answer to {asked} cannot be used.",
            why=why,
            fix="It is asked again. If this stays, look for an extension or cache that changes answers.",
        )
    )


def not_answered(asked: str, error: httpx2.RequestError) -> TryAgain:
    """No whole answer arrived: no connection, a reset, a time-out, a broken body or certificate."""
    if isinstance(error, httpx2.DecodingError):
        return unreadable(asked, "The compressed body is damaged.")
    if isinstance(error, httpx2.TimeoutException):
        why = "The shop did not answer in time."
    elif "CERTIFICATE" in str(error).upper():
        why = f"The shop's certificate is not trusted: {one_line(str(error))}."
    else:
        why = f"The connection failed: {one_line(str(error)) or type(error).__name__}."
    kind = Overloaded if isinstance(error, _BROKEN_OFF) else TryAgain
    return kind(
        Finding(
            code=Code.SHOP_UNREACHABLE,
            what=f"The shop gave no answer to {asked}.",
            why=why,
            fix="It is asked again. If this stays, open the shop's address on this machine.",
        )
    )


def _error(answer: Answer) -> TryAgain | NeedsPerson:
    """The table, from the most particular case down."""
    status = answer.status
    if 300 <= status < 400:
        return _redirected(answer)
    refusal = refusal_in(answer.body)
    if status in _BUSY or refusal is None:
        return _in_its_place(answer) if _is_page(answer) else _unavailable(answer)
    if refusal.code == DEADLOCK:
        return _deadlocked(answer, refusal)
    if refusal.resource:
        return _not_permitted(answer, refusal)
    if status == 401 or _speaks_of_keys(refusal.message):
        return _not_known(answer, refusal)
    return _refused(answer, refusal)


def _redirected(answer: Answer) -> NeedsPerson:
    place = _PLACE.match(answer.headers.get("location", ""))
    return _person(
        Code.SHOP_REFUSED,
        f"The shop sent {answer.asked} on to {place[0] if place else 'another page'} ({answer.status}).",
        "A request is signed for one exact address, so a redirect cannot be followed.",
        "Enter the shop's address as its final one: with https or without, with www or without.",
    )


def _is_page(answer: Answer) -> bool:
    """Whether a page for people answered, and not because something is busy: that does not pass by itself."""
    return (
        answer.status < 500
        and answer.status not in _BUSY
        and "html" in answer.headers.get("content-type", "").lower()
    )


def _in_its_place(answer: Answer) -> NeedsPerson:
    return _person(
        Code.SHOP_ANSWER_UNREADABLE,
        f"A page answered in the place of the shop's API: {answer.status} to {answer.asked} (text/html).",
        "A firewall, a sign-in page, a lock of the web server or a cache stands before the shop.",
        "Let it pass requests to /rest/ whose User-Agent begins with ml-connector; ping tells which it is."
        " Reading goes on by itself then.",
    )


def _unavailable(answer: Answer) -> TryAgain:
    sort = one_line(answer.headers.get("content-type", "").partition(";")[0]) or "no content type"
    busy = answer.status in _BUSY or answer.status == 500
    kind = Overloaded if answer.status >= 500 else TryAgain
    return kind(
        Finding(
            code=Code.SHOP_UNREACHABLE if busy else Code.SHOP_ANSWER_UNREADABLE,
            what=f"The shop is not available: {answer.status} to {answer.asked} ({sort}).",
            why="It is in maintenance or overloaded, limits its callers, or a firewall answers in its place."
            if busy
            else "Something else answered in the place of the shop's API, or its answer is cut off.",
            fix="It is asked again. If this stays, check the shop, its address and its firewall."
            + _too_long(answer),
        ),
        after_s=retry_after(answer),
    )


def retry_after(answer: Answer) -> float | None:
    """Seconds to wait as the other side asked, and `LONGEST_PAUSE_S` at most; None when it did not ask."""
    asked = _pause_asked(answer)
    return None if asked is None else min(asked, LONGEST_PAUSE_S)


def _pause_asked(answer: Answer) -> float | None:
    """Either form of Retry-After (RFC 9110 §10.2.3), in seconds.

    A date is one of the other side's clock: it is measured from its own Date, where there is one, so that a
    clock that is wrong makes no wrong pause.
    """
    asked = answer.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(asked):
        return float(asked)
    until = http_date(asked)
    if until is None:
        return None
    there = http_date(answer.headers.get("date", "")) or answer.at
    return max(0.0, (until - there).total_seconds())


def _too_long(answer: Answer) -> str:
    """What is said of a pause that is longer than the shop is granted; “” for every other."""
    asked = _pause_asked(answer)
    if asked is None or asked <= LONGEST_PAUSE_S:
        return ""
    return (
        f" It asked for a pause of {asked / 3600:.0f} hours, which is taken for a mistake: it is asked again"
        f" after {LONGEST_PAUSE_S / 3600:.0f}."
    )


def http_date(text: str) -> datetime | None:
    """An HTTP date as an aware instant; None for what is none."""
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _deadlocked(answer: Answer, refusal: Refusal) -> TryAgain:
    return TryAgain(
        Finding(
            code=Code.SHOP_UNREACHABLE,
            what=f"The shop's database was busy at {answer.asked}: {refusal.message}.",
            why="Two of the shop's own tasks wanted the same rows.",
            fix="Nothing to do; it is asked again.",
        )
    )


def _not_permitted(answer: Answer, refusal: Refusal) -> NeedsPerson:
    return _person(
        Code.SHOP_PERMISSION,
        f"The integration may not read {answer.asked}: it lacks {refusal.resource}.",
        "The resource is not ticked for it; or the shop's web server drops the Authorization header, and then"
        " every read fails like this.",
        f"In the shop's admin, System > Integrations, grant {refusal.resource} to the integration and"
        " activate it again; where every read fails, let the web server pass the Authorization header on.",
    )


def _speaks_of_keys(message: str) -> bool:
    """A 400 that is about credentials all the same (§9.2)."""
    words = message.lower()
    return "length" in words and ("token" in words or "consumer key" in words)


def _not_known(answer: Answer, refusal: Refusal) -> TryAgain | NeedsPerson:
    words = refusal.message.lower()
    if "nonce is already" in words:
        return TryAgain(
            Finding(
                code=Code.SHOP_REFUSED,
                what=f"The shop saw the same request to {answer.asked} twice: {refusal.message}.",
                why="Something on the way sent our request again; a signed request is accepted once.",
                fix="It is signed anew and asked again.",
            )
        )
    if "nonce" in words or "timestamp" in words:
        return _clock_differs(answer, refusal)
    why, fix = refused_keys(refusal.message)
    return _person(
        Code.SHOP_CREDENTIALS, f"The shop does not accept our credentials: {refusal.message}.", why, fix
    )


def _clock_differs(answer: Answer, refusal: Refusal) -> NeedsPerson:
    theirs = http_date(answer.headers.get("date", ""))
    ahead = (
        ""
        if theirs is None
        else f" Ours is {(answer.at - theirs).total_seconds():.0f} s ahead of the shop's."
    )
    return _person(
        Code.SHOP_CLOCK,
        f"The shop does not accept the time of our request: {refusal.message}.",
        f"A request may be at most 600 s ahead of the shop's clock.{ahead}",
        "Set this machine's clock, or the shop's, by a time server.",
    )


def _refused(answer: Answer, refusal: Refusal) -> NeedsPerson:
    if answer.status == 500:
        failed = _person(
            Code.SHOP_REFUSED,
            f"The shop failed on {answer.asked} (500): {refusal.message}.",
            "Its own code met an error; the same request fails again until that is mended.",
            "Give this message to the shop's developer: the report ID is found in the shop's log.",
        )
        return ServerFault(failed.finding, refusal.message)
    refused = _person(
        Code.SHOP_REFUSED,
        f"The shop refused {answer.asked} ({answer.status}): {refusal.message}.",
        "The address or store code is wrong, a module is off, or an extension or limit stands in the way.",
        "Check the shop's address; then give this message to the shop's developer.",
    )
    if answer.status == 404 and refusal.message.startswith(_NO_ENTITY):
        return NoSuchEntity(refused.finding)
    limit = _PAGE_LIMIT.search(refusal.message)
    return PageTooLarge(refused.finding, int(limit[1])) if limit else refused


def _person(code: Code, what: str, why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(Finding(code=code, what=what, why=why, fix=fix))
