"""A pretend shop: documents recorded from a real Magento behind Adobe Commerce's real HTTP surface.

It is the far side of `adobe/`, for tests and for the demo: it answers as Magento Open Source 2.4.7-p3 was
recorded to answer, bad habits included, and imports nothing of ml_connector outside this folder. It can only
be read: its one way in is the in-process `PretendShop.add` and `PretendShop.replace`.

Start reading at `shop.py`; `python -m ml_connector.adobe.sandbox --help` runs it as a process.
"""

from ml_connector.adobe.sandbox.credentials import FULL, INTEGRATIONS, LIMITED, READONLY, Integration
from ml_connector.adobe.sandbox.data import ShopData, ShopDataError
from ml_connector.adobe.sandbox.jsontext import Document, Json
from ml_connector.adobe.sandbox.shop import LoggedRequest, PretendShop

__all__ = [
    "FULL",
    "INTEGRATIONS",
    "LIMITED",
    "READONLY",
    "Document",
    "Integration",
    "Json",
    "LoggedRequest",
    "PretendShop",
    "ShopData",
    "ShopDataError",
]
