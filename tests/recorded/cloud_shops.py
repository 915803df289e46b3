"""A Cloud Service tenant for tests: the pretend shop behind its other face, and clients that open it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from ml_connector.adobe.connect import open_shop
from ml_connector.adobe.ims_token import ImsCredentials
from ml_connector.adobe.sandbox import CLIENT, CloudService, ImsClient, PretendIms, PretendShop, ShopData
from ml_connector.adobe.sandbox.ims import TOKEN_PATH
from ml_connector.adobe.sandbox.server import Answer, Request, serving
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import Clock, SystemClock


def ims_credentials(token_url: str, of: ImsClient = CLIENT) -> ImsCredentials:
    return ImsCredentials(
        client_id=of.client_id,
        client_secret=of.client_secret,
        organization_id=of.organization_id,
        token_url=token_url,
    )


@dataclass(frozen=True)
class Tenant:
    """A running tenant: its pretend shop and identity service, its address, and credentials that open it."""

    shop: PretendShop
    ims: PretendIms
    address: str
    credentials: ImsCredentials

    @property
    def token_calls(self) -> list[int]:
        """The status of each call for a token."""
        return [each.status for each in self.shop.requests if each.target == TOKEN_PATH]

    @property
    def reads(self) -> list[int]:
        """The status of each request for documents."""
        return [each.status for each in self.shop.requests if each.target != TOKEN_PATH]

    @contextmanager
    def client(
        self, credentials: ImsCredentials | None = None, clock: Clock | None = None
    ) -> Generator[ShopClient]:
        lock = threading.Lock()
        credentials = credentials or self.credentials
        with open_shop(self.address, credentials, clock or SystemClock(), lock) as shop_client:
            yield shop_client


@cache
def recorded() -> ShopData:
    """The recorded shop, which no test here changes: it is unpacked once."""
    return ShopData.recorded()


@contextmanager
def tenant(ims: PretendIms | None = None) -> Generator[Tenant]:
    face = CloudService(ims)
    shop = PretendShop(recorded(), face=face)
    with shop.running() as url:
        yield Tenant(shop, face.ims, face.address(url), ims_credentials(face.token_url(url)))


@contextmanager
def answering(answer: Callable[[Request], Answer]) -> Generator[str]:
    """A server that gives these answers, whatever is asked of it."""
    with serving(answer, "127.0.0.1", 0) as url:
        yield url


def json_answer(text: str, status: int = 200) -> Answer:
    return Answer(status, "application/json", text.encode())


def at_once(count: int, act: Callable[[], object]) -> list[BaseException]:
    """Run `act` in so many threads that begin together; gives what they raised."""
    barrier = threading.Barrier(count)
    raised: list[BaseException] = []

    def run() -> None:
        barrier.wait()
        try:
            act()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
