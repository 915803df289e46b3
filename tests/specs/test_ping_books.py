"""The books' half of a ping: what the cloud knows of agent, company, lists and currency, and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ml_connector.adobe.probe_reads import WebsiteSeen
from ml_connector.adobe.steps import Step, StepName, StepState
from ml_connector.clock import ManualClock
from ml_connector.cloud.ping_books import AgentSeen, Books, CatalogueSeen, books_steps
from ml_connector.errors import Code, Finding
from tests.specs.cloud_place import COMPANY

NOW = ManualClock().now()
AGENT = AgentSeen(agent_id="a1", version="1.0", last_seen=NOW - timedelta(minutes=1), finding=None)
CATALOGUE = CatalogueSeen(read_at=NOW - timedelta(hours=2), base_currency="GBP", accounts=7, stock=40)
BOOKS = Books(agents=(AGENT,), company=COMPANY, catalogue=CATALOGUE, websites=("1", "2"))
SAGE_IN_USE = Finding(
    code=Code.SAGE_IN_USE,
    what="Sage's user CONNECTOR is in use.",
    why="Somebody else is signed in under that name.",
    fix="Sign out, or give the connector a user of its own.",
)


def website(number: str, currency: str) -> WebsiteSeen:
    return WebsiteSeen(
        id=number,
        code=f"site_{number}",
        name=f"Site {number}",
        base_currencies=(currency,),
        time_zones=("Europe/London",),
        store_codes=(f"view_{number}",),
    )


SEEN = (website("1", "GBP"), website("2", "GBP"), website("3", "EUR"))


def step(name: StepName, books: Books = BOOKS, seen: tuple[WebsiteSeen, ...] = SEEN) -> Step:
    (found,) = (each for each in books_steps(books, seen, NOW) if each.name is name)
    return found


def test_books_that_are_well_have_a_tick_at_every_step() -> None:
    steps = books_steps(BOOKS, SEEN, NOW)
    assert {each.state for each in steps} == {StepState.OK}
    assert [each.what for each in steps] == [
        "An agent is paired; it last called on 23/11/2026 at 11:59 UTC.",
        f"The Sage company is “{COMPANY.name}”, version {COMPANY.version}.",
        "Sage's lists were read on 23/11/2026 at 10:00 UTC: 7 customer accounts, 40 products.",
        "The company's base currency, GBP, is that of all 2 websites.",
    ]


def test_before_an_agent_is_paired_what_to_do_is_told_and_the_rest_is_not_tried() -> None:
    nothing = Books(agents=(), company=None, catalogue=None, websites=None)
    first, *others = books_steps(nothing, SEEN, NOW)
    assert (first.state, first.what) == (StepState.FAILED, "No agent is paired with this connection.")
    assert "ml-connector-agent pair" in first.fix
    assert {each.state for each in others} == {StepState.NOT_TRIED}
    assert all(each.why for each in others)


@pytest.mark.parametrize(
    ("quiet", "state"),
    [
        (timedelta(minutes=15), StepState.OK),
        (timedelta(minutes=16), StepState.WARNING),
        (timedelta(hours=24), StepState.WARNING),
        (timedelta(hours=25), StepState.FAILED),
    ],
)
def test_an_agent_that_is_quiet_for_long_is_told(quiet: timedelta, state: StepState) -> None:
    found = step(StepName.AGENT, replace(BOOKS, agents=(replace(AGENT, last_seen=NOW - quiet),)))
    assert found.state is state
    assert ("ml-connector-agent status" in found.fix) is (state is not StepState.OK)


def test_of_several_agents_the_one_that_called_last_counts() -> None:
    old = replace(AGENT, agent_id="a0", last_seen=NOW - timedelta(days=9), finding=SAGE_IN_USE)
    found = step(StepName.AGENT, replace(BOOKS, agents=(old, AGENT)))
    assert (found.state, found.facts["agent_id"], found.facts["paired"]) == (StepState.OK, "a1", 2)


def test_what_an_agent_says_keeps_it_from_working_is_told_in_its_words() -> None:
    found = step(StepName.AGENT, replace(BOOKS, agents=(replace(AGENT, finding=SAGE_IN_USE),)))
    assert (found.state, found.code) == (StepState.FAILED, Code.SAGE_IN_USE)
    assert (found.what, found.why, found.fix) == (SAGE_IN_USE.what, SAGE_IN_USE.why, SAGE_IN_USE.fix)


def test_lists_that_are_older_than_a_day_are_told() -> None:
    old = replace(CATALOGUE, read_at=NOW - timedelta(days=3))
    found = step(StepName.CATALOGUE, replace(BOOKS, catalogue=old))
    assert found.state is StepState.WARNING
    assert found.what.startswith("Sage's lists were read on 20/11/2026 at 12:00 UTC")


# Currency


def test_a_website_of_another_currency_in_the_chart_stops_its_documents() -> None:
    found = step(StepName.CURRENCY, replace(BOOKS, websites=("1", "3")))
    assert (found.state, found.code) == (StepState.FAILED, Code.OTHER_BASE_CURRENCY)
    assert found.what == "The company is kept in GBP, and these websites are not: site_3 (EUR)."


def test_before_a_chart_is_accepted_websites_of_other_currencies_are_a_warning() -> None:
    found = step(StepName.CURRENCY, replace(BOOKS, websites=None))
    assert (found.state, found.facts["other"]) == (StepState.WARNING, ["site_3"])
    assert found.fix == "Leave these out of the chart, and connect them to a company of their own."


def test_a_company_whose_currency_no_website_has_is_the_wrong_one() -> None:
    books = replace(BOOKS, websites=None, catalogue=replace(CATALOGUE, base_currency="USD"))
    found = step(StepName.CURRENCY, books)
    assert found.state is StepState.FAILED
    assert "site_1 (GBP), site_2 (GBP), site_3 (EUR)" in found.what


def test_one_website_is_told_as_one() -> None:
    found = step(StepName.CURRENCY, replace(BOOKS, websites=("3",), catalogue=euro()))
    assert found.what == "The company's base currency, EUR, is that of its one website."


def test_without_the_shop_s_websites_currencies_are_not_compared() -> None:
    found = step(StepName.CURRENCY, seen=())
    assert (found.state, found.why) == (StepState.NOT_TRIED, "The shop's websites could not be read.")


def euro() -> CatalogueSeen:
    return replace(CATALOGUE, base_currency="EUR")
