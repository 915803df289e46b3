"""New credentials for a shop that is connected already: tried out first, then sealed in the place of the old.

They are for the same shop at the same address: another one is another connection, since references in Sage
and everything that was read belong to this one. What a ping would fail on is refused here with the ping's own
words; the old credentials stay until the new ones work. A running service opens the shop anew by itself
(`worker.py`), which drops a Cloud Service's token too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from ml_connector.adobe.connect import ShopCredentials, root_of
from ml_connector.adobe.probe_reads import WebsiteSeen
from ml_connector.adobe.probing import probe
from ml_connector.adobe.steps import Step, StepState
from ml_connector.cloud.connections import keep_credentials, newest_chart
from ml_connector.cloud.ping import address_of, known_of
from ml_connector.cloud.shop_settings import SHOP_SETTINGS
from ml_connector.codec import loads
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.records.vault import Vault

_ADMIN = "0"


def replace_credentials(
    ledger: Ledger, vault: Vault, credentials: ShopCredentials, by: str, why: str, *, shop_url: str = ""
) -> tuple[Step, ...]:
    """Try the credentials on the connection's shop, and keep them if they work; gives the steps of the trial.

    `shop_url`, where a person named it, has to be the address of the connection. Raises `NeedsPerson`, with
    the old credentials untouched: with the code of the first step that failed; settings-invalid for another
    shop; vault-key when nothing can be sealed.
    """
    with ledger.begin() as tx:
        address, known, websites = address_of(tx), known_of(tx), _websites_wanted(tx)
    _must_be_the_address(shop_url, address, credentials)
    probed = probe(address, credentials, ledger.clock, known)
    _must_have_worked(probed.steps)
    _must_be_the_shop(websites, probed.websites)
    with ledger.begin() as tx:
        keep_credentials(tx, vault, credentials)
        what = {"type": credentials.type, "why": why}
        tx.note(actor=f"user {by}", action="credentials replaced", key=None, payload=what)
    return probed.steps


def _must_be_the_address(entered: str, address: str, credentials: ShopCredentials) -> None:
    if entered and root_of(entered, credentials) != root_of(address, credentials):
        raise _not_replaced(
            Code.SETTINGS_INVALID,
            f"The connection is for {address}, and another address was given.",
            "For the same shop leave the address out. Another shop is a connection of its own.",
        )


def _must_have_worked(steps: Sequence[Step]) -> None:
    wrong = [step for step in steps if step.state is StepState.FAILED]
    if wrong:
        raise _not_replaced(
            wrong[0].code or Code.SHOP_CREDENTIALS,
            " ".join(f"{step.what} {step.why}" for step in wrong),
            " ".join(dict.fromkeys(step.fix for step in wrong)),
        )


def _must_be_the_shop(wanted: Mapping[str, str], seen: Sequence[WebsiteSeen]) -> None:
    there = {site.id: site.code for site in seen}
    lost = [f"{code} ({id})" for id, code in wanted.items() if there.get(id) != code]
    if lost:
        raise _not_replaced(
            Code.SETTINGS_INVALID,
            f"What they open has no website {', '.join(lost)}, which this connection is for; it has"
            f" {', '.join(f'{site.code} ({site.id})' for site in seen) or 'none'}.",
            "Another shop answers at this address now, or the website was removed: look there first. Another"
            " shop is a connection of its own.",
        )


def _websites_wanted(tx: LedgerTransaction) -> Mapping[str, str]:
    """The websites of the chart, or all that were ever read, by id with their codes."""
    settings = tx.fact(SHOP_SETTINGS)
    if settings is None:
        return {}
    rows = cast(Mapping[str, list[Mapping[str, object]]], loads(settings[1])).get("websites", [])
    known = {str(row.get("id")): str(row.get("code")) for row in rows if str(row.get("id")) != _ADMIN}
    _, chart = newest_chart(tx)
    return known if chart is None else {id: code for id, code in known.items() if id in chart.websites}


def _not_replaced(code: Code, why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(Finding(code=code, what="The credentials were not replaced.", why=why, fix=fix))
