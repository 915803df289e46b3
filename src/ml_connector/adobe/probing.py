"""A ping of the shop: everything that has to be right for it to be read, one step after another.

    address · token · connection · API · clock · credentials · each permission · bearer switch · version ·
    stores · what waits · how far the back-fill reaches

It only reads: GET, one row of a list at most, twelve requests when all is well, and the token call. A step
that fails says what to do; what depends on it is not tried. Nothing is kept, and no sentence holds a secret,
whatever the shop repeats. The walk itself is in `probe_walk.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ml_connector.adobe.auth import OAuth1, OAuth1Credentials
from ml_connector.adobe.connect import ShopCredentials, root_of
from ml_connector.adobe.ims import ImsAuth
from ml_connector.adobe.ims_token import ImsCredentials
from ml_connector.adobe.permissions import PERMISSIONS
from ml_connector.adobe.probe_reads import Known, WebsiteSeen
from ml_connector.adobe.probe_walk import Walk
from ml_connector.adobe.shop import ShopClient
from ml_connector.adobe.steps import Step, StepName, StepState, failed, not_tried
from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson

# Where the Cloud Service lives (reference: adobe_commerce.md §2.1).
_CLOUD_SERVICE = ".api.commerce.adobe.com"
# What is shorter stands in ordinary words too.
_SECRET_LENGTH_MIN = 6

_LOOKS_AT = {
    StepName.ADDRESS: "The address",
    StepName.CONNECTION: "The connection",
    StepName.TOKEN: "Adobe's sign-in service",
    StepName.API: "The shop's API",
    StepName.CLOCK: "The clock",
    StepName.CREDENTIALS: "The credentials",
    StepName.BEARER: "The bearer switch",
    StepName.VERSION: "The version",
    StepName.STORES: "Websites, currencies and time zones",
    StepName.DOCUMENTS: "What waits to be read",
    StepName.BACK_FILL: "How far the first back-fill reaches",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """The steps in their order, and the websites that were seen; none when they could not be read."""

    steps: tuple[Step, ...]
    websites: tuple[WebsiteSeen, ...] = ()


def probe(address: str, credentials: ShopCredentials, clock: Clock, known: Known) -> Probed:
    """Ping a shop by the address that a person entered. Raises nothing for what is wrong with the shop."""
    oauth = isinstance(credentials, OAuth1Credentials)
    try:
        root = _root(address, credentials)
    except NeedsPerson as error:
        return Probed(steps=_whole([failed(StepName.ADDRESS, error.finding)], oauth=oauth))
    auth = OAuth1(credentials, clock) if oauth else ImsAuth(credentials, clock, nullcontext())
    with ShopClient(root, auth, clock) as client:
        walk = Walk(
            root=root,
            credentials=credentials,
            client=client,
            sign_in=None if isinstance(auth, OAuth1) else auth.sign_in,
            clock=clock,
            known=known,
        )
        steps = _whole(list(walk.steps()), oauth=oauth)
    return Probed(
        steps=tuple(_without_secrets(step, credentials) for step in steps), websites=tuple(walk.websites)
    )


def untried(finding: Finding) -> Probed:
    """The ping of a shop whose credentials cannot be used at all."""
    return Probed(steps=_whole([failed(StepName.CREDENTIALS, finding)], oauth=True))


def _root(address: str, credentials: ShopCredentials) -> str:
    host = urlsplit(address.strip()).hostname or ""
    if isinstance(credentials, OAuth1Credentials) and host.endswith(_CLOUD_SERVICE):
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what=f"{host} is a Cloud Service, and the credentials are those of an integration.",
                why="It has no integrations, and is opened by an OAuth Server-to-Server credential.",
                fix="Connect it as a Cloud Service, with client ID, client secret and organisation ID.",
            )
        )
    return root_of(address, credentials)


def _whole(steps: Sequence[Step], *, oauth: bool) -> tuple[Step, ...]:
    """All steps that a shop of this kind has, in order; those that the walk did not come to say so."""
    done = {_key(step): step for step in steps}
    stopped = next((step.name for step in steps if step.state is StepState.FAILED), StepName.ADDRESS)
    left_out = StepName.TOKEN if oauth else StepName.BEARER
    whole: list[Step] = []
    for name in StepName:
        if name is StepName.PERMISSION:
            for each in PERMISSIONS:
                key = (name, each.resource)
                whole.append(done.get(key) or _not_come_to(name, each.opens, stopped, resource=each.resource))
        elif name in _LOOKS_AT and name is not left_out:
            whole.append(done.get((name, "")) or _not_come_to(name, _LOOKS_AT[name], stopped))
    return tuple(whole)


def _key(step: Step) -> tuple[StepName, str]:
    return step.name, str(step.facts["resource"]) if step.name is StepName.PERMISSION else ""


def _not_come_to(name: StepName, looks_at: str, stopped: StepName, **facts: object) -> Step:
    return not_tried(name, f"{looks_at}: not tried.", f"The step “{stopped}” failed before it.", **facts)


def _without_secrets(step: Step, credentials: ShopCredentials) -> Step:
    """The same step without any of the credentials' values, should the shop have repeated one."""
    if isinstance(credentials, ImsCredentials):
        values = [credentials.client_secret]
    else:
        values = [
            credentials.consumer_key,
            credentials.consumer_secret,
            credentials.access_token,
            credentials.access_token_secret,
        ]
    what, why, fix = step.what, step.why, step.fix
    for value in values:
        if len(value) >= _SECRET_LENGTH_MIN:
            what, why, fix = (text.replace(value, "…") for text in (what, why, fix))
    return replace(step, what=what, why=why, fix=fix)
