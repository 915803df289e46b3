"""What a delivery says: which document to look at, and never an amount, a state or a date."""

from __future__ import annotations

import json

import pytest

from ml_connector.adobe.notices import EVENTS_AT_ONCE, event_id, notices
from ml_connector.sync.hints import EVERYTHING, Hint
from ml_connector.sync.ports import Flow
from tests.recorded.deliveries import recorded_event

ALL = tuple(Hint(flow, EVERYTHING) for flow in (Flow.ORDERS, Flow.INVOICES, Flow.CREDIT_MEMOS))


def hints(body: object, about: Flow | None = None) -> tuple[Hint, ...]:
    (notice,) = notices(body, about)
    return notice.hints


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("sales_order_save_commit_after", Hint(Flow.ORDERS, 46)),
        ("sales_order_invoice_save_after", Hint(Flow.INVOICES, 32)),
        ("sales_order_creditmemo_save_after", Hint(Flow.CREDIT_MEMOS, 2)),
        ("journal_batch", Hint(Flow.ORDERS, 46)),
    ],
)
def test_the_recorded_events_name_their_document(name: str, hint: Hint) -> None:
    assert hints(recorded_event(name)) == (hint,)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"event": "sales.order.updated", "entity_id": 46}, Hint(Flow.ORDERS, 46)),
        ({"event": "sales.invoice.created", "data": {"entity_id": "32"}}, Hint(Flow.INVOICES, 32)),
        ({"topic": "creditmemo/created", "creditmemo": {"entity_id": 2}}, Hint(Flow.CREDIT_MEMOS, 2)),
        ({"eventName": "observer.sales_order_invoice_pay", "data": {"invoice": {"entity_id": 32}}},
         Hint(Flow.INVOICES, 32)),
        ({"event": "invoice_paid", "order_id": 46}, Hint(Flow.ORDERS, 46)),
        ({"event": "invoice_paid"}, Hint(Flow.INVOICES, EVERYTHING)),
        ({"eventName": "observer.checkout_submit_all_after", "data": {"order": {"entity_id": "46"}}},
         Hint(Flow.ORDERS, 46)),
        ({"eventName": "observer.sales_order_shipment_save_after",
          "data": {"data_object": {"entity_id": 9, "order_id": 46}}}, Hint(Flow.ORDERS, 46)),
        ({"event": "sales_order_payment_save_after", "data": {"entity_id": 9, "parent_id": "46"}},
         Hint(Flow.ORDERS, 46)),
        ({"event": "sales_order_address_save", "data": {"entity_id": 9}}, Hint(Flow.ORDERS, EVERYTHING)),
        ({"entity_id": 3, "order_id": 46, "grand_total": 1}, Hint(Flow.ORDERS, 46)),
        ({"id": 7, "event": "order.updated", "data": {"order_id": 46}}, Hint(Flow.ORDERS, 46)),
    ],
)  # fmt: skip
def test_bodies_of_many_shapes_name_their_document(body: object, expected: Hint) -> None:
    assert hints(body) == (expected,)


def test_what_a_body_does_not_say_the_endpoint_does() -> None:
    """Async Events sends the document as REST gives it, which does not say what it is."""
    invoice = {"entity_id": 32, "order_id": 46, "grand_total": 217.73}
    assert hints(invoice, Flow.INVOICES) == (Hint(Flow.INVOICES, 32),)
    assert hints({"entity_id": 46, "increment_id": "000000044"}, Flow.ORDERS) == (Hint(Flow.ORDERS, 46),)
    assert hints({"note": "something happened"}, Flow.INVOICES) == (Hint(Flow.INVOICES, EVERYTHING),)


@pytest.mark.parametrize(
    "body", [{}, {"entity_id": 46}, {"a": {"b": 1}}, 7, "text", None, {"event": "moved"}]
)
def test_a_body_that_names_nothing_means_a_look_at_everything(body: object) -> None:
    assert hints(body) == ALL


@pytest.mark.parametrize(
    "name",
    [
        "catalog_product_save_after",
        "customer_save_commit_after",
        "customer_address_save",
        "cms_page",
        "sales_quote",
    ],
)
def test_an_event_about_something_that_no_books_follow_means_nothing(name: str) -> None:
    assert hints({"event": name, "entity_id": 46}) == ()
    event = recorded_event("sales_order_save_commit_after") | {"type": f"com.adobe.commerce.observer.{name}"}
    assert hints(event) == ()


@pytest.mark.parametrize(
    "odd", ["0", "-1", "46.0", "4 6", "٤٦", "1" * 16, True, 1.5, None, [46], {"id": 46}, ""]
)
def test_an_id_that_is_none_is_not_looked_for(odd: object) -> None:
    assert hints({"event": "sales.order.updated", "entity_id": odd}) == (Hint(Flow.ORDERS, EVERYTHING),)


def test_no_figure_of_a_body_comes_into_a_notice() -> None:
    event = recorded_event("sales_order_invoice_save_after")
    said = repr(notices(event, None))
    for figure in ("217.73", "200.25", "000000030", "2026"):
        assert figure in json.dumps(event)
        assert figure not in said


# Several at once


def test_a_batch_is_read_event_by_event() -> None:
    names = (
        "sales_order_save_commit_after",
        "sales_order_invoice_save_after",
        "sales_order_creditmemo_save_after",
    )
    batch = [recorded_event(name) for name in names]
    expected = (Hint(Flow.ORDERS, 46), Hint(Flow.INVOICES, 32), Hint(Flow.CREDIT_MEMOS, 2))
    for body in (batch, {"events": batch}, {"events": [{"position": "p", "event": each} for each in batch]}):
        read = notices(body, None)
        assert tuple(hint for notice in read for hint in notice.hints) == expected
        assert len({notice.event_id for notice in read}) == 3


def test_an_empty_batch_says_nothing_and_an_endless_one_means_everything() -> None:
    assert notices([], None) == ()
    assert hints([{"entity_id": 1}] * (EVENTS_AT_ONCE + 1)) == ALL


# The event's own name


def test_an_event_is_the_same_in_a_webhook_a_batch_and_the_journal() -> None:
    event = recorded_event("sales_order_save_commit_after")
    (alone,), (batched,) = notices(event, None), notices([event], None)
    (pulled,) = notices({"events": [{"position": "p", "event": event}]}, None)
    assert alone.event_id == batched.event_id == pulled.event_id == event_id(event) != ""


def test_another_type_source_or_id_is_another_event() -> None:
    event = recorded_event("sales_order_save_commit_after")
    others = [event | {name: "another"} for name in ("type", "source", "id")]
    assert len({event_id(each) for each in (event, *others)}) == 4


def test_what_is_no_cloud_event_has_no_name_of_its_own() -> None:
    bodies: tuple[object, ...] = ({"id": "7", "event": "order"}, {"specversion": "1.0", "id": 7}, None, "x")
    assert [event_id(body) for body in bodies] == [""] * len(bodies)
