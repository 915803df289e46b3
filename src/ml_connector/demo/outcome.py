"""What a run of the demo came to: as numbers for a program, and whether it ended well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from ml_connector.adobe.sandbox.summary import Takings
from ml_connector.demo.operator import Answer

REASON_STATES = ("held", "waiting", "skipped", "disputed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The proof, the customers, and the second run. Amounts are decimal text per currency."""

    truth: Takings
    proof: Answer
    customers: Counter[str]
    second_run_writes: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """One flat object: counts, reason → count maps, and currency → amount maps."""
        by_state = cast(dict[str, dict[str, int]], self.proof["by_state"])
        currencies = cast(dict[str, dict[str, str]], self.proof["currencies"])
        amounts = {
            f"{name}_total": {currency: one[name] for currency, one in currencies.items()}
            for name in ("shop", "sage", *REASON_STATES)
        }
        return {
            "documents": self.proof["documents"],
            "proved": self.proof["proved"],
            "customers_created": self.customers["created"],
            "customers_matched": self.customers["matched"],
            "second_run_writes": self.second_run_writes,
            "seconds": round(self.seconds, 1),
            **{state: by_state.get(state, {}) for state in REASON_STATES},
            "unfinished": self.proof["unfinished"],
            **amounts,
            "difference": {currency: one["difference"] for currency, one in currencies.items()},
        }

    def faults(self) -> list[str]:
        """Why the run did not end well; empty when nothing was lost, doubled or different."""
        currencies = cast(dict[str, dict[str, str]], self.proof["currencies"])
        by_state = cast(dict[str, Mapping[str, int]], self.proof["by_state"])
        faults: list[str] = []
        if self.proof["documents"] != self.truth.documents:
            faults.append(
                f"the shop has {self.truth.documents} documents, {self.proof['documents']} are known"
            )
        for currency in sorted({*currencies, *self.truth.totals}):
            known = Decimal(currencies.get(currency, {}).get("shop", "0"))
            if known != self.truth.totals.get(currency, Decimal(0)):
                faults.append(
                    f"the shop's {currency} total is {self.truth.totals.get(currency)}, not {known}"
                )
            if Decimal(currencies.get(currency, {}).get("difference", "0")):
                faults.append(f"{currency} differs by {currencies[currency]['difference']}")
        if self.proof["unfinished"]:
            faults.append(f"unfinished: {self.proof['unfinished']}")
        if by_state.get("disputed"):
            faults.append(f"disputed: {dict(by_state['disputed'])}")
        if self.second_run_writes:
            faults.append(f"the second run wrote {self.second_run_writes} times")
        return faults


def customers_of(records: list[Answer]) -> Counter[str]:
    """How many accounts were created and how many found, of those that are proved."""
    return Counter(
        "created" if record["created"] else "matched"
        for record in records
        if record["kind"] == "customer" and record["state"] == "proved"
    )
