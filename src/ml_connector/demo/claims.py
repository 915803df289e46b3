"""What the connector claims of each document, for whoever checks the exported company without our code."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from ml_connector.demo.operator import Answer

COLUMNS = ("kind", "entity_id", "number", "reference", "state", "reason")


def write_claims(path: Path, records: Iterable[Answer]) -> None:
    """One line for each captured invoice and credit memo."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for record in records:
            if record["kind"] != "customer" and record["captured"]:
                writer.writerow(
                    (
                        record["kind"],
                        record["entity"],
                        record["number"],
                        record["reference"],
                        record["state"],
                        record["code"],
                    )
                )
