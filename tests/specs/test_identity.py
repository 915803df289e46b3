"""Who a record is stays the same for ever: its key, its reference in Sage, its fingerprint."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.identity import (
    REFERENCE_LENGTH_MAX,
    Key,
    Kind,
    fingerprint,
    reference,
)

TAGS = st.from_regex(r"[A-Z][A-Z0-9]{1,3}", fullmatch=True)
DOCUMENTS = st.sampled_from([Kind.INVOICE, Kind.CREDIT_MEMO])


# The key


@given(
    st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1),
    st.sampled_from(Kind),
    st.text(),
)
def test_a_key_reads_back_from_its_text(connection_id: str, kind: Kind, entity: str) -> None:
    key = Key(connection_id, kind, entity)
    assert Key.parse(str(key)) == key


def test_an_invoice_and_a_memo_of_the_same_number_are_two_records() -> None:
    """Increment ids, and entity ids, are unique per document type only."""
    assert Key("shop-1", Kind.INVOICE, "17") != Key("shop-1", Kind.CREDIT_MEMO, "17")
    assert str(Key("shop-1", Kind.INVOICE, "17")) == "shop-1/invoice/17"


@pytest.mark.parametrize("text", ["", "shop-1", "shop-1/invoice", "shop-1/order/17"])
def test_a_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Key.parse(text)


# The reference


def test_a_reference_reads_tag_letter_and_entity_id() -> None:
    assert reference("K7", Kind.INVOICE, 123456) == "K7-I123456"
    assert reference("K7", Kind.CREDIT_MEMO, 38) == "K7-C38"


@given(TAGS, DOCUMENTS, st.integers(1, 10**10 - 1))
def test_no_reference_is_cut_and_each_leaves_room_for_an_effects_suffix(
    tag: str, kind: Kind, entity_id: int
) -> None:
    text = reference(tag, kind, entity_id)
    assert str(entity_id) in text
    assert len(text) + len(".R99") <= REFERENCE_LENGTH_MAX


@given(TAGS, DOCUMENTS, st.integers(1, 10**10 - 1), TAGS, DOCUMENTS, st.integers(1, 10**10 - 1))
def test_two_documents_share_no_reference(
    tag: str, kind: Kind, entity_id: int, other_tag: str, other_kind: Kind, other_id: int
) -> None:
    same = (tag, kind, entity_id) == (other_tag, other_kind, other_id)
    assert (reference(tag, kind, entity_id) == reference(other_tag, other_kind, other_id)) == same


@pytest.mark.parametrize("tag", ["", "K", "k7", "7K", "K7-", "ABCDE", "K 7", "ÄB", "K7\n"])
def test_a_tag_that_sage_could_bend_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="capitals or digits"):
        reference(tag, Kind.INVOICE, 1)


def test_an_entity_id_that_leaves_no_room_is_refused_and_not_shortened() -> None:
    assert len(reference("ABCD", Kind.INVOICE, 10**10 - 1)) == 16
    with pytest.raises(ValueError, match="no room"):
        reference("ABCD", Kind.INVOICE, 10**10)


# The fingerprint


def test_a_fingerprint_is_of_a_version_and_does_not_depend_on_the_order_of_facts() -> None:
    facts = {"id": 17, "total": "12.50", "lines": [{"qty": "1", "tax": None}]}
    turned = dict(reversed(facts.items()))
    assert fingerprint(facts) == fingerprint(turned)
    text = b'{"id":17,"lines":[{"qty":"1","tax":null}],"total":"12.50"}'
    assert fingerprint(facts) == "f1:" + hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        {"id": 18, "total": "12.50"},
        {"id": 17, "total": "12.5"},
        {"id": "17", "total": "12.50"},
        {"id": 17, "total": "12.50", "tax": None},
        {"id": 17},
    ],
)
def test_any_other_fact_is_another_fingerprint(other: dict[str, str | int | None]) -> None:
    assert fingerprint(other) != fingerprint({"id": 17, "total": "12.50"})
