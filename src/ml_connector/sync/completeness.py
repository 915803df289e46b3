"""The daily check that nothing is missing: the shop's ids are held against what is stored, flow by flow.

A sweep goes by `updated_at`, and some things it cannot see: a row that was committed later than the overlap
reaches back, one that was written with an old stamp, a change that moves no stamp, a document that was
deleted. So once a day the ids of each flow are read in ascending order, a page at a time, with the stamp of
each. What is missing or stamped otherwise is read; what the shop has no more is asked for once more by its
id, noted and told (`deleted.py`). Ids far below the newest ones are compared by count, in windows that halve
where the counts differ, so that a shop of many years is not read whole every day; within 30 days each window
is compared id by id all the same (reference: adobe_commerce.md §4.6, §7.2, §8.5, §9.5).

At the end the orders of whatever waits or is held are read again (`waiting.py`). Where the check stands is
kept after every page: one that is cut off anywhere goes on there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ml_connector.codec import to_json
from ml_connector.sync.deleted import believed_gone
from ml_connector.sync.ports import Decider, Flow, Ids, ShopReads, Store, Transaction
from ml_connector.sync.reading import Check, Compared, Extent, Reason, Stored
from ml_connector.sync.sweep import FLOWS, extent_of, store_read
from ml_connector.sync.unread import is_gone
from ml_connector.sync.waiting import read_waiting

ACTOR = "completeness"
EVERY = timedelta(days=1)
RECENT_IDS = 20_000
"""The newest ids of a flow, which are compared one by one every day."""
WINDOW = 5000
"""Older ids that are compared by one count."""
WINDOW_MIN = 100
TURNS = 30
"""Days within which each window of older ids is compared one by one."""
STORED_AT_ONCE = 200
WAITING = "waiting"
_STAGES = (*(flow.value for flow in FLOWS), WAITING)
_NO_END = 2**62


def check_on(
    store: Store, shop: ShopReads, deciders: Callable[[], Decider], connection_id: str, now: datetime
) -> bool:
    """Compare one page, or begin or end a check; False while none is due. Raises `TryAgain`, `NeedsPerson`
    with everything kept that was compared before."""
    with store.begin() as tx:
        check = tx.check()
        if not check.stage:
            return _begun(tx, check, now)
    decider = deciders()
    if check.stage == WAITING:
        last = read_waiting(store, shop, decider, connection_id, check.after, now, ACTOR)
        with store.begin() as tx:
            _save(tx, replace(check, after=last) if last else _ended(tx, check, now))
        return True
    flow = Flow(check.stage)
    with store.begin() as tx:
        extent = extent_of(tx, decider, flow)
        old = check.trusted and check.after + check.window <= tx.newest(flow) - RECENT_IDS
    if not check.after:
        check = _with(check, Compared(counted=shop.count(flow, extent)))
    extent = replace(extent, after=check.after, up_to=check.after + check.window if old else 0)
    counts = old and not _has_its_turn(check)
    if counts:
        equal, check = _counted(store, shop, flow, extent, check)
        if equal or extent.up_to - extent.after > WINDOW_MIN:
            with store.begin() as tx:
                _save(tx, check)
            return True
    _compare(store, shop, decider, connection_id, extent, check, now, counted=counts)
    return True


def ask_for_check(tx: Transaction) -> None:
    """Let a check begin at the next step, unless one is under way."""
    tx.save_check(replace(tx.check(), asked=True))


def _begun(tx: Transaction, check: Check, now: datetime) -> bool:
    if check.next_at is None:
        # The back-fill has just read everything, or is about to.
        tx.save_check(replace(check, next_at=now + EVERY))
    if not check.asked and (check.next_at is None or now < check.next_at):
        return False
    begun = Check(next_at=now + EVERY, began_at=now, ended_at=check.ended_at, stage=_STAGES[0], window=WINDOW)
    tx.save_check(begun)
    return True


def _ended(tx: Transaction, check: Check, now: datetime) -> Check:
    tx.note(actor=ACTOR, action="compared with the shop", key=None, payload=to_json(check.compared))
    return replace(check, stage="", after=0, ended_at=now)


def _has_its_turn(check: Check) -> bool:
    day = check.began_at.toordinal() if check.began_at else 0
    return (day + check.after // WINDOW) % TURNS == 0


def _counted(store: Store, shop: ShopReads, flow: Flow, extent: Extent, check: Check) -> tuple[bool, Check]:
    """Whether a window of old ids holds as many as are stored, and the check behind it, or with a window
    half as wide."""
    with store.begin() as tx:
        expected = tx.count_stored(flow, extent.after, extent.up_to, extent.since)
    found = shop.count(flow, extent)
    if found != expected:
        return False, replace(check, window=max(WINDOW_MIN, check.window // 2))
    check = _with(check, Compared(shown=found))
    return True, replace(check, after=extent.up_to, window=min(2 * check.window, WINDOW))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    """Up to which id a page was compared, whether that is the end of the flow, what has to be read, and what
    the shop did not show."""

    end: int
    ends: bool
    unknown: list[int]
    absent: list[int]


def _compare(
    store: Store,
    shop: ShopReads,
    decider: Decider,
    connection_id: str,
    extent: Extent,
    check: Check,
    now: datetime,
    *,
    counted: bool,
) -> None:
    """Compare one page id by id; where it was `counted` to differ and does not, counts mean nothing here."""
    flow = Flow(check.stage)
    page = shop.ids(flow, extent)
    with store.begin() as tx:
        found = _difference(tx, flow, extent, page)
    read = shop.by_id(flow, found.unknown) if found.unknown else ()
    there = shop.by_id(flow, found.absent) if found.absent else ()
    unseen = sorted(set(found.absent) - {payload.entity_id for payload in there})
    gone = believed_gone(store, shop, connection_id, flow, unseen)
    shown = sum(entity_id <= found.end for entity_id in page.found)

    def keep(tx: Transaction) -> None:
        news = sum(is_gone(tx, connection_id, flow, each, 0, now, ACTOR) for each in gone)
        compared = Compared(shown=shown + len(page.failing), read=len(read), gone=news)
        deceived = counted and not page.more and not found.unknown and not found.absent
        _save(tx, _behind(replace(_with(check, compared), trusted=check.trusted and not deceived), found))

    payloads = (*page.failing, *read, *there)
    store_read(store, shop, decider, connection_id, flow, payloads, now, actor=ACTOR, also=keep)


def _difference(tx: Transaction, flow: Flow, extent: Extent, page: Ids) -> _Difference:
    failing = {payload.entity_id for payload in page.failing}
    limit = max([*page.found, *failing], default=extent.after) if page.more else extent.up_to or _NO_END
    stored = tx.stored(flow, extent.after, limit, STORED_AT_ONCE)
    end = max(stored) if len(stored) == STORED_AT_ONCE else limit
    unread = tx.unread_between(flow, extent.after, end)
    unknown = [
        entity_id
        for entity_id, updated_at in page.found.items()
        if entity_id <= end
        and (
            entity_id not in stored
            or stored[entity_id].updated_at != updated_at
            or unread.get(entity_id) is Reason.GONE
        )
    ]
    absent = [
        entity_id
        for entity_id, each in stored.items()
        if not (entity_id in page.found or entity_id in failing or entity_id in unread)
        and _is_meant(flow, each, extent)
    ]
    ends = end == limit and not page.more and not extent.up_to
    return _Difference(end=end, ends=ends, unknown=unknown, absent=absent)


def _is_meant(flow: Flow, stored: Stored, extent: Extent) -> bool:
    """Whether a stored entity belongs to what was asked for: what came along from before the cut-over date
    does not. Stamps are UTC text as the shop writes it, which sorts as the times do."""
    if flow is not Flow.ORDERS:
        return stored.noticed
    return extent.since is None or stored.updated_at >= f"{extent.since:%Y-%m-%d %H:%M:%S}"


def _behind(check: Check, found: _Difference) -> Check:
    if not found.ends:
        return replace(check, after=found.end)
    following = _STAGES[_STAGES.index(check.stage) + 1]
    return replace(check, stage=following, after=0, window=WINDOW, trusted=True)


def _with(check: Check, more: Compared) -> Check:
    old = check.compared.get(check.stage, Compared())
    summed = Compared(
        counted=old.counted + more.counted,
        shown=old.shown + more.shown,
        read=old.read + more.read,
        gone=old.gone + more.gone,
    )
    return replace(check, compared={**check.compared, check.stage: summed})


def _save(tx: Transaction, check: Check) -> None:
    """Somebody may have asked for a check meanwhile: the next one."""
    tx.save_check(replace(check, asked=tx.check().asked))
