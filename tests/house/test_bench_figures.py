"""The figures of `make bench`: each has its meaning on record, and the file is a flat map of numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.figures import FIGURES, RESULTS, read, table, write
from tools.check_docs import differences

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "benchmarks.md"
NAMED_BY_THE_ISSUE = {
    "extract_orders_per_s",
    "extract_vs_dlt",
    "extract_rss_mb_10k",
    "extract_rss_mb_100k",
    "webhook_per_s_sqlite",
    "webhook_p99_ms_sqlite",
    "webhook_per_s_postgresql",
}


def test_every_figure_has_its_heading_and_no_heading_is_left_over() -> None:
    names = [figure.name for figure in FIGURES]
    assert len(set(names)) == len(names)
    assert set(names) >= NAMED_BY_THE_ISSUE
    assert differences(PAGE, names) == []


def test_every_target_in_the_table_is_on_record_too() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for figure in FIGURES:
        meaning = text.partition(f"### `{figure.name}`\n")[2].partition("\n### ")[0]
        assert ("Target:" in meaning) == bool(figure.wanted), figure.name
        assert (figure.met is not None) == bool(figure.wanted), figure.name


def test_the_results_of_this_repository_are_a_flat_map_of_known_names_to_numbers() -> None:
    figures = read()
    assert list(figures) == sorted(figures)
    assert RESULTS.exists() == bool(figures)


@pytest.mark.parametrize(
    "wrong", ["[]", '{"extract_vs_dlt": "10"}', '{"extract_vs_dlt": true}', '{"extract_faster": 10}']
)
def test_a_file_that_is_anything_else_is_refused(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(wrong)
    with pytest.raises(ValueError, match=r"results\.json"):
        read(path)


def test_one_part_alone_leaves_the_figures_of_the_others_and_takes_its_own_old_ones_away(
    tmp_path: Path,
) -> None:
    path = tmp_path / "results.json"
    write({"extract_vs_dlt": 9.5, "webhook_per_s_sqlite": 3100, "webhook_per_s_postgresql": 900}, (), path)
    kept = write({"webhook_per_s_sqlite": 3300.5}, ("webhooks",), path)
    assert kept == {"extract_vs_dlt": 9.5, "webhook_per_s_sqlite": 3300.5}
    assert json.loads(path.read_text()) == read(path) == kept


def test_the_table_says_which_targets_are_met() -> None:
    rows = table(
        {
            "extract_vs_dlt": 9.99,
            "extract_rss_mb_10k": 80.0,
            "extract_rss_mb_100k": 88.0,
            "webhook_p99_ms_sqlite": 80,
        }
    ).splitlines()
    verdicts = {row.split()[0]: row for row in rows[1:]}
    assert verdicts["extract_vs_dlt"].endswith("NOT MET")
    assert verdicts["extract_rss_mb_100k"].endswith(" - met")
    assert verdicts["webhook_p99_ms_sqlite"].endswith("NOT MET")
    assert "met" not in verdicts["extract_rss_mb_10k"].lower()
