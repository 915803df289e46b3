"""Pages that come where JSON was asked for: the web server's own, the shop's, and strangers' in front of it.

Statuses and content types are the recorded ones (folders `maintenance` and `outage`; reference:
adobe_commerce.md §4.5, §9.3). The web server's page is byte for byte the recorded one, being nothing but a
status; all other markup is our own around the recorded words.
"""

from __future__ import annotations

from http import HTTPStatus

from ml_connector.adobe.sandbox.server import Answer

_HTML = "text/html; charset=UTF-8"


def server_page(status: int) -> Answer:
    """What the web server says by itself: PHP is gone (502), too busy (503), too slow (504) …"""
    title = f"{status} {HTTPStatus(status).phrase}"
    lines = (
        "<html>",
        f"<head><title>{title}</title></head>",
        "<body>",
        f"<center><h1>{title}</h1></center>",
        "<hr><center>nginx/1.22.1</center>",
        "</body>",
        "</html>",
    )
    body = "".join(f"{line}\r\n" for line in lines)
    return Answer(status, _HTML, body.encode(), session=False)


def maintenance_page() -> Answer:
    """Maintenance mode: 503 to everything, whatever was accepted, and no word on when it ends."""
    why = (
        "The server is temporarily unable to service your request due to maintenance downtime or capacity"
        " problems. Please try again later."
    )
    return _page(503, "Error 503: Service Unavailable", "Service Temporarily Unavailable", why)


def database_down_page() -> Answer:
    """The database is gone: a page that breaks off in its own head, and calls itself plain text."""
    body = (
        "<!doctype html>\n<html>\n<head>\n<title>There has been an error processing your request</title>\n"
        '<base href="An error has happened during application run. See exception log for details.'
    )
    return Answer(500, "text/plain;charset=UTF-8", body.encode(), session=False)


def login_page() -> Answer:
    """A page that wants a person to sign in, with 200: a staging shop's lock, a hotel's, a proxy's."""
    return _page(200, "Sign in", "Sign in to continue", "Enter your user name and password.")


def firewall_page() -> Answer:
    """A web application firewall that takes us for something else."""
    return _page(403, "Access denied", "Access denied", "This request was blocked by the security rules.")


def _page(status: int, title: str, heading: str, text: str) -> Answer:
    body = (
        f"<!doctype html>\n<html><head><title>{title}</title></head>\n"
        f"<body><h1>{heading}</h1>\n<p>{text}</p></body></html>\n"
    )
    return Answer(status, _HTML, body.encode(), session=False)
