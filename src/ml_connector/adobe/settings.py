"""How the shop is set up: its websites, store views, groups and tax tables, as one object.

Keys are those of `recordings/shop/`: `websites`, `store_groups`, `store_views`, `store_configs`,
`customer_groups`, `tax_classes`, `tax_rates`, `tax_rules`; each is the list as the shop gave it, parsed with
exact numbers. These lists are short and have no `updated_at`: they are read whole, and what they mean is
`reader.py`'s matter (reference: adobe_commerce.md §1.6, §4.1, §9.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from ml_connector.adobe.answers import unreadable
from ml_connector.adobe.criteria import query
from ml_connector.adobe.lists import Lists
from ml_connector.adobe.shop import ShopGet
from ml_connector.adobe.trouble import Overloaded, PageTooLarge
from ml_connector.codec import canonical, loads

PAGE_SIZE = 100

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


def settings(lists: Lists) -> Mapping[str, object]:
    """Read all of it: eight requests or a few more. Raises `TryAgain`, `NeedsPerson`."""
    read: dict[str, object] = {name: _list(path, lists.shop.get(path)) for name, path in _STORES.items()}
    for name, (path, sort) in _SEARCHES.items():
        read[name] = _in_pages(lists, path, sort)
    return read


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
    """Every row of a search, page by page. Pages shift when rows change meanwhile: so the count must stay the
    same, be reached exactly, and no row may come twice."""
    rows, count = _page(shop, path, sort, size, 1)
    page = 1
    while len(rows) < count:
        page += 1
        more, count_now = _page(shop, path, sort, size, page)
        rows += more
        if not more or count_now != count:
            raise unreadable(f"V1/{path}", f"It has {count} rows and holds {len(rows)} on {page} pages.")
    if len(rows) != count or len({canonical(row) for row in rows}) != count:
        raise unreadable(f"V1/{path}", f"It has {count} rows, and sent others or some of them twice.")
    return rows


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
