"""The chart over the operator's API: accepted as text or as JSON, shown, refused finding by finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from ml_connector.cloud.chart_book import version_of
from ml_connector.cloud.chart_toml import chart_toml
from ml_connector.codec import canonical, loads, to_json
from ml_connector.errors import Code
from tests.specs.cloud_place import CONNECTION, Cloud
from tests.specs.preview_place import a_shop_that_was_read, accept

pytestmark = pytest.mark.slow


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_shop_that_was_read(tmp_path, orders=(2,)) as made:
        yield made


def test_a_chart_is_accepted_as_the_text_of_its_file_or_as_json(cloud: Cloud) -> None:
    chart = accept(cloud)
    text = chart_toml(chart).replace('gate = "invoiced"', 'gate = "complete"')
    answered = cloud.post(f"/{CONNECTION}/chart", by="ben", why="later", toml=text)
    assert answered.json() == {"version": 2, "changes": ["gate: invoiced → complete"]}
    values = cast(dict[str, object], to_json(chart))
    answered = cloud.post(f"/{CONNECTION}/chart", by="ben", why="sooner", chart=values)
    assert answered.json() == {"version": 3, "changes": ["gate: complete → invoiced"]}
    assert version_of(cloud.ledger).chart == chart


def test_a_number_of_a_json_chart_keeps_its_digits(cloud: Cloud) -> None:
    """A double would make 0.05000000000000000277 of it, or round a longer one."""
    values = canonical(accept(cloud)).decode()
    text = f'{{"by": "ben", "why": "x", "chart": {values}}}'
    answered = cloud.operator.post(
        f"/api/connections/{CONNECTION}/chart",
        content=text.replace('"limit":"0.05"', '"limit":0.0500000000000000000001'),
        headers={"Content-Type": "application/json"},
    )
    assert answered.status_code == 200, answered.text
    assert str(version_of(cloud.ledger).chart.pennies.limit) == "0.0500000000000000000001"


def test_each_finding_is_answered_by_itself(cloud: Cloud) -> None:
    text = chart_toml(accept(cloud)).replace("bank = ", "bnk = ")
    answered = cloud.post(f"/{CONNECTION}/chart", by="ben", why="x", toml=text)
    body = cast(Mapping[str, object], loads(answered.content))
    assert (answered.status_code, body["code"]) == (400, Code.CHART_INVALID.value)
    assert len(cast(list[object], body["findings"])) == 2
    assert version_of(cloud.ledger).version == 1


def test_a_written_chart_and_a_wish_for_the_proposal_s_gate_are_not_taken_together(cloud: Cloud) -> None:
    answered = cloud.post(f"/{CONNECTION}/chart", by="b", why="x", toml="", gate="complete")
    assert (answered.status_code, "says its gate itself" in answered.text) == (422, True)


def test_the_accepted_chart_is_answered_as_values_and_as_text(cloud: Cloud) -> None:
    chart = accept(cloud)
    shown = cloud.get(f"/{CONNECTION}/chart")
    assert (shown["version"], shown["accepted_by"]) == (1, "ann")
    assert shown["chart"] == to_json(chart)
    assert shown["toml"] == chart_toml(chart)
