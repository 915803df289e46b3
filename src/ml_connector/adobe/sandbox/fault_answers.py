"""Faults that answer in the shop's place: outages, limits, pages of strangers, redirects, a deadlock.

Facts: adobe_commerce.md §1.3 (redirects), §2.5 and §4.5 (429), §9.3 (deadlock, maintenance, outages).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ml_connector.adobe.sandbox.faults import Instead
from ml_connector.adobe.sandbox.jsontext import write
from ml_connector.adobe.sandbox.pages import (
    database_down_page,
    firewall_page,
    login_page,
    maintenance_page,
    server_page,
)
from ml_connector.adobe.sandbox.server import Answer, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyRequests(Instead):
    """429, as a cloud's front end sends it. `retry_after` is the header as it stands there: seconds, a date,
    or nothing for no header."""

    retry_after: str = ""

    def answer(self, request: Request) -> Answer:
        del request
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return replace(server_page(429), headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEndFails(Instead):
    """A page of the web server's own: 502 is PHP being down, 503 and 504 a shop that cannot keep up."""

    status: int = 502
    retry_after: str = ""

    def answer(self, request: Request) -> Answer:
        del request
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return replace(server_page(self.status), headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(Instead):
    """Maintenance mode."""

    def answer(self, request: Request) -> Answer:
        del request
        return maintenance_page()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseDown(Instead):
    """The database does not answer."""

    def answer(self, request: Request) -> Answer:
        del request
        return database_down_page()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage(Instead):
    """A page to sign in at, with 200, where JSON was asked for."""

    def answer(self, request: Request) -> Answer:
        del request
        return login_page()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallPage(Instead):
    """A firewall's own page, with 403."""

    def answer(self, request: Request) -> Answer:
        del request
        return firewall_page()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlock(Instead):
    """400, though it will pass: two of the shop's own tasks wanted the same rows."""

    def answer(self, request: Request) -> Answer:
        del request
        body = write({"message": "Database deadlock found when trying to get lock", "code": 1213})
        return Answer(400, "application/json; charset=utf-8", body.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected(Instead):
    """The shop lives at another scheme or host, and sends everybody on to the same path there."""

    to: str = "https://www.example.com"
    status: int = 301

    def answer(self, request: Request) -> Answer:
        return replace(server_page(self.status), headers={"Location": self.to + request.target})
