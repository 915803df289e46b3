"""Foreign accounts of the pretend engine: rates either way round, banks, and who refuses what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.sage.uk.sandbox.storage import CompanyFile
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.specs.pretend_sdo import (
    Desk,
    balance,
    company,
    connected,
    document,
    entry,
    got,
    line,
    posted,
    put,
    record,
    refusal,
    saved,
)


@pytest.fixture
def accdata(tmp_path: Path) -> Path:
    return company(tmp_path)


@pytest.fixture
def desk(accdata: Path) -> Iterator[Desk]:
    with connected(accdata) as made:
        yield made


def change(accdata: Path, statement: str) -> None:
    file = CompanyFile(accdata)
    file.execute(statement)
    file.close()


@pytest.mark.parametrize(
    ("switches", "base"),
    [(Switches(rate_is="foreign_per_base"), 8.0), (Switches(rate_is="base_per_foreign"), 12.5)],
)
def test_a_rate_is_read_the_way_round_that_this_sage_reads_it(
    accdata: Path, switches: Switches, base: float
) -> None:
    with connected(accdata, switches) as desk:
        header = posted(desk, line(TAX_CODE=0), ACCOUNT_REF="EURO", FOREIGN_RATE=1.25)
        standing = record(desk, saved(desk, line(TAX_CODE=0), ACCOUNT_REF="EURO", FOREIGN_RATE=1.25))
        assert (got(standing, "FOREIGN_RATE"), got(standing, "BASE_TOT_NET")) == (1.25, base)
        assert (got(header, "FOREIGN_RATE"), got(header, "FOREIGN_GROSS")) == (1.25, 10.0)
        assert balance(desk, "EURO") == base


def test_a_currency_without_a_rate_is_refused(accdata: Path) -> None:
    change(accdata, "UPDATE CURRENCY SET EXCHANGE_RATE = 0 WHERE CODE = 'EUR'")
    with connected(accdata) as desk, refusal(desk, 18):
        document(desk, line(), ACCOUNT_REF="EURO").Update()


def test_a_foreign_account_is_paid_through_a_bank_of_its_currency_or_of_the_base(desk: Desk) -> None:
    for bank in ("1220", "1200"):
        assert entry(desk, 4, 10.0, bank=bank, ACCOUNT_REF="EURO").Update()


def test_a_bank_in_a_foreign_currency_takes_no_other(desk: Desk, accdata: Path) -> None:
    with refusal(desk, 34):
        entry(desk, 4, 10.0, bank="1220").Update()
    change(accdata, "UPDATE BANK SET CURRENCY = 2 WHERE ACCOUNT_REF = '1220'")
    with refusal(desk, 34):
        entry(desk, 4, 10.0, bank="1220", ACCOUNT_REF="EURO").Update()


def test_a_bank_tells_its_currency(desk: Desk) -> None:
    bank = desk.make("BankRecord")
    put(bank, ACCOUNT_REF="1220")
    assert bank.Find(False)
    assert got(bank, "CURRENCY") == 1
