"""One shop, whichever way in: the REST client made from an address and either kind of credentials.

The two kinds differ in the root of the API, the authenticator and where the store is named (in the path, or
in a header); from the client on there is one code path (reference: adobe_commerce.md §8.8).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from ml_connector.adobe.auth import OAuth1, OAuth1Credentials
from ml_connector.adobe.ims import ImsAuth
from ml_connector.adobe.ims_token import ImsCredentials
from ml_connector.adobe.shop import ShopClient, api_root, tenant_root
from ml_connector.clock import Clock
from ml_connector.codec import canonical, from_json, loads

ShopCredentials = OAuth1Credentials | ImsCredentials
"""What opens a shop: an integration's four values, or a Cloud Service credential."""


def root_of(address: str, credentials: ShopCredentials) -> str:
    """The root of the API behind an address that a person entered; raises `NeedsPerson` for what is none."""
    return tenant_root(address) if isinstance(credentials, ImsCredentials) else api_root(address)


def open_shop(
    address: str, credentials: ShopCredentials, clock: Clock, one_at_a_time: AbstractContextManager[object]
) -> ShopClient:
    """The client of one connection, to be shared by its threads and closed by the caller.

    `one_at_a_time` is a lock that belongs to this connection alone: it is held while a token is fetched.
    Raises `NeedsPerson` (settings-invalid) for an address that is none; nothing is asked yet.
    """
    root = root_of(address, credentials)
    if isinstance(credentials, ImsCredentials):
        return ShopClient(root, ImsAuth(credentials, clock, one_at_a_time), clock)
    return ShopClient(root, OAuth1(credentials, clock), clock)


def to_keep(credentials: ShopCredentials) -> bytes:
    """The bytes that are sealed in the vault."""
    return canonical(credentials)


def kept(secret: bytes) -> ShopCredentials:
    """The credentials in unsealed bytes; raises `NotUnderstood` for bytes that hold none."""
    return from_json(cast("type[ShopCredentials]", ShopCredentials), loads(secret))
