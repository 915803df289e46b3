"""Unbroken trails for tests to tamper with."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from ml_connector.clock import ManualClock
from ml_connector.documents.identity import Key, Kind
from ml_connector.records.chain import Sealed, genesis, seal

SHOP = "shop-1"


def trail(length: int, connection_id: str = SHOP) -> list[Sealed]:
    """An unbroken trail; entry n is about invoice n."""
    clock = ManualClock(seed=7)
    made: list[Sealed] = []
    previous = genesis(connection_id)
    for seq in range(1, length + 1):
        made.append(
            seal(
                previous,
                connection_id=connection_id,
                seq=seq,
                at=clock.now() + timedelta(seconds=seq),
                actor="worker",
                action="plan",
                key=Key(connection_id, Kind.INVOICE, str(seq)),
                from_state="noticed",
                to_state="planned",
                payload={"total": Decimal("12.50"), "name": f"Ann {seq}"},
                salt=clock.secret(),
            )
        )
        previous = made[-1].hash
    return made
