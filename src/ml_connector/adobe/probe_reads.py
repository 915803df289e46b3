"""What the answers of a ping say about the shop: stores, version, how much there is to read, and since when.

Each function takes the JSON text of an answer and makes one step of it; nothing is asked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from ml_connector.adobe.answers import unreadable
from ml_connector.adobe.criteria import is_date
from ml_connector.adobe.probe_waiting import ended_once, read_up_to
from ml_connector.adobe.reading.fields import Fields
from ml_connector.adobe.refusal import one_line
from ml_connector.adobe.steps import Step, StepName, good, not_tried, warning
from ml_connector.codec import loads
from ml_connector.sync.ports import Flow

# Came with the tokens of 2.4.4, which are JWTs (§1.7).
_JWT_MODULE = "Magento_JwtUserToken"
_ADMIN = "0"
_VENDORS_SHOWN = 20
_WORDS = {Flow.INVOICES: "invoice", Flow.CREDIT_MEMOS: "credit memo", Flow.ORDERS: "order"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsiteSeen:
    """A website with the codes of its store views, and the base currency and time zones of those."""

    id: str
    code: str
    name: str
    base_currencies: tuple[str, ...]
    time_zones: tuple[str, ...]
    store_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What our records say of a shop: the saved cursor of each flow, how many documents were read, and the
    cut-over date, before which nothing is wanted, with the instant (UTC) at which that day begins."""

    cursors: Mapping[Flow, str]
    read: Mapping[Flow, int]
    cut_over: date | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many rows a list has, and when its first one was made, UTC text; “” where there is none."""

    total: int
    oldest: str


def websites_in(websites: str, configs: str) -> tuple[WebsiteSeen, ...]:
    """The websites of `store/websites` with what `store/storeConfigs` says of them, without the admin's.

    Raises `NeedsPerson` (document-unreadable) or `TryAgain` for what is no such list.
    """
    lists = Fields("settings", {"websites": _list(websites), "store_configs": _list(configs)})
    views = lists.rows("store_configs")
    return tuple(
        WebsiteSeen(
            id=site.id("id"),
            code=site.text_or_empty("code"),
            name=site.text_or_empty("name"),
            base_currencies=_of(views, site, "base_currency_code"),
            time_zones=_of(views, site, "timezone"),
            store_codes=_of(views, site, "code"),
        )
        for site in lists.rows("websites")
        if site.id("id") != _ADMIN
    )


def stores_step(websites: Sequence[WebsiteSeen]) -> Step:
    """Every website with its currency, time zone and store views."""
    told = "; ".join(
        f"{one_line(site.code)} ({', '.join((*site.base_currencies, *site.time_zones))};"
        f" {', '.join(map(one_line, site.store_codes)) or 'no store view'})"
        for site in websites
    )
    return good(
        StepName.STORES,
        f"{_many(len(websites), 'website')}: {told}.",
        websites=[
            {
                "id": site.id,
                "code": site.code,
                "name": site.name,
                "base_currencies": site.base_currencies,
                "time_zones": site.time_zones,
                "store_views": site.store_codes,
            }
            for site in websites
        ],
    )


def version_step(past_the_end: str | None, modules: str | None) -> Step:
    """The version as far as it shows: by a page past the end of a list (§4.3), and by the modules.

    Either may be None, when it could not be read. The API does not tell the patch level (§9.7). Raises
    `TryAgain` for a page that is no list.
    """
    names = _module_names(modules)
    at_least = ""
    if _JWT_MODULE in names:
        at_least = "2.4.4"
    elif past_the_end is not None:
        at_least = "2.3" if _has_rows(past_the_end) else "2.4.0"
    others = sorted({name.partition("_")[0] for name in names} - {"Magento"})[:_VENDORS_SHOWN]
    facts = {"at_least": at_least, "modules": len(names), "other_vendors": others}
    if not at_least:
        return not_tried(
            StepName.VERSION, "The version does not show.", "What tells it could not be read.", **facts
        )
    told = f" It has {_many(len(names), 'module')}" if names else ""
    if names and others:
        told += f", of which those of {', '.join(others)} are not Adobe's own"
    behaves = "Magento 2.3" if at_least == "2.3" else f"Adobe Commerce or Magento {at_least} or later"
    what = f"It behaves like {behaves}; its API does not tell the patch level.{told}{'.' if told else ''}"
    return good(StepName.VERSION, what, **facts)


def counted(text: str) -> Counted:
    """The count of a list, and the `created_at` of the one row that was asked for.

    Raises `TryAgain` for what is no list.
    """
    listed = _object(_parsed(text))
    total = listed.get("total_count")
    if not isinstance(total, int):
        raise unreadable("V1", "A list does not say how many rows it has.")
    items = listed.get("items")
    rows = cast(list[object], items) if isinstance(items, list) else []
    made_at = _object(rows[0]).get("created_at") if rows else None
    return Counted(total=total, oldest=made_at if isinstance(made_at, str) and is_date(made_at) else "")


def documents_step(counts: Mapping[Flow, Counted], known: Known) -> Step:
    """How much was read and how much waits. `counts` are of the rows that were not read yet."""
    if not counts:
        return not_tried(
            StepName.DOCUMENTS,
            "What waits to be read was not counted.",
            "Neither invoices, credit memos nor orders may be read.",
        )
    waiting = _listed((flow, count.total) for flow, count in counts.items())
    facts = {
        flow.value: {"waiting": count.total, "read": known.read.get(flow, 0)}
        for flow, count in counts.items()
    }
    if not any(known.cursors.values()):
        return good(StepName.DOCUMENTS, f"{waiting} wait to be read; none was read yet.", **facts)
    read = _listed((flow, known.read.get(flow, 0)) for flow in counts)
    what = f"{read} were read; {waiting} are new in the shop or changed there since."
    return good(StepName.DOCUMENTS, what, **facts)


def back_fill_step(counts: Mapping[Flow, Counted], known: Known, now: datetime) -> Step:
    """How far back the first reading reaches, and how far it has come. `now` is our clock, UTC."""
    posted = [flow for flow in (Flow.INVOICES, Flow.CREDIT_MEMOS) if flow in counts]
    begun = [text for flow in posted if (text := known.cursors.get(flow, ""))]
    if begun:
        cursors = {flow: known.cursors.get(flow, "") for flow in posted}
        if all(text and ended_once(text, flow, now) for flow, text in cursors.items()):
            return good(StepName.BACK_FILL, "The first back-fill is over: the shop was read to its end.")
        up_to = min(read_up_to(text, flow, now) if text else "" for flow, text in cursors.items())
        come = f"read up to {_day(up_to)}" if up_to else "not far yet"
        return good(StepName.BACK_FILL, f"The first back-fill is under way: {come}.", read_up_to=up_to)
    oldest = min((count.oldest for flow in posted if (count := counts[flow]).oldest), default="")
    wanted = f" since the cut-over on {known.cut_over:%d/%m/%Y}" if known.cut_over else ""
    if oldest:
        begins = f"The first back-fill begins with {_day(oldest)}"
        what = f"{begins}, the date of the oldest invoice or credit memo{wanted}."
        return good(StepName.BACK_FILL, what, oldest=oldest)
    if len(posted) < 2:
        return not_tried(
            StepName.BACK_FILL,
            "How far the first back-fill reaches does not show.",
            "Invoices or credit memos may not be read.",
        )
    return warning(
        StepName.BACK_FILL,
        f"The shop has neither an invoice nor a credit memo{wanted}.",
        "There is nothing to post yet; or this is another shop than was meant.",
        "Compare the address; then wait for the first invoice.",
    )


def _of(views: Sequence[Fields], site: Fields, name: str) -> tuple[str, ...]:
    """The different values of a field in the store views of a website, in their order."""
    return tuple(dict.fromkeys(view.text(name) for view in views if view.id("website_id") == site.id("id")))


def _module_names(text: str | None) -> frozenset[str]:
    if text is None:
        return frozenset()
    try:
        names = loads(text)
    except (ValueError, RecursionError):
        return frozenset()
    listed = cast(list[object], names) if isinstance(names, list) else []
    return frozenset(one_line(name) for name in listed if isinstance(name, str))


def _has_rows(text: str) -> bool:
    return counted(text).total > 0 and bool(_object(_parsed(text)).get("items"))


def _object(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}


def _list(text: str) -> list[object]:
    value = _parsed(text)
    if not isinstance(value, list):
        raise unreadable("V1/store", "It is no list.")
    return cast(list[object], value)


def _parsed(text: str) -> object:
    try:
        return loads(text)
    except (ValueError, RecursionError) as error:
        raise unreadable("V1", f"It is cut off or no JSON: {error}.") from None


def _listed(counts: Iterable[tuple[Flow, int]]) -> str:
    pairs = [_many(number, _WORDS[flow]) for flow, number in counts]
    return " and ".join(part for part in (", ".join(pairs[:-1]), pairs[-1]) if part)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _day(text: str) -> str:
    return f"{datetime.fromisoformat(text):%d/%m/%Y}"
