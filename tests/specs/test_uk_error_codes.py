"""Sage's error codes: each leads somewhere, and the remedy is told in Sage's own menu words."""

from __future__ import annotations

import pytest

from ml_connector.errors import Code, ConnectorError, NeedsPerson, ReplyLost, TryAgain
from ml_connector.sage.uk.error_codes import MEANINGS, error_for

BY_SAGE_CODE: list[tuple[int, type[ConnectorError], Code]] = [
    (22, NeedsPerson, Code.SAGE_PASSWORD),
    (23, TryAgain, Code.SAGE_IN_USE),
    (24, TryAgain, Code.SAGE_EXCLUSIVE),
    (25, NeedsPerson, Code.SAGE_PATH),
    (26, NeedsPerson, Code.SAGE_VERSION),
    (30, TryAgain, Code.SAGE_USERS_EXCEEDED),
    (31, NeedsPerson, Code.SAGE_NOT_REGISTERED),
    (34, NeedsPerson, Code.CUSTOMER_OTHER_CURRENCY),
    (48, TryAgain, Code.SAGE_BUSY),
    (49, NeedsPerson, Code.BEFORE_LOCK_DATE),
    (50, NeedsPerson, Code.SAGE_REFUSED),
    (65, NeedsPerson, Code.NOMINAL_MISSING),
    (66, NeedsPerson, Code.BANK_NOT_A_BANK),
    (70, NeedsPerson, Code.CUSTOMER_ON_HOLD),
    (71, NeedsPerson, Code.CUSTOMER_INACTIVE),
    (72, NeedsPerson, Code.GONE_FROM_SAGE),
    (84, NeedsPerson, Code.ACCOUNT_REF_TAKEN),
    (91, ReplyLost, Code.SAGE_SESSION_LOST),
    (101, TryAgain, Code.SAGE_REMOTE_DATA),
    (104, NeedsPerson, Code.SAGE_REMOTE_DATA),
]


@pytest.mark.parametrize(("sage_code", "kind", "code"), BY_SAGE_CODE)
def test_a_sage_code_leads_to_what_happens_next(
    sage_code: int, kind: type[ConnectorError], code: Code
) -> None:
    error = error_for(sage_code, "so says Sage", "saving", wrote=True, reached_sage=False)
    assert type(error) is kind
    assert isinstance(error, TryAgain | NeedsPerson)
    assert error.finding.code is code
    assert f"“so says Sage” (code {sage_code})" in error.finding.what


@pytest.mark.parametrize("sage_code", range(126))
def test_every_code_has_three_sentences(sage_code: int) -> None:
    """Also those of which only the name is known: they are refusals that a person reads."""
    error = error_for(sage_code, "text", "saving", wrote=False, reached_sage=False)
    assert isinstance(error, TryAgain | NeedsPerson)
    finding = error.finding
    assert all(sentence.endswith(".") for sentence in (finding.what, finding.why, finding.fix))


def test_a_read_never_loses_a_reply() -> None:
    """A session that broke while reading is opened again; only a write leaves it open what happened."""
    assert type(error_for(91, "", "reading", wrote=False, reached_sage=False)) is TryAgain


def test_a_refusal_says_whether_sage_holds_something_of_the_plan() -> None:
    for reached in (True, False):
        error = error_for(65, "", "posting", wrote=True, reached_sage=reached)
        assert isinstance(error, NeedsPerson)
        assert error.reached_sage is reached


def test_an_unknown_code_is_a_refusal_that_a_person_reads() -> None:
    assert 20 not in MEANINGS
    error = error_for(20, "Invalid type", "saving", wrote=True, reached_sage=False)
    assert isinstance(error, NeedsPerson)
    assert error.finding.code is Code.SAGE_REFUSED
    silent = error_for(0, "", "saving", wrote=True, reached_sage=False)
    assert isinstance(silent, NeedsPerson)
    assert silent.finding.why == "Sage gave no reason."
