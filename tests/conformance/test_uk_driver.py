"""The Sage 50 UK driver over the pretend engine does what every driver must, under each answer to what is
only believed of Sage."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_connector.sage.conformance import CHECKS, Check
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.conformance.uk_bench import UkBench, make_template

pytestmark = pytest.mark.slow

ANSWERS = {
    "as believed": Switches(),
    "INV_REF holds the order number": Switches(inv_ref_after_post="cust_order_number"),
    "Post is on the second interface": Switches(ledger_post="second_interface"),
    "False, and LastError is never reset": Switches(failure="returns_false"),
    "everything the other way round": Switches(
        overlong_text="refuse",
        line_net="recomputed",
        inv_ref_after_post="cust_order_number",
        ledger_post="second_interface",
        failure="returns_false",
        last_error_after_success="reset",
        empty_date="none",
        find_first_text="ignores_case",
        setup_vat_cash="unknown",
        rate_is="base_per_foreign",
        new_customer="company_defaults",
    ),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_uk_driver_does_what_every_driver_must(
    check: Check, answer: str, template: Path, tmp_path: Path
) -> None:
    check(UkBench(template, tmp_path, ANSWERS[answer]))
