"""Every recorded request is replayed, or stands in docs/reference/recordings.md with why it is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.recorded import test_cloud_replay as cloud
from tests.recorded import test_configured_shop_replay as configured
from tests.recorded import test_pretend_shop_replay as as_packed

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "recordings.md"
ROW = re.compile(r"\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|")

Counts = tuple[int, int, int, int, int]


def by_folder(titles: Iterable[str]) -> Counter[str]:
    return Counter(title.partition("/")[0] for title in titles)


def counted() -> dict[str, Counts]:
    """Of each folder: recordings, answered alike, alike but for the page, left out, and alike as a cloud."""
    every = by_folder([*as_packed.RECORDED, *configured.RECORDED])
    alike = by_folder([*as_packed.MATCHING, *as_packed.NONCE_TWICE, *configured.MATCHING])
    but_for_the_page = by_folder([*as_packed.OTHERWISE, *configured.OTHERWISE])
    left_out = by_folder([*as_packed.WRITES, *configured.OF_A_PERSON])
    as_a_cloud = by_folder(cloud.RECORDED)
    return {
        folder: (number, alike[folder], but_for_the_page[folder], left_out[folder], as_a_cloud[folder])
        for folder, number in every.items()
    }


def test_the_page_says_what_the_tests_do() -> None:
    said = {found[1]: tuple(map(int, found.groups()[1:])) for found in ROW.finditer(PAGE.read_text("utf-8"))}
    assert said == counted()


def test_every_recording_is_in_one_column_and_all_403_are_there() -> None:
    for folder, (number, alike, but_for_the_page, left_out, _) in counted().items():
        assert number == alike + but_for_the_page + left_out, folder
    assert sum(number for number, *_ in counted().values()) == 403
