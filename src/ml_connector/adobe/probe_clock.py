"""Our clock against the shop's, by the Date of an answer.

The shop refuses a request that is signed more than 600 s in its future, and no other (reference:
adobe_commerce.md §1.4). A Cloud Service looks at no time at all.
"""

from __future__ import annotations

from datetime import datetime

from ml_connector.adobe.answers import Answer, http_date
from ml_connector.adobe.steps import Step, StepName, failed, good, not_tried, warning
from ml_connector.errors import Code, Finding

TOLD_FROM_S = 60
AHEAD_MAX_S = 600
_SET = "Set this machine's clock, or the shop's, by a time server."


def clock_step(answer: Answer, asked_at: datetime, *, signed: bool, refused: bool = False) -> Step:
    """How far the clocks are apart. `asked_at` is our clock when the request was sent; `refused` says that
    the shop has refused its time; `signed` that it looks at that time at all."""
    ahead = _ahead_s(answer, asked_at)
    if refused and (ahead is None or ahead <= AHEAD_MAX_S):
        return failed(
            StepName.CLOCK,
            Finding(
                code=Code.SHOP_CLOCK,
                what="The shop takes the time of our request for the future.",
                why="Its front end's clock agrees with ours, so that of the machine with its PHP is behind.",
                fix="Set the clock of the machine that runs the shop's PHP by a time server.",
            ),
        )
    if ahead is None:
        return not_tried(
            StepName.CLOCK, "The clocks were not compared.", "The shop's answer does not tell its time."
        )
    if refused or (signed and ahead > AHEAD_MAX_S):
        return failed(
            StepName.CLOCK,
            Finding(
                code=Code.SHOP_CLOCK,
                what=f"This machine's clock is {ahead} s ahead of the shop's.",
                why=f"The shop refuses what is signed more than {AHEAD_MAX_S} s in its future.",
                fix=_SET,
            ),
            ahead_s=ahead,
        )
    if ahead >= TOLD_FROM_S:
        return warning(
            StepName.CLOCK,
            f"This machine's clock is {ahead} s ahead of the shop's.",
            f"From {AHEAD_MAX_S} s on the shop refuses every request."
            if signed
            else "Times here and times in the shop cannot be compared.",
            _SET,
            ahead_s=ahead,
        )
    if ahead <= -TOLD_FROM_S:
        return warning(
            StepName.CLOCK,
            f"This machine's clock is {-ahead} s behind the shop's.",
            "The shop accepts that; but documents seem to come from the future, and are read again.",
            _SET,
            ahead_s=ahead,
        )
    return good(StepName.CLOCK, "This machine's clock agrees with the shop's.", ahead_s=ahead)


def _ahead_s(answer: Answer, asked_at: datetime) -> int | None:
    """Whole seconds that our clock is ahead, less than none when it is behind. A slow answer is no
    difference: the shop wrote its Date at some time between the request and the end of the answer."""
    theirs = http_date(answer.headers.get("date", ""))
    if theirs is None:
        return None
    if theirs < asked_at:
        return int((asked_at - theirs).total_seconds())
    return -max(0, int((theirs - answer.at).total_seconds()))
