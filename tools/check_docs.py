"""Every command, setting and error code has its heading under docs/reference, and no heading is left over.

docs/reference/commands.md    ### `ml-connector demo`    from the two command lines
docs/reference/settings.md    ### `database`             from the fields of the two settings classes
docs/reference/errors.md      ### `zero-document`        from the members of `Code`
docs/reference/chart.md       the list of fields         from the sections of the chart (tools/chart_page.py)
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from cyclopts import App

HEADING = re.compile(r"^### `([^`]+)`\s*$", re.MULTILINE)


def commands(app: App, name: str) -> Iterator[str]:
    """Every command that help shows, spelt as it is typed; a group that does nothing by itself is none."""
    if app.default_command is not None:
        yield name
    for word, sub in app.resolved_commands().items():
        if not word.startswith("-") and sub.show:
            yield from commands(sub, f"{name} {word}")


def headings(page: Path) -> list[str]:
    """The names that this page has a heading for, in its order; none when there is no such page."""
    return HEADING.findall(page.read_text(encoding="utf-8")) if page.exists() else []


def differences(page: Path, wanted: Iterable[str]) -> list[str]:
    """One line for each name without a heading, heading without a name, and heading that stands twice."""
    names = list(dict.fromkeys(wanted))
    there = headings(page)
    lines = [f"{page.name}: no heading ### `{name}`" for name in names if name not in there]
    lines += [f"{page.name}: ### `{name}` names nothing that exists" for name in there if name not in names]
    lines += [f"{page.name}: ### `{name}` stands twice" for name in set(there) if there.count(name) > 1]
    return lines


def main(root: Path) -> int:
    # Imported here, so that the functions above can be tested without the whole package.
    from ml_connector import cli, settings
    from ml_connector.agent import cli as agent_cli
    from ml_connector.agent import settings as agent_settings
    from ml_connector.errors import Code
    from tools.chart_page import is_current

    fields = [*dataclasses.fields(settings.CloudSettings), *dataclasses.fields(agent_settings.AgentSettings)]
    reference = root / "docs" / "reference"
    wrong = [
        *differences(
            reference / "commands.md",
            [*commands(cli.app, "ml-connector"), *commands(agent_cli.app, "ml-connector-agent")],
        ),
        *differences(reference / "settings.md", [field.name for field in fields]),
        *differences(reference / "errors.md", [code.value for code in Code]),
    ]
    if not is_current(root):
        wrong.append("chart.md: it does not list the chart's fields; python -m tools.chart_page does it anew")
    print("\n".join(wrong) if wrong else "docs: every command, setting, code and choice has its place.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
