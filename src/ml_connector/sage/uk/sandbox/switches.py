"""What is only believed of Sage, as switches with both answers.

Each field names one behaviour that the reference tags [L] or calls unknown; the first literal is the
default. `docs/reference/settle-on-sage.md` says for each why. A real installation has one answer; the
pretend engine can give either, and a driver has to pass under both.

Pass `Switches` to `create_engine`, or write them beside the company's data (`save_switches`) so that another
process that opens this company meets the same answers.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_type_hints

_FILE = "SANDBOX_SWITCHES.JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One answer to each open question about SDO."""

    overlong_text: Literal["cut", "refuse"] = "cut"
    """Text longer than its field (§2.1). Keys and address lines are refused either way."""

    line_net: Literal["as_given", "recomputed"] = "as_given"
    """InvoicePost keeps NET_AMOUNT, or makes it QTY_ORDER × UNIT_PRICE − DISCOUNT_AMOUNT."""

    inv_ref_after_post: Literal["number", "cust_order_number"] = "number"
    """What INV_REF holds after `Post()`: the document number, or CUST_ORDER_NUMBER cut to 30 characters."""

    ledger_post: Literal["default_dispatch", "second_interface", "absent"] = "default_dispatch"
    """Where `InvoiceRecord.Post` is found (§2.2): on the object, only through IUpdateLedgers, or nowhere."""

    failure: Literal["raises", "returns_false"] = "raises"
    """How Edit, AddNew, Update, Remove, AllocatePayment and Post fail (§2.3). Connect always raises."""

    last_error_after_success: Literal["kept", "reset"] = "kept"
    """Whether a call that succeeds sets `LastError` back to 0 (§2.3)."""

    empty_date: Literal["1899-12-30", "none"] = "1899-12-30"
    """What an empty date field reads as (§9 point 16)."""

    find_first_text: Literal["case_sensitive", "ignores_case"] = "case_sensitive"
    """How FindFirst and FindNext compare text (§5)."""

    rate_is: Literal["foreign_per_base", "base_per_foreign"] = "foreign_per_base"
    """Which way round EXCHANGE_RATE and FOREIGN_RATE are (§6): €1.17 for a pound, or £0.85 for a euro."""

    setup_vat_cash: Literal["field", "unknown"] = "field"
    """Whether SetupData has VAT_CASH, as ODBC's COMPANY has (§3.8)."""

    new_customer: Literal["bare", "company_defaults"] = "bare"
    """What AddNew gives a customer (§2.2): nothing, or the company's customer defaults from SetupData."""

    def __post_init__(self) -> None:
        for name, answers in get_type_hints(Switches).items():
            if getattr(self, name) not in get_args(answers):
                raise ValueError(f"{name} is one of {get_args(answers)}, not {getattr(self, name)!r}")


def save_switches(accdata: Path, switches: Switches) -> None:
    """Make these answers this company's own, for every process that opens it without switches of its own."""
    (accdata / _FILE).write_text(json.dumps(asdict(switches), indent=1), encoding="utf-8")


def load_switches(accdata: Path) -> Switches:
    """The company's own answers; the defaults where nobody wrote any."""
    file = accdata / _FILE
    if not file.exists():
        return Switches()
    # Any: `Switches` itself checks what a file says.
    return Switches(**cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8"))))
