"""The figures of `make bench`: their names, what they should reach, and the file and table they stand in.

`results.json` is a flat map of name to number. What each figure means is in docs/reference/benchmarks.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

RESULTS = Path(__file__).with_name("results.json")
FLAT = 1.10
"""Memory counts as flat when ten times the orders take a tenth more of it at most."""

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `wanted` says its target in words, “” where it has none, and `met` tells from all figures
    whether it is reached."""

    name: str
    part: str
    wanted: str = ""
    met: Callable[[Figures], bool] | None = None


def _flat(figures: Figures) -> bool:
    return figures["extract_rss_mb_100k"] <= FLAT * figures.get("extract_rss_mb_10k", 0)


FIGURES = (
    Figure("extract_orders_per_s", "extract"),
    Figure("extract_dlt_orders_per_s", "extract"),
    Figure("extract_vs_dlt", "extract", "at least 10", lambda of: of["extract_vs_dlt"] >= 10),
    Figure("extract_dlt_unnested_orders_per_s", "extract"),
    Figure("extract_vs_dlt_unnested", "extract"),
    Figure("extract_dlt_rss_mb_10k", "extract"),
    Figure("extract_rss_mb_10k", "extract"),
    Figure("extract_rss_mb_100k", "extract", "flat: at most 1.1 × that of 10k", _flat),
    Figure(
        "webhook_per_s_sqlite",
        "webhooks",
        "at least 3,000",
        lambda of: of["webhook_per_s_sqlite"] >= 3000,
    ),
    Figure("webhook_p50_ms_sqlite", "webhooks"),
    Figure("webhook_p99_ms_sqlite", "webhooks", "below 80", lambda of: of["webhook_p99_ms_sqlite"] < 80),
    Figure("webhook_cpu_us_sqlite", "webhooks"),
    Figure("webhook_per_s_postgresql", "webhooks"),
    Figure("webhook_p50_ms_postgresql", "webhooks"),
    Figure("webhook_p99_ms_postgresql", "webhooks"),
    Figure("webhook_cpu_us_postgresql", "webhooks"),
)


def read(path: Path = RESULTS) -> dict[str, float]:
    """The figures of the file; none where there is no file yet. Raises ValueError for a file that is no flat
    map of known names to numbers."""
    if not path.exists():
        return {}
    found: object = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} is no map")
    known = {figure.name for figure in FIGURES}
    figures: dict[str, float] = {}
    for name, value in cast(dict[str, object], found).items():
        if name not in known:
            raise ValueError(f"{path.name}: {name} is no figure of ours")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{path.name}: {name} is no number")
        figures[name] = value
    return figures


def write(measured: Figures, parts: tuple[str, ...], path: Path = RESULTS) -> dict[str, float]:
    """Put what these parts measured in the place of what they had measured before; gives what stands there
    now. A figure that a part could not measure this time is gone."""
    anew = {figure.name for figure in FIGURES if figure.part in parts}
    kept = {name: value for name, value in read(path).items() if name not in anew}
    figures = dict(sorted({**kept, **measured}.items()))
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return figures


def table(figures: Figures) -> str:
    """What people read: each figure with its target, and whether that is met."""
    lines = [f"{'figure':36} {'value':>12}  target"]
    for figure in FIGURES:
        if figure.name not in figures:
            continue
        verdict = "" if figure.met is None else (" - met" if figure.met(figures) else " - NOT MET")
        value = f"{figures[figure.name]:>12,.10g}"
        lines.append(f"{figure.name:36} {value}  {figure.wanted}{verdict}".rstrip())
    return "\n".join(lines)
