"""`/api`, the calls that let a shop be connected by pressing Activate in its admin, without pasted keys."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ml_connector.cloud import activation_book as book
from ml_connector.cloud.activation_book import Expected, NewShop
from ml_connector.cloud.activation_pages import path_of
from ml_connector.cloud.answers import answer
from ml_connector.cloud.operator_desk import AtDesk, ByPerson, ConnectionIn
from ml_connector.codec import to_json
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records.ledger import Ledger

activation_calls = APIRouter()


class NewShopIn(ConnectionIn, ByPerson):
    """A shop that is to be connected by its own call."""


@activation_calls.post("/activations")
def expect_new_shop(desk: AtDesk, given: NewShopIn) -> Response:
    """Expect a shop that is not connected yet; the answer holds the two addresses, this once."""
    new = NewShop(name=given.name, tag=given.tag, shop_url=given.shop_url, cut_over=given.cut_over)
    ledger = Ledger(desk.engine, desk.clock, given.connection_id)
    return answer(begin(ledger, desk.public_address, new, given.by, given.why), 201)


@activation_calls.post("/connections/{connection_id}/activation")
def expect_shop_again(desk: AtDesk, connection_id: str, person: ByPerson) -> Response:
    """Expect new keys of a shop that is connected already; the answer holds the two addresses, this once."""
    ledger = desk.ledger(connection_id)
    return answer(begin(ledger, desk.public_address, None, person.by, person.why), 201)


@activation_calls.get("/activations/{connection_id}")
def show_activation(desk: AtDesk, connection_id: str) -> Response:
    """How far an activation has come, and why the last call was refused or failed."""
    found = book.look(desk.engine, desk.clock, connection_id)
    if found is None:
        raise book.not_expected(f"None was begun for “{connection_id}”.")
    return answer(shown(connection_id, found))


def begin(ledger: Ledger, public_address: str, new: NewShop | None, by: str, why: str) -> dict[str, object]:
    """Expect an activation; raises as `activation_book.expect`, and while there is no public address."""
    if not public_address:
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what="No activation was begun.",
                why="The shop has to call this service, and the settings do not say at which address it can.",
                fix="Set public_address, as in “https://books.example.co.uk”, and start the service again; or"
                " leave the integration's callback URL empty, and enter its four values here.",
            )
        )
    ticket, expected = book.expect(ledger, new, by, why)
    address = f"{public_address.rstrip('/')}{path_of(ledger.connection_id, ticket)}"
    return {
        **shown(ledger.connection_id, expected),
        "callback_url": address,
        "identity_link_url": address,
    }


def shown(connection_id: str, expected: Expected) -> dict[str, object]:
    """An activation without its ticket."""
    return {
        "connection_id": connection_id,
        "shop_url": expected.shop_url,
        "phase": expected.phase,
        "phase_at": expected.phase_at,
        "expires_at": expected.expires_at,
        "finding": None if expected.finding is None else to_json(expected.finding),
    }
