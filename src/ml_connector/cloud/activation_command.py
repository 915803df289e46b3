"""`ml-connector activation`: let a shop be connected by pressing Activate, and see how far that has come."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from ml_connector.clock import Clock
from ml_connector.cloud import activation_book as book
from ml_connector.cloud.activation_book import NewShop
from ml_connector.cloud.data_folder import existing_records
from ml_connector.cloud.operator_activation import begin
from ml_connector.cloud.operator_desk import ConnectionIn, misfit
from ml_connector.errors import NeedsPerson
from ml_connector.records.ledger import Ledger
from ml_connector.settings import CloudSettings


def new_shop(
    connection_id: str, *, shop_url: str, name: str, tag: str, cut_over: date | None, by: str
) -> NewShop | None:
    """The shop that is to be connected; None when nothing is said of it: then it is connected already.

    Raises `NeedsPerson` (command-not-understood) for a value that can be none.
    """
    if not (shop_url or name or tag or cut_over):
        return None
    given = {"connection_id": connection_id, "shop_url": shop_url, "name": name, "tag": tag, "by": by}
    try:
        read = ConnectionIn.model_validate({**given, "cut_over": cut_over})
    except ValidationError as error:
        faults = [{"loc": each["loc"], "msg": each["msg"]} for each in error.errors(include_input=False)]
        raise NeedsPerson(misfit(faults)) from None
    return NewShop(name=read.name, tag=read.tag, shop_url=read.shop_url, cut_over=read.cut_over)


def print_start(
    settings: CloudSettings,
    clock: Clock,
    console: Console,
    connection_id: str,
    new: NewShop | None,
    *,
    by: str,
    why: str,
) -> None:
    """Expect an activation and print the two addresses. Raises as `operator_activation.begin` does."""
    with existing_records(settings) as engine:
        made = begin(Ledger(engine, clock, connection_id), settings.public_address, new, by, why)
    until = cast(datetime, made["expires_at"])
    lines = (
        f"In {made['shop_url']}, System > Extensions > Integrations, enter in the integration:",
        f"  Callback URL        {made['callback_url']}",
        f"  Identity link URL   {made['identity_link_url']}",
        f"Save it, and press Activate (or Reauthorize) before {until:%d/%m/%Y %H:%M} UTC.",
    )
    for line in lines:
        console.print(escape(line), soft_wrap=True, highlight=False)


def print_activation(settings: CloudSettings, clock: Clock, console: Console, connection_id: str) -> int:
    """How far an activation has come; the exit status is 1 when it failed or was refused."""
    with existing_records(settings) as engine:
        found = book.look(engine, clock, connection_id)
    if found is None:
        raise book.not_expected(f"None was begun for “{connection_id}”.")
    told = f"{found.phase} since {found.phase_at:%d/%m/%Y %H:%M} UTC: {found.shop_url}"
    console.print(escape(told), soft_wrap=True, highlight=False)
    if found.finding is None:
        return 0
    for sentence in (found.finding.what, found.finding.why, found.finding.fix):
        console.print(f"  {escape(sentence)}", soft_wrap=True, highlight=False)
    return 1
