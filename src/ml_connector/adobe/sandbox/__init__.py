"""A pretend shop: documents recorded from a real Magento behind Adobe Commerce's real HTTP surface.

It is the far side of `adobe/`, for tests and for the demo: it answers as Magento Open Source 2.4.7-p3 was
recorded to answer, bad habits included, and imports nothing of ml_connector outside this folder. It can only
be read: documents are put into it in process (`PretendShop.add`, `replace`, `arrivals.py`) or by its control
file. What can go wrong with a shop is in `faults.py`, how it is set up in `configuration.py`.

Start reading at `shop.py`; `python -m ml_connector.adobe.sandbox --help` runs it as a process.
"""

from ml_connector.adobe.sandbox.cloud_service import CloudService
from ml_connector.adobe.sandbox.credentials import FULL, INTEGRATIONS, LIMITED, READONLY, Integration
from ml_connector.adobe.sandbox.data import ShopData, ShopDataError
from ml_connector.adobe.sandbox.face import Face, Paas
from ml_connector.adobe.sandbox.ims import CLIENT, ImsClient, PretendIms
from ml_connector.adobe.sandbox.jsontext import Document, Json
from ml_connector.adobe.sandbox.shop import LoggedRequest, PretendShop

__all__ = [
    "CLIENT",
    "FULL",
    "INTEGRATIONS",
    "LIMITED",
    "READONLY",
    "CloudService",
    "Document",
    "Face",
    "ImsClient",
    "Integration",
    "Json",
    "LoggedRequest",
    "Paas",
    "PretendIms",
    "PretendShop",
    "ShopData",
    "ShopDataError",
]
