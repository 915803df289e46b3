"""The Cloud Service face of the pretend shop answers what the real shop answered, wherever that concerns it.

No Cloud Service was recorded. Its lists and documents are those of the recorded shop (reference:
adobe_commerce.md §2.4), so every recorded GET is sent again at its address: with a token instead of a
signature, and the store code in the `Store` header instead of the path.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
import pytest

from ml_connector.adobe.ims import ImsAuth
from ml_connector.adobe.sandbox import CloudService, PretendShop, ShopData
from ml_connector.adobe.sandbox.cloud_service import TENANT_ID
from ml_connector.clock import SystemClock
from tests.recorded.cloud_shops import ims_credentials, recorded
from tests.recorded.replay import FOLDERS, SIGNED, Recording, Reply, ask, differences, recordings
from tests.recorded.test_configured_shop_replay import RECORDED_AT, configuration_of, shop_before
from tests.recorded.test_pretend_shop_replay import OTHERWISE, WRITES

pytestmark = pytest.mark.slow

_PATH = re.compile(r"/rest/(?:([a-z_]+)/)?V1/(.*)")
_SIGNED_AS_USUAL = "OAuth 1.0a HMAC-SHA256 as connector_full"


LIMITED = "input_limits_on"


def of_the_cloud() -> dict[str, Recording]:
    return {each.title: each for each in recordings(*FOLDERS, LIMITED) if _concerns(each)}


def _concerns(recording: Recording) -> bool:
    return (
        recording.request["method"] == "GET"
        and recording.request["auth"] == _SIGNED_AS_USUAL
        and recording.response["status"] != 401
        and recording.title not in {*OTHERWISE, *WRITES, *SIGNED}
        and _PATH.fullmatch(recording.target) is not None
    )


RECORDED = of_the_cloud()


@dataclass(frozen=True)
class Cloud:
    """A running tenant, and the headers that open it."""

    shop: PretendShop
    url: str
    headers: dict[str, str]

    def ask(self, recording: Recording) -> Reply:
        found = _PATH.fullmatch(recording.target)
        assert found
        sent = {**self.headers, **recording.request["headers"], "Store": found[1] or "default"}
        return ask(self.url, f"/{TENANT_ID}/V1/{found[2]}", headers=sent)


@contextmanager
def running(data: ShopData) -> Generator[Cloud]:
    face = CloudService()
    shop = PretendShop(data, face=face)
    with shop.running() as url:
        auth = ImsAuth(ims_credentials(face.token_url(url)), SystemClock(), threading.Lock())
        with httpx2.Client(auth=auth) as opening:
            opened = opening.get(f"{face.address(url)}/V1/store/websites").request.headers
        names = ("authorization", "x-api-key", "x-gw-ims-org-id")
        yield Cloud(shop, url, {name: opened[name] for name in names})


@pytest.fixture(scope="module")
def clouds() -> Iterator[dict[bool, Cloud]]:
    """False: the shop as packed; True: as it was when its input was limited."""
    with running(recorded()) as as_packed, running(shop_before(RECORDED_AT)) as earlier:
        yield {False: as_packed, True: earlier}


@pytest.mark.parametrize("title", RECORDED)
def test_a_recorded_request_gets_the_recorded_answer_from_a_cloud_service(
    clouds: dict[bool, Cloud], title: str
) -> None:
    recording = RECORDED[title]
    cloud = clouds[recording.folder == LIMITED]
    cloud.shop.configuration = configuration_of(recording.folder, recording.name)
    assert differences(recording, cloud.ask(recording)) == []
