"""What a list is asked for: whatever the shop would quietly misread is refused before it is sent."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_connector.adobe.auth import base_string
from ml_connector.adobe.criteria import Condition, Filter, id_in, is_date, query
from ml_connector.errors import Defect


def test_a_query_says_field_value_condition_order_and_page() -> None:
    filters = [
        Filter("updated_at", Condition.GTEQ, "2026-11-20 12:00:00"),
        id_in("order_id", (7, 12)),
    ]
    asked = query(filters, sort=("updated_at", "entity_id"), page_size=50)
    assert unquote(asked).split("&") == [
        "searchCriteria[filter_groups][0][filters][0][field]=updated_at",
        "searchCriteria[filter_groups][0][filters][0][value]=2026-11-20 12:00:00",
        "searchCriteria[filter_groups][0][filters][0][condition_type]=gteq",
        "searchCriteria[filter_groups][1][filters][0][field]=order_id",
        "searchCriteria[filter_groups][1][filters][0][value]=7,12",
        "searchCriteria[filter_groups][1][filters][0][condition_type]=in",
        "searchCriteria[sortOrders][0][field]=updated_at",
        "searchCriteria[sortOrders][0][direction]=ASC",
        "searchCriteria[sortOrders][1][field]=entity_id",
        "searchCriteria[sortOrders][1][direction]=ASC",
        "searchCriteria[pageSize]=50",
        "searchCriteria[currentPage]=1",
    ]


def test_a_space_travels_as_percent_20_and_brackets_are_encoded() -> None:
    asked = query([Filter("updated_at", Condition.GT, "2026-11-20 12:00:00")], sort=(), page_size=1)
    assert "2026-11-20%2012%3A00%3A00" in asked
    assert not set(asked) & set("+[] ")


@pytest.mark.parametrize(
    "text",
    [
        "not-a-date",
        "",
        "2026-10",
        "2026-02-31 00:00:00",
        "0000-00-00 00:00:00",
        "2026-11-20",
        "2026-11-20 12:00:00 ",
        "2026-11-20T12:00:00Z",
        "2026-11-20 12:00:00+01:00",
        "2026-11-20 24:30:00",
        "２０２６-11-20 12:00:00",
    ],
)
def test_a_date_that_the_shop_could_misread_is_not_sent(text: str) -> None:
    """To the shop a garbage date is no error: it answers with every row there is."""
    assert not is_date(text)
    with pytest.raises(Defect):
        Filter("updated_at", Condition.GTEQ, text)


def test_a_date_as_the_shop_writes_it_is_one() -> None:
    assert is_date("2024-02-29 23:59:59")


def test_more_than_ten_filters_cannot_be_signed() -> None:
    ten = [Filter("state", Condition.EQ, str(number)) for number in range(10)]
    assert "%5B9%5D" in query(ten, sort=(), page_size=1)
    with pytest.raises(Defect):
        query([*ten, ten[0]], sort=(), page_size=1)


def test_more_than_ten_sort_fields_cannot_be_signed() -> None:
    with pytest.raises(Defect):
        query([], sort=["entity_id"] * 11, page_size=1)


@pytest.mark.parametrize(("page_size", "page"), [(0, 1), (-1, 1), (301, 1), (100, 0)])
def test_a_page_that_would_be_everything_or_one_row_is_refused(page_size: int, page: int) -> None:
    with pytest.raises(Defect):
        query([], sort=(), page_size=page_size, page=page)


def test_a_filter_without_a_value_is_refused() -> None:
    """The shop would answer that nothing matches."""
    with pytest.raises(Defect):
        id_in("entity_id", ())


def test_a_comma_is_refused_where_it_would_make_a_list() -> None:
    with pytest.raises(Defect):
        Filter("increment_id", Condition.EQ, "1,2")


CONDITIONS = st.sampled_from([Condition.EQ, Condition.GT, Condition.GTEQ])
FILTERS = st.builds(
    Filter, st.sampled_from(["entity_id", "order_id"]), CONDITIONS, st.integers(1, 10**9).map(str)
)


@settings(deadline=None)
@given(
    filters=st.lists(FILTERS, max_size=10),
    sort=st.lists(st.sampled_from(["updated_at", "entity_id"]), max_size=3, unique=True),
    page_size=st.integers(1, 300),
)
def test_whatever_can_be_asked_can_be_signed(filters: list[Filter], sort: list[str], page_size: int) -> None:
    asked = query(filters, sort=sort, page_size=page_size)
    assert base_string("GET", f"https://shop.example.com/rest/all/V1/orders?{asked}", {})
