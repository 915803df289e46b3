"""The pretend shop answers what the real shop answered, request by request.

Every recorded GET of the shop as it is packed is sent again: lists and single documents, refused and odd
requests, signatures over awkward paths. Other states of the shop are in `test_configured_shop_replay.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ml_connector.adobe.sandbox import PretendShop
from tests.recorded.replay import FOLDERS, Recording, ask_as_recorded, differences, recordings

# A recording that the pretend shop does not match, and why. Each must keep failing, or leave this table.
OTHERWISE = {
    "errors/accept_text_html": "the error page's markup is Magento's own and is not copied",
    "errors/accept_unsupported_order_single": "the error page's markup is Magento's own and is not copied",
    "products/store_eu_en": "meta_title of product 1 as this store view has it is not in shop/products.json",
    "signature_paths/sku_slash_signed_over_decoded_slash": "a single product has more than the list holds",
}

# What the real shop says to a faulty write. The pretend shop takes no writes, so to it they are no routes.
WRITES = {
    "errors/admin_token_wrong_password",
    "errors/post_missing_field",
    "errors/post_no_content_type",
    "errors/post_wrong_type",
    "errors/put_malformed_json",
    "errors/sig_body_form_encoded",
    "errors/wrong_method_post_orders_empty",
}

RECORDED = {each.title: each for each in recordings(*FOLDERS)}
# These two go together: the second uses the nonce of the first again.
NONCE_TWICE = ("errors/nonce_first_use", "errors/nonce_reused")
MATCHING = [title for title in RECORDED if title not in {*OTHERWISE, *WRITES, *NONCE_TWICE}]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with PretendShop().running() as url:
        yield url


@pytest.mark.parametrize("title", MATCHING)
def test_a_recorded_request_gets_the_recorded_answer(base_url: str, title: str) -> None:
    assert differences(RECORDED[title], ask_as_recorded(base_url, RECORDED[title])) == []


def test_a_nonce_used_again_gets_the_recorded_answer(base_url: str) -> None:
    for title in NONCE_TWICE:
        assert differences(RECORDED[title], ask_as_recorded(base_url, RECORDED[title])) == []


@pytest.mark.parametrize("title", OTHERWISE)
def test_an_exception_is_still_one_and_still_has_the_recorded_status(base_url: str, title: str) -> None:
    reply = ask_as_recorded(base_url, RECORDED[title])
    assert differences(RECORDED[title], reply) != []
    assert reply.status == RECORDED[title].response["status"]
    assert reply.headers["content-type"] == RECORDED[title].response["headers"]["Content-Type"]


def test_every_recorded_get_is_replayed() -> None:
    """Only writes are left out, and every folder is there with all its recordings."""
    assert all(RECORDED[title].request["method"] in ("POST", "PUT") for title in WRITES)
    counts = {folder: sum(each.folder == folder for each in RECORDED.values()) for folder in FOLDERS}
    assert counts == {
        "creditmemos": 32,
        "customers": 32,
        "errors": 134,
        "invoices": 32,
        "orders": 44,
        "products": 32,
        "signature_paths": 19,
        "taxRates": 23,
    }


def test_the_comparison_sees_a_changed_amount_a_lost_entry_and_another_status(base_url: str) -> None:
    """What compares must be able to fail: each of these recordings is bent a little, and seen to differ."""
    cut = RECORDED["orders/list_pagesize_20"]
    whole = RECORDED["orders/by_increment_id"]
    assert cut.response["cut"]
    bent_ids = cut.response | {"ids_before_cut": cut.response["ids_before_cut"][::-1]}
    item = whole.response["body"]["items"][0] | {"grand_total": 0}
    bent_amount = whole.response | {"body": whole.response["body"] | {"items": [item]}}
    bent_status = whole.response | {"status": 201}
    for recording, response in ((cut, bent_ids), (whole, bent_amount), (whole, bent_status)):
        bent = Recording(recording.folder, recording.name, recording.request, response)
        assert differences(bent, ask_as_recorded(base_url, bent)) != []
