"""What can be asked of the pretend shop's lists, and where it silently answers something else.

Reference: adobe_commerce.md §4.2 to §4.4, §9.4 and §10. What a single recording shows is in the replay; here
are the habits that were written down without one, and those that a reader should know.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from urllib.parse import quote

import pytest

from ml_connector.adobe.sandbox import PretendShop
from tests.recorded.replay import Reply, Signing, ask

pytestmark = pytest.mark.slow

Filter = tuple[str, str, str]  # field, condition, value
EVERY_ORDER = 198


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with PretendShop().running() as url:
        yield url


def get(base_url: str, path: str, *parameters: tuple[str, str]) -> Reply:
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters)
    return ask(base_url, f"/rest/all/V1/{path}?{query}", signing=Signing())


def search(base_url: str, path: str, *groups: list[Filter], page_size: str = "300") -> Reply:
    parameters = [("searchCriteria[pageSize]", page_size)]
    for group_number, group in enumerate(groups):
        for filter_number, (field, condition, value) in enumerate(group):
            place = f"searchCriteria[filterGroups][{group_number}][filters][{filter_number}]"
            parameters.append((f"{place}[field]", field))
            parameters.append((f"{place}[value]", value))
            parameters.append((f"{place}[conditionType]", condition))
    return get(base_url, path, *parameters)


def ids(base_url: str, path: str, *groups: list[Filter]) -> list[int]:
    reply = search(base_url, path, *groups)
    assert reply.status == 200, reply.body
    return [item.get("entity_id", item.get("id")) for item in reply.json()["items"]]


@pytest.mark.parametrize("condition", ["moreq", "LTEQ", "EQ", "anything"])
def test_an_unknown_condition_is_taken_as_eq(base_url: str, condition: str) -> None:
    """Even the documented `moreq`, and even a known one in capitals."""
    assert ids(base_url, "orders", [("entity_id", condition, "5")]) == [5]


def test_from_and_to_in_one_group_are_a_range_and_other_filters_of_a_group_alternatives(
    base_url: str,
) -> None:
    assert ids(base_url, "orders", [("entity_id", "from", "5"), ("entity_id", "to", "7")]) == [5, 6, 7]
    outside = [("entity_id", "lteq", "2"), ("entity_id", "gteq", "199")]
    assert ids(base_url, "orders", outside) == [1, 2, 199]
    and_an_alternative = [("entity_id", "from", "5"), ("entity_id", "to", "6"), ("entity_id", "eq", "9")]
    assert ids(base_url, "orders", and_an_alternative) == [5, 6, 9]


def test_groups_all_have_to_match(base_url: str) -> None:
    assert ids(base_url, "orders", [("entity_id", "gt", "5")], [("entity_id", "lt", "8")]) == [6, 7]


@pytest.mark.parametrize("value", ["not-a-date", "2026-10", "2026-13-01", "20/11/2026"])
@pytest.mark.parametrize("condition", ["gteq", "lt", "eq"])
def test_a_date_that_cannot_be_read_matches_everything(base_url: str, condition: str, value: str) -> None:
    assert len(ids(base_url, "orders", [("updated_at", condition, value)])) == EVERY_ORDER


@pytest.mark.parametrize(
    ("value", "same_as"),
    [
        ("2026-11-20", "2026-11-20 00:00:00"),
        ("2026-11-20T12:00:00Z", "2026-11-20 12:00:00"),
        ("2026-11-20T12:00:00+01:00", "2026-11-20 12:00:00"),
    ],
)
def test_a_date_may_be_written_in_several_ways_and_its_zone_is_ignored(
    base_url: str, value: str, same_as: str
) -> None:
    wanted = ids(base_url, "orders", [("updated_at", "gteq", same_as)])
    assert 0 < len(wanted) < EVERY_ORDER
    assert ids(base_url, "orders", [("updated_at", "gteq", value)]) == wanted


def test_the_31st_of_february_lies_between_february_and_march(base_url: str) -> None:
    before = ids(base_url, "orders", [("created_at", "gteq", "2026-03-01")])
    assert ids(base_url, "orders", [("created_at", "gteq", "2026-02-31")]) == before
    assert len(before) < EVERY_ORDER


def test_text_is_found_without_regard_to_case_accents_and_trailing_spaces(base_url: str) -> None:
    found = ids(base_url, "orders", [("customer_email", "eq", "müller@example.de")])
    assert len(found) == 2
    assert ids(base_url, "orders", [("customer_email", "eq", "MULLER@example.de ")]) == found


def test_a_number_is_found_by_a_text_that_begins_with_it(base_url: str) -> None:
    assert ids(base_url, "orders", [("entity_id", "eq", "12abc")]) == [12]
    assert ids(base_url, "orders", [("entity_id", "eq", "abc")]) == []


def test_a_column_without_a_value_matches_nothing_but_null(base_url: str) -> None:
    guests = ids(base_url, "orders", [("customer_id", "null", "1")])
    registered = ids(base_url, "orders", [("customer_id", "notnull", "1")])
    assert len(guests) + len(registered) == EVERY_ORDER
    assert ids(base_url, "orders", [("customer_id", "neq", "0")]) == registered
    assert ids(base_url, "orders", [("customer_id", "nin", "0")]) == registered


def test_lists_patterns_and_sets_can_be_asked_for(base_url: str) -> None:
    assert ids(base_url, "orders", [("increment_id", "in", "000000005,3000000001")])[0] == 5
    assert len(ids(base_url, "orders", [("increment_id", "like", "3%")])) == 14
    assert len(ids(base_url, "orders", [("increment_id", "nlike", "3%")])) == EVERY_ORDER - 14
    assert ids(base_url, "orders", [("increment_id", "like", "00000000_")]) == list(range(1, 10))
    assert len(ids(base_url, "orders", [("increment_id", "regexp", "^3.*[0-9]$")])) == 14
    ruled = ids(base_url, "orders", [("applied_rule_ids", "notnull", "1")])
    assert set(ids(base_url, "orders", [("applied_rule_ids", "finset", "1")])) < set(ruled)


def test_an_item_field_is_no_column_and_a_permanent_fault_looks_like_a_passing_one(base_url: str) -> None:
    for condition, field in (("eq", "sku"), ("is", "entity_id"), ("regexp", "increment_id")):
        reply = search(base_url, "orders", [(field, condition, "(")])
        assert reply.status == 500
        assert "Report ID: webapi-" in reply.json()["message"]


def test_products_are_found_by_their_attributes(base_url: str) -> None:
    """`tax_class_id` stands among the custom attributes; the id is called entity_id when filtering."""
    zero_rated = ids(base_url, "products", [("tax_class_id", "eq", "6")])
    assert 0 < len(zero_rated) < 300
    assert ids(base_url, "products", [("entity_id", "eq", str(zero_rated[0]))]) == zero_rated[:1]
    assert search(base_url, "products", [("id", "eq", "1")]).status == 400


def test_no_value_sorts_first_and_no_direction_sorts_descending(base_url: str) -> None:
    def sorted_by(*parameters: tuple[str, str]) -> list[int | None]:
        every = (("searchCriteria[sortOrders][0][field]", "customer_id"), *parameters)
        items = get(base_url, "orders", *every).json()["items"]
        return [item.get("customer_id") for item in items]

    ascending = sorted_by(("searchCriteria[sortOrders][0][direction]", "asc"))
    assert ascending[0] is None
    assert ascending[-1] is not None
    assert sorted_by() == ascending[::-1]


def test_an_unsorted_list_is_in_no_order_to_rely_on(base_url: str) -> None:
    """With several values of an indexed column the database reads by that index (orders/or_filter_group)."""
    found = ids(base_url, "orders", [("status", "eq", "pending"), ("status", "eq", "holded")])
    assert found != sorted(found)
    assert len(found) == 21


def test_keyset_paging_meets_every_order_once(base_url: str) -> None:
    seen: list[int] = []
    for _ in count():
        last = str(seen[-1] if seen else 0)
        page = search(base_url, "orders", [("entity_id", "gt", last)], page_size="50").json()
        if not page["items"]:
            break
        seen += [item["entity_id"] for item in page["items"]]
    assert len(seen) == EVERY_ORDER
    assert seen == sorted(set(seen))


def test_a_page_size_of_zero_is_everything_and_a_page_below_one_the_first(base_url: str) -> None:
    everything = get(base_url, "orders", ("searchCriteria[pageSize]", "0"), ("fields", "items[entity_id]"))
    assert len(everything.json()["items"]) == EVERY_ORDER
    first = (("searchCriteria[pageSize]", "2"), ("searchCriteria[currentPage]", "-3"))
    assert [item["entity_id"] for item in get(base_url, "orders", *first).json()["items"]] == [1, 2]


def test_store_lists_ignore_the_search_criteria(base_url: str) -> None:
    assert len(get(base_url, "store/storeViews", ("searchCriteria[pageSize]", "1")).json()) == 6


def test_amounts_keep_their_digits(base_url: str) -> None:
    """Order 139 sells 2.35 m of fabric; its totals are no whole pennies (§9.6)."""
    reply = get(base_url, "orders/139", ("fields", "grand_total,base_grand_total"))
    assert reply.json() == {"base_grand_total": Decimal("28.9395"), "grand_total": Decimal("33.982")}


@pytest.mark.parametrize(
    "fields", ["entity_id", "items[entity_id", "items[entity_id], total_count", "items]"]
)
def test_fields_that_do_not_fit_leave_an_empty_list_and_no_error(base_url: str, fields: str) -> None:
    reply = get(base_url, "orders", ("searchCriteria[pageSize]", "2"), ("fields", fields))
    assert (reply.status, reply.body) == (200, b"[]")


def test_a_projection_drops_the_count_unless_it_is_asked_for(base_url: str) -> None:
    reply = get(base_url, "orders", ("searchCriteria[pageSize]", "1"), ("fields", "items[items[sku,qty]]"))
    assert list(reply.json()) == ["items"]


def test_lists_and_singles_hold_the_same_document(base_url: str) -> None:
    for path, single in (("orders", "orders"), ("invoices", "invoices"), ("creditmemos", "creditmemo")):
        listed = search(base_url, path, [("entity_id", "eq", "7")]).json()["items"]
        assert [get(base_url, f"{single}/7").json()] == listed


def test_every_kind_of_list_can_be_read(base_url: str) -> None:
    counts = {
        path: search(base_url, path, page_size="1").json()["total_count"]
        for path in (
            *("orders", "invoices", "creditmemos", "shipments", "transactions", "customers/search"),
            *("customerGroups/search", "products", "taxRates/search", "taxClasses/search", "taxRules/search"),
        )
    }
    assert list(counts.values()) == [198, 176, 38, 135, 43, 42, 6, 372, 11, 10, 6]


def test_a_currency_is_answered_per_store_view(base_url: str) -> None:
    codes = {
        code: ask(base_url, f"/rest/{code}/V1/directory/currency").json()["default_display_currency_code"]
        for code in ("default", "eu_en", "ie_en")
    }
    assert codes == {"default": "GBP", "eu_en": "EUR", "ie_en": "EUR"}


@pytest.mark.parametrize("code", ["nosuchstore", "admin", "DEFAULT"])
def test_an_unknown_store_code_is_refused(base_url: str, code: str) -> None:
    reply = ask(base_url, f"/rest/{code}/V1/orders?searchCriteria=", signing=Signing())
    assert (reply.status, reply.json()) == (400, {"message": "Specified request cannot be processed."})
