"""What a transaction knows of shoppers; part of `ports.Transaction`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ml_connector.sync.record import Record


class ShopperTransaction(Protocol):
    """Accounts, names and answers of the shoppers of one connection."""

    def accounts(self) -> Mapping[str, str]:
        """Customer entity → A/C reference, for each customer record that is proved; a person's link first.

        Each look reads one row; going through all of them is for those who want all.
        """
        ...

    def shopper_names(self) -> Mapping[str, str]:
        """Another name of a shopper → the entity of their record; read row by row."""
        ...

    def name_shopper(self, name: str, entity: str) -> None:
        """From now on this name leads to that record."""
        ...

    def customer_answer(self, entity: str) -> str | None:
        """What a person answered about this shopper: an A/C reference, “” for a new one; None if nothing."""
        ...

    def records_of_customer(self, entity: str) -> tuple[Record, ...]:
        """A shopper's own record and those of their changes, oldest first."""
        ...

    def taken_refs(self) -> frozenset[str]:
        """A/C references of all customer records of this connection."""
        ...
