"""Natural order: the order in which the shop sorts the parameters that it signs.

PHP's `strnatcmp`: runs of digits are compared as numbers, so `[2]` comes before `[10]`, where the byte order
of RFC 5849 has it the other way (reference: adobe_commerce.md §9.1). Runs that begin with 0 are compared
digit by digit, as the digits behind a decimal point are. Case counts; spaces are skipped.
"""

from __future__ import annotations

import re

_RUNS = re.compile(r"[0-9]+|[^0-9]")


def natural_order(left: str, right: str) -> int:
    """-1, 0 or 1: whether `left` sorts before, with or after `right`."""
    ours, theirs = (_RUNS.findall(text.replace(" ", "")) for text in (left, right))
    for mine, other in zip(ours, theirs, strict=False):
        order = _runs(mine, other)
        if order:
            return order
    return _sign(len(ours) - len(theirs))


def _runs(left: str, right: str) -> int:
    if not (left.isdigit() and right.isdigit()) or left.startswith("0") or right.startswith("0"):
        return (left > right) - (left < right)
    return _sign(int(left) - int(right))


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
