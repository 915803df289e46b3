"""The recorded shop posted by two connections: websites in pounds to one company, one in euros to another.

Each connection reads the whole shop. What belongs to the other one is left out, and nothing is planned twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from ml_connector.documents.money import to_minor
from ml_connector.errors import Code
from ml_connector.posting.chart import Chart, Gate, check
from ml_connector.posting.company import Account, Catalogue, Nominal
from ml_connector.posting.plan import Held, Planned, Skipped
from tests.recorded.posted_shop import Posted, PostedShop
from tests.recorded.test_other_taxes import with_other_taxes


def in_pounds(chart: Chart, catalogue: Catalogue) -> tuple[Chart, Catalogue]:
    """The first company; it names the other one's website."""
    chosen = replace(chart, elsewhere=(EURO_WEBSITE,))
    assert check(chosen, catalogue) == ()
    return chosen, catalogue


def in_euros(chart: Chart, catalogue: Catalogue) -> tuple[Chart, Catalogue]:
    """A company that keeps its books in euros, for the website whose prices are in euros.

    That website charges Irish VAT, for which the chart has the taxes of `test_other_taxes`.
    """
    chart, catalogue = with_other_taxes(chart, catalogue)
    company = replace(
        catalogue,
        base_currency="EUR",
        accounts=tuple(_kept_in_euros(account) for account in catalogue.accounts),
        nominals=tuple(_in_euros(nominal) for nominal in catalogue.nominals),
    )
    chosen = replace(chart, currency="EUR", websites=(EURO_WEBSITE,), elsewhere=chart.websites)
    assert check(chosen, company) == ()
    return chosen, company


def _kept_in_euros(account: Account) -> Account:
    return replace(account, currency="EUR")


def _in_euros(nominal: Nominal) -> Nominal:
    return replace(nominal, currency="EUR") if nominal.bank else nominal


pytestmark = pytest.mark.slow
EURO_WEBSITE = "3"


@cache
def posted(who: str) -> tuple[Posted, ...]:
    """All documents, as they were decided before there was a second connection, in pounds, or in euros."""
    by = {"uk": in_pounds, "eu": in_euros}
    shop = PostedShop(gate=Gate.INVOICED, chosen=by[who]) if who in by else PostedShop(gate=Gate.INVOICED)
    return shop.decide_all()


def outcome(one: Posted) -> str:
    decision = one.decision
    if isinstance(decision, Planned):
        return "planned"
    return decision.findings[0].code if isinstance(decision, Held) else decision.code


def test_no_document_is_planned_by_both_and_none_is_forgotten() -> None:
    for first, second in zip(posted("uk"), posted("eu"), strict=True):
        assert first.document == second.document
        left_out = [
            isinstance(each.decision, Skipped) and each.decision.code is Code.WEBSITE_ELSEWHERE
            for each in (first, second)
            if each.seen.captured
        ]
        assert not left_out or left_out.count(True) == 1


def test_the_first_company_posts_what_it_posted_before() -> None:
    before = Counter(outcome(each) for each in posted("before"))
    after = Counter(outcome(each) for each in posted("uk"))
    assert after["planned"] == before["planned"]
    assert after["website-elsewhere"] == before["other-base-currency"] > 0
    assert after["other-base-currency"] == after["website-not-covered"] == 0


def test_the_second_company_posts_the_other_website_in_its_own_currency() -> None:
    own = [each for each in posted("eu") if each.document.website == EURO_WEBSITE and each.seen.captured]
    planned = [each for each in own if isinstance(each.decision, Planned)]
    assert len(planned) == len(own) == 9
    for each in planned:
        assert isinstance(each.decision, Planned)
        assert each.decision.plan.currency == "EUR"
        assert each.decision.plan.gross == to_minor(each.seen.base_total)
