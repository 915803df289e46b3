"""What every driver of a set of books must do, as checks that ship with the product.

    for check in CHECKS: check(make_bench())

Each check takes a fresh `Bench` (a throw-away company, `bench.py`) and raises `Broken` with a sentence when
the driver does otherwise. They are about the two promises: nothing stands twice, whatever is lost on the way
(`once.py`); what stands is compared with the plan to the penny before it is believed (`compared.py`);
what is refused is refused before anything is written (`refused.py`); and on an account nothing is lost that a
person typed (`customers.py`); a sale in a foreign currency stands in that currency only (`foreign.py`); and
what people entered is told (`already_there.py`).
"""

from __future__ import annotations

from ml_connector.sage.conformance.already_there import ALREADY_THERE
from ml_connector.sage.conformance.bench import Bench
from ml_connector.sage.conformance.compared import COMPARED
from ml_connector.sage.conformance.customers import CUSTOMERS
from ml_connector.sage.conformance.foreign import FOREIGN
from ml_connector.sage.conformance.once import ONCE
from ml_connector.sage.conformance.paid_several_ways import PAID_SEVERAL_WAYS
from ml_connector.sage.conformance.refused import REFUSED
from ml_connector.sage.conformance.steps import Broken, Check

__all__ = ["CHECKS", "Bench", "Broken", "Check"]

CHECKS: tuple[Check, ...] = (
    *ONCE,
    *COMPARED,
    *REFUSED,
    *CUSTOMERS,
    *PAID_SEVERAL_WAYS,
    *FOREIGN,
    *ALREADY_THERE,
)
