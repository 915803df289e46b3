"""Whether an address is a shop's: what a connection to it is worth, and where the API may be instead.

Without rewriting the API stands behind `index.php` (reference: adobe_commerce.md §1.9); and an address with a
path may be one that a person saw in the browser, not the shop's base URL.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ml_connector.adobe.auth import OAuth1, OAuth1Credentials
from ml_connector.adobe.permissions import STORES
from ml_connector.adobe.refusal import refusal_in
from ml_connector.adobe.shop import ShopClient, api_root, on_this_machine, origin_and_path
from ml_connector.adobe.steps import Step, StepName, good, warning
from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, TryAgain

_PREFIX = "/rest/all"


def connected(root: str) -> Step:
    """What a connection to this root is worth, once there is one."""
    parts = urlsplit(root)
    if parts.scheme == "https":
        return good(
            StepName.CONNECTION,
            f"{parts.netloc} answers over https, with a certificate that is trusted here.",
        )
    if on_this_machine(root):
        return good(StepName.CONNECTION, f"{parts.netloc} answers, on this machine.")
    return warning(
        StepName.CONNECTION,
        f"{parts.netloc} answers, without encryption.",
        "Its documents, with names and addresses, can be read on the way.",
        "Give the shop a certificate, and enter its address with https://.",
    )


def no_shop_there(root: str, credentials: OAuth1Credentials, clock: Clock) -> Finding:
    """What to tell of a 404 in the place of a shop's API; the places where it may be instead are tried."""
    why = "It is not the address of an Adobe Commerce shop, or its web server does not pass /rest/ on."
    fix = "Enter the base URL of the shop as its admin has it, Stores > Configuration > General > Web."
    for candidate, because in _elsewhere(root):
        if _is_api(candidate, credentials, clock):
            why, fix = because, f"Enter {candidate} as the shop's address."
            break
    return Finding(code=Code.SHOP_REFUSED, what=_nothing_at(root), why=why, fix=fix)


def no_tenant_there(root: str) -> Finding:
    """What to tell of a 404 in the place of a Cloud Service instance."""
    return Finding(
        code=Code.SHOP_REFUSED,
        what=_nothing_at(root),
        why="The tenant ID in the address is another one, or the instance was removed.",
        fix="Copy the REST address of the instance from Commerce Cloud Manager (its info icon).",
    )


def _nothing_at(root: str) -> str:
    return f"There is no API at {root}: the answer is 404."


def _elsewhere(root: str) -> Iterator[tuple[str, str]]:
    origin, path = origin_and_path(root.removesuffix(_PREFIX))
    if not path.endswith("/index.php"):
        yield (
            f"{origin}{path}/index.php",
            "The shop's web server rewrites no addresses, so its API stands behind index.php.",
        )
    if path:
        yield origin, f"The API stands at the root of the host, not below {path}."


def _is_api(address: str, credentials: OAuth1Credentials, clock: Clock) -> bool:
    with ShopClient(api_root(address), OAuth1(credentials, clock), clock) as client:
        try:
            answer = client.ask(STORES.path)
        except TryAgain:
            return False
    json = answer.status == 200 and "json" in answer.headers.get("content-type", "")
    return json or (answer.status != 404 and refusal_in(answer.body) is not None)
