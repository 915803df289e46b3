"""The check that the reference pages name everything a user can type, set or meet."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from tools.chart_page import PAGE, fields, is_current
from tools.check_docs import commands, differences


def example() -> App:
    """A command line with a plain command, a group, a command with sub-commands, and a hidden one."""
    app = App(name="shop")
    group = App(name="trail")
    both = App(name="agent")

    @app.command
    def sell() -> None: ...

    @app.command(show=False)
    def secret() -> None: ...

    @group.command
    def verify() -> None: ...

    @both.default
    def run() -> None: ...

    @both.command
    def pair() -> None: ...

    app.command(group)
    app.command(both)
    return app


def test_commands_are_spelt_as_they_are_typed_and_groups_and_hidden_ones_are_none() -> None:
    typed = ["shop sell", "shop trail verify", "shop agent", "shop agent pair"]
    assert list(commands(example(), "shop")) == typed


def page(folder: Path, text: str) -> Path:
    path = folder / "errors.md"
    path.write_text(text)
    return path


def test_a_page_with_one_heading_for_each_name_passes(tmp_path: Path) -> None:
    text = "# Errors\n\n## Held\n\n### `not-vat`\n\nText with `another-code`.\n\n### `foreign-vat`\n"
    assert differences(page(tmp_path, text), ["foreign-vat", "not-vat"]) == []


def test_a_name_without_a_heading_is_reported(tmp_path: Path) -> None:
    text = "#### `not-vat`\n\nA mention of `not-vat` is no heading.\n"
    assert differences(page(tmp_path, text), ["not-vat"]) == ["errors.md: no heading ### `not-vat`"]


def test_a_heading_without_a_name_and_one_that_stands_twice_are_reported(tmp_path: Path) -> None:
    text = "### `gone`\n\n### `not-vat`\n\n### `not-vat`\n"
    assert differences(page(tmp_path, text), ["not-vat"]) == [
        "errors.md: ### `gone` names nothing that exists",
        "errors.md: ### `not-vat` stands twice",
    ]


def test_a_page_that_is_missing_has_no_headings(tmp_path: Path) -> None:
    assert differences(tmp_path / "errors.md", ["not-vat"]) == ["errors.md: no heading ### `not-vat`"]


def test_the_chart_s_page_lists_every_field_and_no_other(tmp_path: Path) -> None:
    there = tmp_path / PAGE
    assert not is_current(tmp_path)
    there.parent.mkdir(parents=True)
    there.write_text(f"# The chart\n\n## Every field{fields()}", encoding="utf-8")
    assert is_current(tmp_path)
    line = "| `payments.banks.method` | text | required | What is the method called in the shop? |\n"
    assert line in fields()
    there.write_text(there.read_text("utf-8").replace(line, ""), encoding="utf-8")
    assert not is_current(tmp_path)
