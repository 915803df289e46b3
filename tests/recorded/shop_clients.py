"""A shop client with the keys of the pretend shop, and what it may raise."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from ml_connector.adobe.auth import OAuth1, OAuth1Credentials
from ml_connector.adobe.criteria import query
from ml_connector.adobe.sandbox import FULL, Integration
from ml_connector.adobe.shop import ShopClient, api_root
from ml_connector.clock import Clock, SystemClock
from ml_connector.errors import Code, ConnectorError, NeedsPerson, TryAgain

ONE_ORDER = query([], sort=("entity_id",), page_size=1)


def credentials(integration: Integration = FULL) -> OAuth1Credentials:
    return OAuth1Credentials(
        consumer_key=integration.consumer_key,
        consumer_secret=integration.consumer_secret,
        access_token=integration.access_token,
        access_token_secret=integration.access_token_secret,
    )


@contextmanager
def client(
    address: str, with_credentials: OAuth1Credentials | None = None, clock: Clock | None = None
) -> Generator[ShopClient]:
    clock = clock or SystemClock()
    auth = OAuth1(with_credentials or credentials(), clock)
    with ShopClient(api_root(address), auth, clock) as shop_client:
        yield shop_client


def raised_by(shop: ShopClient, path: str = "orders", asked: str = ONE_ORDER) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        shop.get(path, asked)
    return caught.value


def needs_person(error: ConnectorError, code: Code) -> str:
    assert isinstance(error, NeedsPerson)
    assert error.finding.code is code
    assert not error.reached_sage
    return str(error)


def tries_again(error: ConnectorError, code: Code) -> TryAgain:
    assert isinstance(error, TryAgain)
    assert error.finding.code is code
    return error
