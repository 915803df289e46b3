"""The documents of a pretend shop: read from the packed recording, or from any folder of the same format.

The format is that of recordings/shop/: one JSON array per list in `<list>.json`, and one object in
`currency.json` and `currency-<store code>.json`. `tools/pack_recordings.py` makes the packed recording.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from threading import Lock

from ml_connector.adobe.sandbox.entities import BY_KIND
from ml_connector.adobe.sandbox.jsontext import Document, Json, read
from ml_connector.adobe.sandbox.table import Table

SETTINGS = ("websites", "store_groups", "store_views", "store_configs", "modules")
NEEDED = (
    *("orders", "invoices", "creditmemos", "customers", "products"),
    *("websites", "store_views", "store_configs"),
)
_EMPTY = {f"{kind}.json": b"[]" for kind in (*BY_KIND, *SETTINGS)}


class ShopDataError(Exception):
    """A folder that cannot be used as a shop; the message names every file and what is wrong with it."""


class ShopData:
    """The lists and settings of one shop; safe to read while another thread adds a document."""

    def __init__(self, tables: Mapping[str, Table], settings: Mapping[str, Json]) -> None:
        self._tables = dict(tables)
        self._settings = dict(settings)
        self._lock = Lock()

    @classmethod
    def recorded(cls) -> ShopData:
        """The recorded shop that comes with the package: 198 orders, 176 invoices, 38 credit memos."""
        packed = (files("ml_connector.adobe.sandbox") / "data" / "shop.tar.xz").read_bytes()
        return cls._from_files(_unpacked(packed), "the packed recording")

    @classmethod
    def in_folder(cls, folder: Path) -> ShopData:
        """The shop in a folder. Lists of `NEEDED` must be there; any other may be missing and is then empty.

        Raises ShopDataError.
        """
        if not folder.is_dir():
            raise ShopDataError(f"The shop data cannot be read: {folder} is not a folder.")
        try:
            found = {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}
        except OSError as error:
            raise ShopDataError(f"The shop data in {folder} cannot be read: {error.strerror}.") from None
        return cls._from_files(found, str(folder))

    @classmethod
    def _from_files(cls, found: Mapping[str, bytes], where: str) -> ShopData:
        faults = [f"{kind}.json is missing" for kind in NEEDED if f"{kind}.json" not in found]
        tables: dict[str, Table] = {}
        settings: dict[str, Json] = {}
        for name, text in {**_EMPTY, **found}.items():
            kind = name.removesuffix(".json")
            try:
                if kind in BY_KIND:
                    tables[kind] = Table.of(BY_KIND[kind], _documents(_array(text)))
                elif kind in SETTINGS:
                    settings[kind] = _array(text)
                elif kind.startswith("currency"):
                    settings[kind] = read(text)
            except ValueError as error:
                faults.append(f"{name}: {error}")
        if faults:
            raise ShopDataError(
                f"The shop data in {where} cannot be used: {'; '.join(faults)}. "
                "A folder in the format of recordings/shop/ is needed: one JSON array of documents per file."
            )
        return cls(tables, settings)

    def copy(self) -> ShopData:
        """The same shop, to be changed on its own. It costs next to nothing: what is written is new."""
        with self._lock:
            return ShopData(self._tables, self._settings)

    def table(self, kind: str) -> Table:
        """The list of this kind as it is now."""
        return self._tables[kind]

    def setting(self, name: str) -> Json:
        """One of `SETTINGS`."""
        return self._settings[name]

    def currency(self, store_code: str) -> Json:
        """The answer of `directory/currency` for a store view; the default view's when it has none itself."""
        return self._settings.get(f"currency-{store_code}", self._settings.get("currency", {}))

    def store_codes(self) -> frozenset[str]:
        """The codes that may stand in the path: the views' own and `all`, never `admin` (§1.9)."""
        views = self._settings["store_views"]
        rows = [view for view in views if isinstance(view, dict)] if isinstance(views, list) else []
        codes = {code for row in rows if isinstance(code := row.get("code"), str)}
        return frozenset(codes - {"admin"} | {"all"})

    def write(self, kind: str, *documents: Document) -> None:
        """Put documents into their list at once, each in the place of one with the same id if there is one.

        Raises KeyError for an unknown kind.
        """
        with self._lock:
            self._tables[kind] = self._tables[kind].with_documents(documents)


def _unpacked(packed: bytes) -> dict[str, bytes]:
    unpacked: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:xz") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream:
                unpacked[member.name] = stream.read()
    return unpacked


def _array(text: bytes) -> list[Json]:
    entries = read(text)
    if not isinstance(entries, list):
        raise ValueError("not a JSON array")
    return entries


def _documents(entries: list[Json]) -> list[Document]:
    documents = [entry for entry in entries if isinstance(entry, dict)]
    if len(documents) < len(entries):
        raise ValueError("an entry is not an object")
    return documents
