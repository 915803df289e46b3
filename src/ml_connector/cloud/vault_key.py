"""The vault of this service: its keys are in the key file of the data folder, or in the environment.

One of the two, never both: which of them sealed a secret would depend on how the program was started.
"""

from __future__ import annotations

import os
from pathlib import Path

from ml_connector.clock import Clock
from ml_connector.records.vault import Vault
from ml_connector.records.vault_keys import VARIABLE, about_keys


def open_vault(key_file: Path, clock: Clock) -> Vault:
    """The vault for a service that starts; the key file is made when there is neither.

    Raises NeedsPerson `vault-key` for keys that cannot be used, and when both are there.
    """
    given = given_keys(key_file)
    return Vault.open(key_file, clock) if given is None else Vault.given(given, clock)


def existing_vault(key_file: Path, clock: Clock) -> Vault:
    """The vault of a service that was started before; raises as `open_vault`, and when there is neither."""
    given = given_keys(key_file)
    return Vault.existing(key_file, clock) if given is None else Vault.given(given, clock)


def given_keys(key_file: Path) -> str | None:
    """What the environment says, or None when the key file counts; raises NeedsPerson when both are there."""
    text = os.environ.get(VARIABLE)
    if text is not None and key_file.exists():
        raise about_keys(
            f"The vault has two sources of keys: {VARIABLE} and {key_file}.",
            "Secrets sealed by the one would not open by the other.",
            f"To go on with the file, take {VARIABLE} out of the environment. To go on with the environment,"
            " let it hold the whole text of that file, and then move the file to a safe place.",
        )
    return text
