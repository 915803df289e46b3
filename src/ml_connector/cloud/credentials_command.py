"""`ml-connector credentials replace`: new credentials for a shop, tried out and kept; the service may run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from ml_connector.clock import Clock
from ml_connector.cloud import connections
from ml_connector.cloud.data_folder import existing_records
from ml_connector.cloud.new_credentials import replace_credentials
from ml_connector.cloud.operator_desk import IMS, AnyNewKeysIn, NewCloudServiceKeysIn, NewPaasKeysIn, misfit
from ml_connector.cloud.ping_report import print_steps
from ml_connector.cloud.vault_key import existing_vault
from ml_connector.codec import loads
from ml_connector.errors import NeedsPerson
from ml_connector.records.ledger import Ledger
from ml_connector.settings import CloudSettings

_PAAS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
_CLOUD_SERVICE = ("client_id", "client_secret", "organization_id")


def values_asked(*, cloud_service: bool) -> tuple[str, ...]:
    """The names of the values that a person types in."""
    return _CLOUD_SERVICE if cloud_service else _PAAS


def values_in(text: str) -> Mapping[str, object]:
    """The values in the JSON object that came on standard input; raises `NeedsPerson`, repeating none."""
    try:
        read = loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise NeedsPerson(misfit([{"loc": ("standard input",), "msg": "it is no JSON object"}]))
    return cast(Mapping[str, object], read)


def print_replacement(
    settings: CloudSettings,
    clock: Clock,
    console: Console,
    connection_id: str,
    values: Mapping[str, object],
    *,
    by: str,
    why: str,
    cloud_service: bool,
) -> None:
    """Replace the credentials and print the steps of their trial. Raises as `replace_credentials` does."""
    given = _checked({**({"type": IMS} if cloud_service else {}), **values, "by": by, "why": why})
    with existing_records(settings) as engine:
        vault = existing_vault(settings.vault_key, clock)
        if not connections.exists(engine, connection_id):
            raise connections.unknown_connection(connection_id)
        steps = replace_credentials(
            Ledger(engine, clock, connection_id), vault, given.credentials, by, why, shop_url=given.shop_url
        )
    print_steps(steps, console)
    console.print("The credentials were replaced. A service that is running uses them by itself.")


def _checked(values: Mapping[str, object]) -> NewPaasKeysIn | NewCloudServiceKeysIn:
    wanted: TypeAdapter[NewPaasKeysIn | NewCloudServiceKeysIn] = TypeAdapter(AnyNewKeysIn)
    try:
        return wanted.validate_python(values)
    except ValidationError as error:
        faults = [{"loc": each["loc"], "msg": each["msg"]} for each in error.errors(include_input=False)]
    # Out of the block, so that no value hangs on the error.
    raise NeedsPerson(misfit(faults))
