"""What happens when a shop calls back: the call is judged, answered, and turned into a connection's keys.

The shop waits five seconds for the answer, and asks itself for nothing: the two calls for the keys are made
behind it, within 300 s (`adobe/activation.py`). They go to the address that a person named, whatever the call
says. The keys go from the shop's answer into the vault; what came in the call is kept in memory only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Engine

from ml_connector.adobe.activation import (
    LASTS,
    Activation,
    RequestToken,
    accept_callback,
    access_token,
    is_about,
    request_token,
)
from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.clock import Clock
from ml_connector.cloud import activation_book as book
from ml_connector.cloud import connections
from ml_connector.cloud.activation_book import Expected
from ml_connector.cloud.connections import NewConnection
from ml_connector.cloud.new_credentials import replace_credentials
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Handshake:
    """A call that was taken in, on its way to keys."""

    ledger: Ledger
    expected: Expected
    activation: Activation
    requested: RequestToken | None = field(default=None, repr=False)
    keys: OAuth1Credentials | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Activations:
    """The activations of this service; `wake` lets the worker look at a new or changed connection."""

    engine: Engine
    clock: Clock
    vault: Vault
    wake: Callable[[], None]

    def take(self, connection_id: str, ticket: str, form: bytes) -> Handshake:
        """Judge a call. Raises `NeedsPerson` for one that is not expected, malformed, or of another shop;
        then nothing of it is kept, and who expects it can read why."""
        expected = book.with_ticket(self.engine, self.clock, connection_id, ticket)
        if expected is None:
            raise book.not_expected("Nobody expects one at this address, or not any more.")
        ledger = Ledger(self.engine, self.clock, connection_id)
        try:
            callback = accept_callback(form)
            if not is_about(callback, expected.shop_url):
                raise _another_shop(expected.shop_url)
        except NeedsPerson as error:
            book.refuse(ledger, ticket, error.finding)
            raise
        called = book.begin(ledger, ticket)
        activation = Activation(callback=callback, shop_url=expected.shop_url, begun_at=self.clock.now())
        return Handshake(ledger, called, activation)

    def go_on(self, handshake: Handshake) -> bool:
        """One attempt at what is still to do; False when it may be tried again in a moment."""
        try:
            self._keys(handshake)
        except TryAgain as error:
            if handshake.keys is None:
                log.info("the activation of %s is tried again: %s", handshake.ledger.connection_id, error)
                return False
            finding = error.finding
        except NeedsPerson as error:
            if self._may_pass(handshake, error.finding):
                return False
            finding = error.finding
        except Exception:
            log.exception("the activation of %s stopped", handshake.ledger.connection_id)
            finding = _STOPPED
        else:
            finding = None
        book.end(handshake.ledger, handshake.expected, finding)
        self.wake()
        return True

    def _may_pass(self, handshake: Handshake, finding: Finding) -> bool:
        """Whether only the trial of keys that are there already found the shop away: they are not given up
        for that at once, since the shop gives them only once."""
        young = self.clock.now() - handshake.activation.begun_at < LASTS
        return handshake.keys is not None and finding.code is Code.SHOP_UNREACHABLE and young

    def _keys(self, handshake: Handshake) -> None:
        if handshake.requested is None:
            handshake.requested = request_token(handshake.activation, self.clock)
        if handshake.keys is None:
            handshake.keys = access_token(handshake.activation, handshake.requested, self.clock)
        self._keep(handshake.ledger, handshake.expected, handshake.keys)

    def _keep(self, ledger: Ledger, expected: Expected, keys: OAuth1Credentials) -> None:
        new = expected.new
        if new is None:
            try:
                replace_credentials(ledger, self.vault, keys, expected.by, expected.why)
            except NeedsPerson as error:
                once_more = f"{error.finding.fix} Then press Reauthorize once more."
                raise NeedsPerson(replace(error.finding, fix=once_more)) from None
            return
        made = NewConnection(
            connection_id=ledger.connection_id,
            name=new.name,
            tag=new.tag,
            shop_url=new.shop_url,
            credentials=keys,
            cut_over=new.cut_over,
        )
        connections.create(self.engine, self.clock, self.vault, made, expected.by)


def _another_shop(shop_url: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what=f"Another shop called than {shop_url}.",
            why="The base URL in its call has another host. Only the address that a person entered is asked.",
            fix="If it is the same shop, begin the activation anew with the address that its admin shows"
            " under Stores > Configuration > General > Web, Base URL.",
        )
    )


_STOPPED = Finding(
    code=Code.DEFECT,
    what="The activation stopped.",
    why="An error that nobody foresaw; the service's log says which.",
    fix="Report it with the log. Meanwhile, leave the integration's callback URL empty, and enter its four"
    " values.",
)
