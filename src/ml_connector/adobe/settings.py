"""How the shop is set up: its websites, store views, groups and tax tables, list by list.

Keys are those of `recordings/shop/`: `websites`, `store_groups`, `store_views`, `store_configs`,
`customer_groups`, `tax_classes`, `tax_rates`, `tax_rules`; each is the list as the shop gave it, parsed with
exact numbers. These lists are short and have no `updated_at`: they are read whole, and what they mean is
`reader.py`'s matter (reference: adobe_commerce.md §1.6, §4.1, §9.7).

A list may be refused for itself, when the permission for it was withdrawn or an extension spoils it: the
others are read all the same. What may be done without which list is said here too (`NEEDED_TO_DECIDE`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from ml_connector.adobe.answers import unreadable
from ml_connector.adobe.criteria import query
from ml_connector.adobe.lists import Lists
from ml_connector.adobe.shop import ShopGet
from ml_connector.adobe.trouble import Overloaded, PageTooLarge
from ml_connector.codec import canonical, loads
from ml_connector.errors import NeedsPerson, TryAgain
from ml_connector.sync.round import OWN_TROUBLE

PAGE_SIZE = 100

log = logging.getLogger(__name__)

# Plain arrays, which ignore paging (§9.4).
_STORES = {
    "websites": "store/websites",
    "store_groups": "store/storeGroups",
    "store_views": "store/storeViews",
    "store_configs": "store/storeConfigs",
}
# Searches, with the columns to sort by. An unknown column is a 500 for ever (§9.3), and only that of the
# rates was seen to work; the others are short enough for one page, and come in the order of their ids.
_SEARCHES = {
    "customer_groups": ("customerGroups/search", ()),
    "tax_classes": ("taxClasses/search", ()),
    "tax_rates": ("taxRates/search", ("tax_calculation_rate_id",)),
    "tax_rules": ("taxRules/search", ()),
}


STORES = frozenset({"websites", "store_views", "store_configs"})
"""What tells a document's website, base currency and the time zone of its date."""
NEEDED_TO_DECIDE = STORES | {"tax_rates"}
"""Without a present reading of these, no document is decided.

A document takes its date, its website and its currency from the stores, and the country of each tax from the
rates: an old reading could date it on another day, or take a tax for another country's. The other lists are
for the proposal of a chart alone, which a person confirms; what was accepted rests on them no more.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRead:
    """The lists that could be read, and why each of the others could not."""

    found: Mapping[str, list[object]]
    refused: Mapping[str, TryAgain | NeedsPerson]


def settings(lists: Lists) -> Mapping[str, object]:
    """Read all of it: eight requests or a few more. Raises `TryAgain`, `NeedsPerson`, also for one list."""
    read = settings_by_list(lists)
    for error in read.refused.values():
        raise error
    return read.found


def settings_by_list(lists: Lists) -> SettingsRead:
    """Read whatever may be read.

    Raises `TryAgain` or `NeedsPerson` for what is wrong with the shop as a whole, and so does a shop that
    refuses every list.
    """
    reads: dict[str, Callable[[], list[object]]] = {
        name: lambda path=path: _list(path, lists.shop.get(path)) for name, path in _STORES.items()
    }
    for name, (path, sort) in _SEARCHES.items():
        reads[name] = lambda path=path, sort=sort: _in_pages(lists, path, sort)
    found: dict[str, list[object]] = {}
    refused: dict[str, TryAgain | NeedsPerson] = {}
    for name, read in reads.items():
        try:
            found[name] = read()
        except (TryAgain, NeedsPerson) as error:
            if error.finding.code not in OWN_TROUBLE:
                raise
            refused[name] = error
    if not found:
        raise next(iter(refused.values()))
    return SettingsRead(found=found, refused=refused)


def _in_pages(lists: Lists, path: str, sort: Sequence[str]) -> list[object]:
    """The rows of a search, in pages of a size that the shop can bring; a smaller one begins anew."""
    size = lists.sizes.of(path, PAGE_SIZE)
    try:
        rows = _searched(lists.shop, path, sort, size)
    except Overloaded:
        lists.sizes.halve(path, size)
        raise
    except PageTooLarge as error:
        lists.sizes.limit(error.most)
        if lists.sizes.of(path, PAGE_SIZE) >= size:
            raise
        return _in_pages(lists, path, sort)
    lists.sizes.answered(path, size, PAGE_SIZE)
    return rows


def _searched(shop: ShopGet, path: str, sort: Sequence[str], size: int) -> list[object]:
    """Every row of a search, each once.

    Pages shift when rows change meanwhile: so of several pages the count must stay the same and be reached
    exactly, and no row may come twice. What stands on one page cannot shift, and is believed against a count
    that an extension bends, or with rows that it doubles.
    """
    rows, count = _page(shop, path, sort, size, 1)
    page = 1
    while len(rows) < count or len(rows) == page * size:
        page += 1
        more, count_now = _page(shop, path, sort, size, page)
        if not more or more == rows[-len(more) :]:
            break
        if count_now != count:
            raise unreadable(f"V1/{path}", f"It has {count} rows, and {count_now} on page {page}.")
        rows += more
    different = {canonical(row): row for row in rows}
    if len(rows) != count or len(different) != count:
        if len(rows) > size:
            raise unreadable(f"V1/{path}", f"It has {count} rows, and sent others or some of them twice.")
        log.warning("V1/%s counts %s rows and shows %s", path, count, len(different))
    return list(different.values())


def _page(shop: ShopGet, path: str, sort: Sequence[str], size: int, page: int) -> tuple[list[object], int]:
    answer = _parsed(path, shop.get(path, query((), sort=sort, page_size=size, page=page)))
    found = cast(dict[str, object], answer) if isinstance(answer, dict) else {}
    items, count = found.get("items"), found.get("total_count")
    if not isinstance(items, list) or not isinstance(count, int):
        raise unreadable(f"V1/{path}", "It is no list.")
    return cast(list[object], items), count


def _list(path: str, text: str) -> list[object]:
    value = _parsed(path, text)
    if not isinstance(value, list):
        raise unreadable(f"V1/{path}", "It is no list.")
    return cast(list[object], value)


def _parsed(path: str, text: str) -> object:
    try:
        return loads(text)
    except (ValueError, RecursionError) as error:
        raise unreadable(f"V1/{path}", f"It is cut off or no JSON: {error}.") from None
