"""Answers of the shop, by what happens next. Bodies are those of the recorded shop (reference §9.2, §9.3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2
import pytest

from ml_connector.adobe.answers import LONGEST_PAUSE_S, Answer, json_text, not_answered
from ml_connector.adobe.trouble import Overloaded, PageTooLarge, ServerFault
from ml_connector.errors import Code, ConnectorError, Finding, NeedsPerson, TryAgain

NOW = datetime(2026, 11, 23, 13, 45, tzinfo=UTC)
JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=UTF-8"
PAGE = "<!doctype html><html><head><title>Error 503: Service Unavailable</title></head></html>"


def answer(status: int, body: object, content_type: str = JSON_TYPE, **headers: str) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(
        asked="V1/orders",
        status=status,
        headers={"content-type": content_type} | {k.replace("_", "-"): v for k, v in headers.items()},
        body=text.encode(),
        at=NOW,
    )


def refused(status: int, message: str, parameters: object = None, **more: object) -> Answer:
    return answer(status, {"message": message, "parameters": parameters, **more})


def raised_by(given: Answer) -> TryAgain | NeedsPerson:
    with pytest.raises(ConnectorError) as caught:
        json_text(given)
    assert isinstance(caught.value, TryAgain | NeedsPerson)
    return caught.value


def finding_of(given: Answer) -> Finding:
    return raised_by(given).finding


@dataclass(frozen=True)
class Case:
    """An answer, and what has to happen next."""

    name: str
    given: Answer
    next: type[TryAgain] | type[NeedsPerson]
    code: Code


NOT_AUTHORISED = "The consumer isn't authorized to access %resources."
INTERNAL = "Internal Error. Details are available in Magento log file. Report ID: webapi-6b0442e2c3777"

CASES = [
    Case(
        "a missing permission is 401 and names its resource",
        refused(401, NOT_AUTHORISED, {"resources": "Magento_Sales::sales_invoice"}),
        NeedsPerson,
        Code.SHOP_PERMISSION,
    ),
    Case(
        "a wrong secret",
        refused(401, "The signature is invalid. Verify and try again."),
        NeedsPerson,
        Code.SHOP_CREDENTIALS,
    ),
    Case(
        "a wrong secret as 2.3 spells it",
        refused(401, "The signatire is invalid. Verify and try again."),
        NeedsPerson,
        Code.SHOP_CREDENTIALS,
    ),
    Case(
        "an unknown token", refused(401, "Specified token does not exist"), NeedsPerson, Code.SHOP_CREDENTIALS
    ),
    Case(
        "a token of another length, which is 400",
        refused(400, "The token length is invalid. Check the length and try again."),
        NeedsPerson,
        Code.SHOP_CREDENTIALS,
    ),
    Case(
        "an unknown consumer key",
        refused(401, "A consumer having the specified key does not exist"),
        NeedsPerson,
        Code.SHOP_CREDENTIALS,
    ),
    Case(
        "a consumer key of another length",
        refused(401, "Consumer key is not the correct length"),
        NeedsPerson,
        Code.SHOP_CREDENTIALS,
    ),
    Case(
        "a token of another integration",
        refused(401, "Token is not associated with the specified consumer"),
        NeedsPerson,
        Code.SHOP_CREDENTIALS,
    ),
    Case(
        "a 401 in words that we do not know",
        refused(401, "Der Zugang wurde verweigert"),
        NeedsPerson,
        Code.SHOP_CREDENTIALS,
    ),
    Case(
        "a clock that is ahead",
        refused(401, "An error occurred validating the nonce"),
        NeedsPerson,
        Code.SHOP_CLOCK,
    ),
    Case(
        "a request that arrived twice is signed anew",
        refused(401, "The nonce is already being used by the consumer with ID %1", ["1"]),
        TryAgain,
        Code.SHOP_REFUSED,
    ),
    Case(
        "a deadlock, which is 400",
        refused(400, "Database deadlock found when trying to get lock", code=1213),
        TryAgain,
        Code.SHOP_UNREACHABLE,
    ),
    Case("an unknown column, which is 500", refused(500, INTERNAL), ServerFault, Code.SHOP_REFUSED),
    Case(
        "an unknown attribute",
        refused(400, 'The "%1" attribute name is invalid. Reset the name and try again.', ["colour"]),
        NeedsPerson,
        Code.SHOP_REFUSED,
    ),
    Case(
        "a store code that is none",
        refused(400, "Specified request cannot be processed."),
        NeedsPerson,
        Code.SHOP_REFUSED,
    ),
    Case(
        "a page over the shop's limit",
        refused(400, "Maximum SearchCriteria pageSize is %max", {"max": 50}),
        PageTooLarge,
        Code.SHOP_REFUSED,
    ),
    Case(
        "a module that is switched off",
        refused(404, "Request does not match any route."),
        NeedsPerson,
        Code.SHOP_REFUSED,
    ),
    Case("maintenance", answer(503, PAGE, HTML_TYPE), Overloaded, Code.SHOP_UNREACHABLE),
    Case("PHP is down", answer(502, PAGE, HTML_TYPE), Overloaded, Code.SHOP_UNREACHABLE),
    Case("a front end's time-out", answer(504, "", "text/plain"), Overloaded, Code.SHOP_UNREACHABLE),
    Case("a limit on callers", answer(429, {"message": "Too Many"}), TryAgain, Code.SHOP_UNREACHABLE),
    Case(
        "a 503 that is JSON all the same",
        refused(503, "Service Temporarily Unavailable"),
        Overloaded,
        Code.SHOP_UNREACHABLE,
    ),
    Case("the database is down", answer(500, PAGE, "text/plain"), Overloaded, Code.SHOP_UNREACHABLE),
    Case("a firewall's page", answer(403, PAGE, HTML_TYPE), NeedsPerson, Code.SHOP_ANSWER_UNREADABLE),
    Case("a login page with 200", answer(200, PAGE, HTML_TYPE), NeedsPerson, Code.SHOP_ANSWER_UNREADABLE),
    Case("nothing at all", answer(204, "", ""), TryAgain, Code.SHOP_ANSWER_UNREADABLE),
    Case(
        "an error that is cut off",
        answer(400, '{"message":"Database dea'),
        TryAgain,
        Code.SHOP_ANSWER_UNREADABLE,
    ),
    Case(
        "a redirect",
        answer(301, "", HTML_TYPE, location="https://www.example.com/rest"),
        NeedsPerson,
        Code.SHOP_REFUSED,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_happens_next(case: Case) -> None:
    error = raised_by(case.given)
    assert (type(error), error.finding.code) == (case.next, case.code)
    assert all((error.finding.what, error.finding.why, error.finding.fix))


def test_a_good_answer_is_its_text() -> None:
    assert json_text(answer(200, '{"items":[],"total_count":0}')) == '{"items":[],"total_count":0}'


def test_a_byte_order_mark_in_front_of_an_answer_is_no_part_of_it() -> None:
    assert json_text(answer(200, "\ufeff[]")) == "[]"


def test_an_answer_that_is_no_utf_8_is_not_used() -> None:
    given = Answer(
        asked="V1/orders", status=200, headers={"content-type": JSON_TYPE}, body=b'["\xff"]', at=NOW
    )
    assert finding_of(given).code is Code.SHOP_ANSWER_UNREADABLE


def test_a_missing_permission_is_told_by_the_name_to_grant() -> None:
    finding = finding_of(refused(401, NOT_AUTHORISED, {"resources": "Magento_Sales::sales_invoice"}))
    assert "Magento_Sales::sales_invoice" in finding.what
    assert "Magento_Sales::sales_invoice" in finding.fix
    assert "%resources" not in str(finding)


def test_a_report_id_reaches_the_person() -> None:
    assert "webapi-6b0442e2c3777" in finding_of(refused(500, INTERNAL)).what


def test_a_clock_that_differs_is_told_with_the_difference() -> None:
    given = answer(
        401,
        {"message": "An error occurred validating the nonce"},
        date="Mon, 23 Nov 2026 13:33:00 GMT",
    )
    assert "720 s ahead" in finding_of(given).why


def test_a_message_of_any_length_is_shown_in_part() -> None:
    assert len(finding_of(refused(400, "x" * 100_000)).what) < 500


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Mon, 23 Nov 2026 13:46:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 13:40:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("9" * 400, None),
        ("", None),
    ],
)
def test_the_shop_says_how_long_to_wait(header: str, seconds: float | None) -> None:
    error = raised_by(answer(429, PAGE, HTML_TYPE, retry_after=header))
    assert isinstance(error, TryAgain)
    assert error.after_s == seconds


def test_a_date_is_measured_by_the_shop_s_own_clock() -> None:
    """Which is an hour ahead here: it asks for two minutes."""
    headers = {"date": "Mon, 23 Nov 2026 14:45:00 GMT", "retry_after": "Mon, 23 Nov 2026 14:47:00 GMT"}
    error = raised_by(answer(503, PAGE, HTML_TYPE, **headers))
    assert isinstance(error, TryAgain)
    assert error.after_s == 120.0


@pytest.mark.parametrize("header", ["21600", "21601", "999999999", "Thu, 31 Dec 2099 23:59:59 GMT"])
def test_no_pause_is_longer_than_six_hours_and_a_longer_one_is_told_as_a_mistake(header: str) -> None:
    error = raised_by(answer(429, PAGE, HTML_TYPE, retry_after=header))
    assert isinstance(error, TryAgain)
    assert error.after_s == LONGEST_PAUSE_S == 21600.0
    assert ("taken for a mistake" in error.finding.fix) is (header != "21600")


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://www.example.com/rest/all/V1/orders?session=abc123", "https://www.example.com"),
        ("http://127.0.0.1:8088", "http://127.0.0.1:8088"),
        ("https://someone:hunter2@example.com/", "another page"),
        ("/customer/account/login?token=abc123", "another page"),
    ],
)
def test_a_redirect_is_told_by_host_and_nothing_else(location: str, shown: str) -> None:
    finding = finding_of(answer(302, "", HTML_TYPE, location=location))
    assert f"on to {shown} (302)" in finding.what
    assert "abc123" not in str(finding)
    assert "hunter2" not in str(finding)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (httpx2.ReadTimeout("timed out"), Code.SHOP_UNREACHABLE, "did not answer in time"),
        (httpx2.ConnectTimeout(""), Code.SHOP_UNREACHABLE, "did not answer in time"),
        (httpx2.ConnectError("[Errno 111] Connection refused"), Code.SHOP_UNREACHABLE, "Connection refused"),
        (httpx2.ReadError(""), Code.SHOP_UNREACHABLE, "ReadError"),
        (
            httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired"),
            Code.SHOP_UNREACHABLE,
            "certificate is not trusted",
        ),
        (httpx2.DecodingError("incorrect header check"), Code.SHOP_ANSWER_UNREADABLE, "damaged"),
    ],
)
def test_a_request_without_an_answer_is_made_again(error: httpx2.RequestError, code: Code, said: str) -> None:
    again = not_answered("V1/orders", error)
    assert again.finding.code is code
    assert said in again.finding.why
