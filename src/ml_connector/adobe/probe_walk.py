"""The walk of a ping through a shop; `probing.py` starts it and fills in what it did not come to.

One request after another, so that a ping adds one to what the worker has under way (at most two at a time
per shop). When the shop says that it cannot go on, it is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ml_connector.adobe import probe_reads
from ml_connector.adobe.answers import Answer, json_text
from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.connect import ShopCredentials
from ml_connector.adobe.criteria import query
from ml_connector.adobe.extents import bounds
from ml_connector.adobe.in_its_place import not_the_api
from ml_connector.adobe.listing import RESOURCES
from ml_connector.adobe.permissions import (
    CREDIT_MEMOS,
    INVOICES,
    ORDERS,
    PERMISSIONS,
    STORES,
    TAXES,
    Permission,
    lacking,
)
from ml_connector.adobe.probe_address import connected, no_shop_there, no_tenant_there
from ml_connector.adobe.probe_clock import clock_step
from ml_connector.adobe.probe_keys import about_the_signature, header_is_dropped, opens_as_bearer
from ml_connector.adobe.probe_reads import Known, WebsiteSeen
from ml_connector.adobe.probe_waiting import unread
from ml_connector.adobe.refusal import refusal_in
from ml_connector.adobe.shop import ShopClient, is_private
from ml_connector.adobe.steps import Step, StepName, StepState, failed, good, not_tried
from ml_connector.adobe.way_there import no_answer
from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.sync.ports import Flow
from ml_connector.sync.reading import Extent

Result = str | Finding
"""The JSON text of an answer, or why there is none."""

_FLOWS = {INVOICES: Flow.INVOICES, CREDIT_MEMOS: Flow.CREDIT_MEMOS, ORDERS: Flow.ORDERS}


@dataclass(slots=True, kw_only=True)
class Walk:
    """One ping. `sign_in` fetches a token, where one is needed; `websites` are what was seen on the way."""

    root: str
    credentials: ShopCredentials
    client: ShopClient
    sign_in: Callable[[], None] | None
    clock: Clock
    known: Known
    websites: tuple[WebsiteSeen, ...] = ()
    results: dict[Permission, Result] = field(default_factory=dict[Permission, Result])

    def steps(self) -> Iterator[Step]:
        """The steps as they are taken; it ends where going on makes no sense."""
        yield good(StepName.ADDRESS, f"The shop's API is asked at {self.root}.", root=self.root)
        if self.sign_in is not None:
            step = self._signed_in(self.sign_in)
            yield step
            if step.state is StepState.FAILED:
                return
        asked_at = self.clock.now()
        try:
            first: Answer | Finding = self.client.ask(STORES.path)
        except TryAgain as error:
            yield failed(StepName.CONNECTION, self._lost(error))
            return
        except NeedsPerson as error:
            first = error.finding  # the authenticator of a Cloud Service has judged an answer
        yield connected(self.root)
        if isinstance(first, Answer):
            finding = not_the_api(first, self.root) or self._wrong_address(first)
            if finding is not None:
                yield failed(StepName.API, finding)
                return
        yield good(StepName.API, "The API of Adobe Commerce answers there.")
        result = self._judged(STORES, first) if isinstance(first, Answer) else first
        code = result.code if isinstance(result, Finding) else None
        if isinstance(first, Answer):
            refused = code is Code.SHOP_CLOCK
            yield clock_step(first, asked_at, signed=self.sign_in is None, refused=refused)
            if refused:
                return
        if isinstance(result, Finding) and code is Code.SHOP_CREDENTIALS:
            yield failed(StepName.CREDENTIALS, self._about_keys(result))
            return
        self._read_all(result)
        yield from self._let_in()

    def _signed_in(self, sign_in: Callable[[], None]) -> Step:
        try:
            sign_in()
        except (TryAgain, NeedsPerson) as error:
            return failed(StepName.TOKEN, error.finding)
        return good(StepName.TOKEN, "Adobe's sign-in service (IMS) gives a token.")

    def _lost(self, error: TryAgain) -> Finding:
        if error.finding.code is not Code.SHOP_UNREACHABLE or error.__cause__ is None:
            return error.finding
        return no_answer(self.root, error.__cause__, self.clock.now())

    def _wrong_address(self, answer: Answer) -> Finding | None:
        if answer.status != 404:
            return None
        if isinstance(self.credentials, OAuth1Credentials):
            return no_shop_there(self.root, self.credentials, self.clock)
        return no_tenant_there(self.root)

    def _about_keys(self, finding: Finding) -> Finding:
        if not isinstance(self.credentials, OAuth1Credentials):
            return finding
        return about_the_signature(finding, self.root, self.credentials, self.clock)

    # ---------------------------------------------------------------- reading

    def _judged(self, permission: Permission, answer: Answer) -> Result:
        in_its_place = not_the_api(answer, self.root)
        if in_its_place is not None:
            return in_its_place
        try:
            return json_text(answer)
        except (TryAgain, NeedsPerson) as error:
            refusal = refusal_in(answer.body)
            if error.finding.code is Code.SHOP_PERMISSION and refusal is not None:
                return lacking(permission, refusal.resource)
            return error.finding

    def _read(self, permission: Permission, asked: str) -> Result:
        try:
            answer = self.client.ask(permission.path, asked)
        except TryAgain as error:
            return self._lost(error)
        except NeedsPerson as error:
            return error.finding
        return self._judged(permission, answer)

    def _read_all(self, first: Result) -> None:
        """Ask for one row by each permission, until the shop says that it cannot go on."""
        self.results[STORES] = first
        for permission in PERMISSIONS[1:]:
            result = self._read(permission, self._asked(permission))
            self.results[permission] = result
            if isinstance(result, Finding) and result.code is Code.SHOP_UNREACHABLE:
                return

    def _asked(self, permission: Permission) -> str:
        """The query; of a flow only that is counted which is wanted and was not read yet."""
        flow = _FLOWS.get(permission)
        if flow is None:
            return permission.query
        filters = bounds(RESOURCES[flow], Extent(since=self.known.since))
        text = self.known.cursors.get(flow, "")
        if text:
            filters += unread(text, flow, self.clock.now())
        return query(filters, sort=("created_at",), page_size=1)

    def _text(self, permission: Permission) -> str | None:
        result = self.results.get(permission)
        return result if isinstance(result, str) else None

    # ---------------------------------------------------------------- once the shop lets us in

    def _let_in(self) -> Iterator[Step]:
        readable = [permission for permission in self.results if self._text(permission) is not None]
        codes = {result.code for result in self.results.values() if isinstance(result, Finding)}
        if not readable:
            yield from self._kept_out(codes)
            return
        yield good(StepName.CREDENTIALS, "The shop accepts the credentials.")
        yield from self._permissions()
        if Code.SHOP_UNREACHABLE in codes:
            return
        if isinstance(self.credentials, OAuth1Credentials):
            yield self._bearer(self.credentials, readable[0])
        yield self._made(StepName.VERSION, self._version)
        if STORES in readable:
            yield self._made(StepName.STORES, self._stores)
        counts = {flow: text for each, flow in _FLOWS.items() if (text := self._text(each)) is not None}
        yield self._made(StepName.DOCUMENTS, lambda: probe_reads.documents_step(_counted(counts), self.known))
        now = self.clock.now()
        yield self._made(
            StepName.BACK_FILL, lambda: probe_reads.back_fill_step(_counted(counts), self.known, now)
        )

    def _kept_out(self, codes: set[Code]) -> Iterator[Step]:
        """Nothing at all may be read."""
        first = self.results[STORES]
        if codes != {Code.SHOP_PERMISSION} or not isinstance(first, Finding):
            yield not_tried(
                StepName.CREDENTIALS,
                "Whether the credentials are right does not show.",
                "Every read failed for another reason.",
            )
        elif not isinstance(self.credentials, OAuth1Credentials):
            yield failed(StepName.CREDENTIALS, first)
            return
        elif header_is_dropped(self.root, self.credentials, self.clock):
            yield failed(StepName.CREDENTIALS, _HEADER_DROPPED)
            return
        else:
            yield good(StepName.CREDENTIALS, "The shop accepts the credentials.")
        yield from self._permissions()

    def _permissions(self) -> Iterator[Step]:
        for permission, result in self.results.items():
            if isinstance(result, Finding):
                yield failed(StepName.PERMISSION, result, resource=permission.resource)
            else:
                what = f"{permission.opens} may be read ({permission.resource})."
                yield good(StepName.PERMISSION, what, resource=permission.resource)

    def _bearer(self, credentials: OAuth1Credentials, readable: Permission) -> Step:
        if not is_private(self.root):
            return not_tried(
                StepName.BEARER, "The bearer switch: not tried.", "Without https the token would be readable."
            )
        on = opens_as_bearer(self.root, credentials, self.clock, readable)
        if on is None:
            return not_tried(
                StepName.BEARER, "The bearer switch does not show.", "The shop gave no clear answer."
            )
        if not on:
            what = "The access token alone opens nothing, which is how a shop comes since 2.4.4."
            return good(StepName.BEARER, what, integration_as_bearer=False)
        return Step(
            name=StepName.BEARER,
            state=StepState.OK,
            what="The access token alone opens this shop, as a bearer token.",
            why="oauth/consumer/enable_integration_as_bearer is 1, or the shop is older than 2.4.4. The"
            " connector signs every request and does not need it.",
            fix="Switch it off, unless another program needs it: Adobe advises against it.",
            facts={"integration_as_bearer": True},
        )

    def _version(self) -> Step:
        if self.sign_in is not None:
            return good(StepName.VERSION, "A Cloud Service has no version: Adobe renews it every month.")
        try:
            modules = self.client.get("modules")
        except (TryAgain, NeedsPerson):
            modules = None
        return probe_reads.version_step(self._text(TAXES), modules)

    def _stores(self) -> Step:
        configs = self.client.get("store/storeConfigs")
        self.websites = probe_reads.websites_in(self._text(STORES) or "", configs)
        return probe_reads.stores_step(self.websites)

    def _made(self, name: StepName, make: Callable[[], Step]) -> Step:
        try:
            return make()
        except (TryAgain, NeedsPerson) as error:
            return failed(name, error.finding)


_HEADER_DROPPED = Finding(
    code=Code.SHOP_PERMISSION,
    what="The shop takes us for nobody: the Authorization header does not reach it.",
    why="Its web server drops the header before PHP, as Apache does with CGI; even a wrong signature is not"
    " noticed.",
    fix="Let the web server pass the header on (Apache: CGIPassAuth On).",
)


def _counted(texts: dict[Flow, str]) -> dict[Flow, probe_reads.Counted]:
    return {flow: probe_reads.counted(text) for flow, text in texts.items()}
