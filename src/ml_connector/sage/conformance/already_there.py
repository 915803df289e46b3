"""Conformance: what people entered on customers' accounts is told, as it stands, from a day on."""

from __future__ import annotations

from datetime import timedelta

from ml_connector.sage.conformance.bench import ACCOUNT, DAY, Bench, invoice
from ml_connector.sage.conformance.steps import make_some, must


def check_what_anybody_entered_is_told_from_a_day_on(bench: Bench) -> None:
    """Invoices and credits alike, with reference, details and gross; ours among them, nothing older."""
    before = DAY - timedelta(days=1)
    bench.enter_by_hand(ACCOUNT, before, "OLD", "Web order 000000001", 1000, 200, credit=False)
    bench.enter_by_hand(ACCOUNT, DAY, "000000042", "Web order 000000042", 2997, 599, credit=False)
    bench.enter_by_hand(ACCOUNT, DAY, "CR 7", "Refund", 500, 100, credit=True)
    ours = invoice()
    make_some(bench, ours)
    with bench.door.open(bench.index) as books:
        told = list(books.customer_entries(DAY))
        every = list(books.customer_entries(before))
    by_hand = [(each.type, each.account_ref, each.date, each.reference, each.gross) for each in told[:2]]
    wanted = [("SI", ACCOUNT, DAY, "000000042", 3596), ("SC", ACCOUNT, DAY, "CR 7", 600)]
    must(by_hand == wanted, "What people entered is told as it stands.", by_hand)
    must("Web order 000000042" in told[0].details, "Its details are told.", told[0])
    must([each.gross for each in told[2:]] == [ours.gross], "What we posted is there too.", told)
    must(told[0].currency == "GBP", "The currency is the account's.", told[0])
    must(len(every) == len(told) + 1, "Nothing is told that is dated before.", every)


ALREADY_THERE = (check_what_anybody_entered_is_told_from_a_day_on,)
