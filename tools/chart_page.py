"""Writes the part of docs/reference/chart.md that lists every field of the chart: what it may be, its
default, and the question that it answers. What stands above the list is written by hand.

python -m tools.chart_page
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path

from ml_connector.posting.chart_fields import ChartField, Shape, default_words, walk
from ml_connector.posting.chart_words import WORDS

PAGE = Path("docs/reference/chart.md")
HEADING = "## Every field"
_KINDS: dict[type[object], str] = {
    bool: "true or false",
    int: "whole number",
    Decimal: "number",
    str: "text",
    date: "day",
}


def fields() -> str:
    """The list, a table for each section."""
    return "\n".join(_lines()) + "\n"


def is_current(root: Path) -> bool:
    """Whether the page's list is that of the chart as it is."""
    page = root / PAGE
    return page.exists() and page.read_text(encoding="utf-8").partition(HEADING)[2] == fields()


def main(root: Path) -> int:
    """Replace the list; returns 0."""
    page = root / PAGE
    above = page.read_text(encoding="utf-8").partition(HEADING)[0]
    page.write_text(f"{above}{HEADING}{fields()}", encoding="utf-8")
    print(f"{PAGE.name} lists {len(WORDS)} fields.")
    return 0


def _lines() -> Iterator[str]:
    in_section = ""
    for path, field in walk():
        section = path.partition(".")[0] if "." in path or field.shape is Shape.SECTION else "The top"
        if section != in_section:
            yield ""
            yield "### The top of the file" if section == "The top" else f"### `[{section}]`"
            yield ""
            if field.shape is Shape.SECTION:
                yield WORDS[path]
                yield ""
            yield "| field | may be | default | question |"
            yield "|---|---|---|---|"
            in_section = section
        if "." in path or field.shape is not Shape.SECTION:
            yield f"| `{path}` | {_may_be(field)} | {_default(field)} | {WORDS[path]} |"


def _may_be(field: ChartField) -> str:
    if field.shape is Shape.ROWS:
        return "rows `[[…]]`"
    if field.shape is Shape.SECTION:
        return "table `[…]`"
    kind = field.kind
    one = ", ".join(f"`{each.value}`" for each in kind) if issubclass(kind, Enum) else _KINDS[kind]
    return f"list of {one}" if field.shape is Shape.LIST else one


def _default(field: ChartField) -> str:
    words = default_words(field)
    return words if words in ("required", "none", "as below") else f"`{words}`"


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
