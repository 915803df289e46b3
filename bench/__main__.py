"""`make bench`: every part in a process of its own, one after another, then the file and the table.

`python -m bench [extract] [webhooks]`; without a name all parts. A part prints, as the last line of its
standard output, what it measured and what it had to leave out and why; how it gets on goes to standard error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TypedDict, cast

from bench.figures import FIGURES, RESULTS, table, write

PARTS = tuple(dict.fromkeys(figure.part for figure in FIGURES))


class Outcome(TypedDict):
    """What a part hands over."""

    figures: dict[str, float]
    left_out: dict[str, str]


def run(part: str) -> Outcome:
    """Measure one part; what goes wrong in it leaves its figures out, and says so."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{part}"], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        return {"figures": {}, "left_out": {part: f"ended with {done.returncode}; the lines above say why"}}
    return cast(Outcome, json.loads(done.stdout.splitlines()[-1]))


def main(asked: list[str]) -> int:
    """Exit code: 2 for a part that there is not, 1 when a part failed; else 0, met targets or not."""
    if unknown := [part for part in asked if part not in PARTS]:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    parts = tuple(asked) or PARTS
    outcomes = {part: run(part) for part in parts}
    measured = {name: value for each in outcomes.values() for name, value in each["figures"].items()}
    print(table(write(measured, parts)))
    left_out = {name: why for each in outcomes.values() for name, why in each["left_out"].items()}
    for name, why in left_out.items():
        print(f"left out: {name}: {why}")
    print(f"written to bench/{RESULTS.name}; what each figure means: docs/reference/benchmarks.md")
    return 1 if any(part in left_out for part in parts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
