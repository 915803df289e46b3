"""Faults of access: what an integration was granted it has no longer, and a shop whose clock is wrong.

Facts: adobe_commerce.md §1.4 (the time window), §1.5 (the words).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from email.utils import formatdate

from ml_connector.adobe.sandbox.errors import not_authorized, token_revoked
from ml_connector.adobe.sandbox.faults import Afterwards, InAccess
from ml_connector.adobe.sandbox.server import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionWithdrawn(InAccess):
    """One ACL resource was unticked for every integration."""

    resource: str

    def check(self, resource: str) -> None:
        if resource == self.resource:
            raise not_authorized(resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(InAccess):
    """The access tokens were withdrawn: the integration was deactivated or its keys made anew."""

    def check(self, resource: str) -> None:
        del resource
        raise token_revoked()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAhead(Afterwards):
    """The shop's clock is so many seconds ahead of the true time, or behind it if negative: it shows in the
    `Date` of its answers, and in which time stamps it takes for the future."""

    seconds: float

    def bent(self, answer: Answer) -> Answer:
        date = formatdate(time.time() + self.seconds, usegmt=True)
        return replace(answer, headers={**answer.headers, "Date": date})
