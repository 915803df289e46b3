"""From a path to what answers it: store code, version, list or single, and the permission it needs.

Facts: adobe_commerce.md §1.6, §1.9, §4.1, §9.3, §10.9. A route is found before credentials are looked at, so
an unknown path is 404 for everybody. Lists of settings ignore the search criteria altogether.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from ml_connector.adobe.sandbox import credentials
from ml_connector.adobe.sandbox.criteria import criteria_in, whole
from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.entities import ENTITIES, Entity
from ml_connector.adobe.sandbox.errors import (
    Refusal,
    cannot_process,
    id_needed,
    no_route,
    no_such_entity,
    no_such_entity_with,
    no_such_product,
    wrong_type,
)
from ml_connector.adobe.sandbox.jsontext import Document
from ml_connector.adobe.sandbox.query import Parameters
from ml_connector.adobe.sandbox.table import Row, Table
from ml_connector.adobe.sandbox.turn import Turn

_PREFIXES = ("/rest/", "/index.php/rest/")
_STORE_LISTS = {
    "store/websites": "websites",
    "store/storeGroups": "store_groups",
    "store/storeViews": "store_views",
    "store/storeConfigs": "store_configs",
}
_LISTINGS = {entity.listing: entity for entity in ENTITIES}
_SINGLES = {entity.single: entity for entity in ENTITIES if entity.single}


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a list's page, the echo of its criteria, and the full count."""

    rows: list[Row]
    criteria: Document
    total_count: int


@dataclass(frozen=True, slots=True)
class Listing:
    """`GET /V1/orders?searchCriteria…` and the like."""

    entity: Entity

    @property
    def resource(self) -> str | None:
        """The ACL resource it needs."""
        return self.entity.resource

    def find(self, data: ShopData, parameters: Parameters, turn: Turn) -> Found:
        """The asked page; raises Refusal for criteria that the shop refuses, or what a fault raises."""
        criteria = turn.configuration.limited(criteria_in(parameters))
        rows, total = turn.searched(data.table(self.entity.kind), criteria)
        return Found(rows, criteria.echo(), total)


@dataclass(frozen=True, slots=True)
class Single:
    """`GET /V1/orders/{id}` and the like; `identity` is the last segment, decoded.

    A single product answers what the list holds; the real one has some attributes more (§10.10).
    """

    entity: Entity
    identity: str

    @property
    def resource(self) -> str | None:
        """The ACL resource it needs."""
        return self.entity.resource

    def find(self, data: ShopData, turn: Turn) -> Row:
        """The document; raises Refusal (400 or 404) when there is none, or what a fault raises."""
        table = data.table(self.entity.kind)
        return turn.shown(table, self._row(table))

    def _row(self, table: Table) -> Row:
        if self.entity.missing == "sku":
            row = table.row_where("sku", self.identity)
            if row is None:
                raise no_such_product()
            return row
        number = whole(self.identity)
        if number is None:
            raise wrong_type(self.identity)
        row = table.row_of(number)
        if row is None:
            raise self._missing(number)
        return row

    def _missing(self, number: int) -> Refusal:
        if self.entity.missing != "entity":
            return no_such_entity_with(self.entity.missing, number)
        return no_such_entity() if number else id_needed()


@dataclass(frozen=True, slots=True)
class Setting:
    """`GET /V1/store/…`, `/V1/modules` and `/V1/directory/currency`.

    The last two need no login and so are no test of credentials: they answer 200 to a bad signature (§10.9).
    """

    name: str
    resource: str | None


Route = Listing | Single | Setting


def route_of(path: str, data: ShopData) -> tuple[Route, str]:
    """The route of a raw path, and the store code it asks under; raises Refusal (400 or 404).

    A doubled slash and a slash at the end make no difference. `default` is the code when none is given.
    """
    prefix = next((prefix for prefix in _PREFIXES if path.startswith(prefix)), None)
    if prefix is None:
        raise no_route()
    segments = [segment for segment in path[len(prefix) :].split("/") if segment]
    store_code = "default"
    if not segments or not (segments[0][:1] == "V" and segments[0][1:].isdigit()):
        store_code = segments.pop(0) if segments else ""
        if store_code not in data.store_codes():
            raise cannot_process()
    return route_below(segments), store_code


def route_below(segments: list[str]) -> Route:
    """The route of a path's segments from the version on; raises Refusal (404)."""
    if segments[:1] != ["V1"]:
        raise no_route()
    name = "/".join(segments[1:])
    if name in _LISTINGS:
        return Listing(_LISTINGS[name])
    if name in _STORE_LISTS:
        return Setting(_STORE_LISTS[name], credentials.STORES)
    if name in ("modules", "directory/currency"):
        return Setting(name, None)
    single, _, identity = name.rpartition("/")
    if single in _SINGLES:
        return Single(_SINGLES[single], unquote(identity))
    raise no_route()
