"""The pretend shop itself: one request in, one answer out, without a socket.

Order of the checks, as the recordings show it: `Accept`, method, store code, route, credentials and
permission, search criteria; at last the answer is projected to the asked `fields` and written as JSON or XML.
Everything that was asked is kept in `requests`, so that a test can show that only GET was ever sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.control import Control, ControlError, configured
from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.errors import (
    Refusal,
    method_not_supported,
    no_route,
    not_authorized,
)
from ml_connector.adobe.sandbox.face import Face, Paas
from ml_connector.adobe.sandbox.faults import Faults, Interrupted
from ml_connector.adobe.sandbox.jsontext import Document, Json, read, write, write_xml
from ml_connector.adobe.sandbox.projection import project
from ml_connector.adobe.sandbox.query import Parameters, parse
from ml_connector.adobe.sandbox.routes import Found, Listing, Route, Setting, Single
from ml_connector.adobe.sandbox.server import Answer, Request, serving
from ml_connector.adobe.sandbox.turn import Turn

_JSON = "application/json"
_XML = "application/xml"
_SECRET = re.compile(r"(oauth_(?:consumer_key|token|verifier|signature))=[^&]*")


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request that the shop answered: method, path with query, and the status it was given.

    Never a header: the Authorization header is not kept, and OAuth values sent in the query are masked.
    """

    method: str
    target: str
    status: int


class PretendShop:
    """A shop that answers like the recorded one, set up as its `configuration` says and with its `faults`.

    Give it other data, a file that it logs requests to, one that it is controlled by (`control.py`), or the
    face of the Cloud Service (`face.py`).
    """

    def __init__(
        self,
        data: ShopData | None = None,
        *,
        log_file: Path | None = None,
        control_file: Path | None = None,
        face: Face | None = None,
    ) -> None:
        self.data = data or ShopData.recorded()
        self.face = face or Paas()
        self.configuration = Configuration()
        self.faults = Faults()
        self._control = Control(control_file) if control_file else None
        self._requests: list[LoggedRequest] = []
        self._log_file = log_file
        self._lock = Lock()

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """Every request so far, oldest first."""
        with self._lock:
            return tuple(self._requests)

    def add(self, kind: str, document: Mapping[str, Json]) -> None:
        """Let a document appear: `kind` is a list's file name (`orders`, `invoices`, `creditmemos`, …).

        Raises ValueError when one with its id is there already, KeyError for an unknown kind.
        """
        self._write(kind, document, there=False)

    def replace(self, kind: str, document: Mapping[str, Json]) -> None:
        """Let a document change, its `updated_at` too if that is wanted: nothing moves by itself.

        Raises ValueError when there is none with its id, KeyError for an unknown kind.
        """
        self._write(kind, document, there=True)

    def document(self, kind: str, entity_id: int) -> Document:
        """A copy of one document, to change and hand to `replace`; raises KeyError when there is none."""
        row = self.data.table(kind).row_of(entity_id)
        copied = read(row.text) if row else None
        if not isinstance(copied, dict):
            raise KeyError(f"{kind} {entity_id}")
        return copied

    @contextmanager
    def running(self, host: str = "127.0.0.1", port: int = 0) -> Generator[str]:
        """Serve over HTTP in threads of this process; gives the base URL, without a slash at its end."""
        with serving(self.answer, host, port) as base_url:
            yield base_url

    def answer(self, request: Request) -> Answer:
        """The answer to one request; it is logged."""
        try:
            answer = self._answered(request)
        except ControlError as error:
            answer = Answer(500, "text/plain; charset=utf-8", f"{error}\n".encode())
        target = _SECRET.sub(r"\1=…", request.target)
        self._log(LoggedRequest(request.method, target, answer.status))
        return answer

    def _answered(self, request: Request) -> Answer:
        if self._control:
            self._control.obey(self.faults, self._configure)
        turn = Turn(self.configuration, self.faults.met_by(request))
        turn.happen(self.data)
        answer = turn.instead(request) or self.face.beside(request) or self._answer(request, turn)
        return turn.afterwards(answer)

    def _configure(self, settings: Mapping[str, object]) -> None:
        self.configuration = configured(self.configuration, settings)

    def _answer(self, request: Request, turn: Turn) -> Answer:
        written_as = _negotiated(request.header("Accept") or "*/*")
        if written_as is None:
            return turn.configuration.not_acceptable(request.header("Accept") or "")
        content_type = f"{written_as}; charset=utf-8"
        try:
            status, text = 200, self._text(request, written_as, turn)
        except Refusal as refusal:
            status, text = refusal.status, _written(turn.configuration.body(refusal), written_as)
        except Interrupted as interrupted:
            return interrupted.answer
        return Answer(status, content_type, text.encode() if request.method != "HEAD" else b"")

    def _text(self, request: Request, written_as: str, turn: Turn) -> str:
        if request.method in ("HEAD", "OPTIONS", "PATCH"):
            raise method_not_supported(request.method)
        route, store_code = self.face.route(request, self.data)
        if request.method != "GET":
            raise no_route()
        self._check_permission(route, request, turn)
        parameters = parse(request.target.partition("?")[2])
        fields = parameters.get("fields")
        if written_as == _JSON and not isinstance(fields, str):
            return self._whole_text(route, store_code, parameters, turn)
        value = self._value(route, store_code, parameters, turn)
        return _written(project(value, fields) if isinstance(fields, str) else value, written_as)

    def _check_permission(self, route: Route, request: Request, turn: Turn) -> None:
        if route.resource is None:
            return
        if route.resource not in self.face.resources_of(request, turn):
            raise not_authorized(route.resource)
        turn.check(route.resource)

    def _whole_text(self, route: Route, store_code: str, parameters: Parameters, turn: Turn) -> str:
        """The JSON of a whole answer, put together from the rows' ready-made texts."""
        if isinstance(route, Single):
            return route.find(self.data, turn).text
        if isinstance(route, Listing):
            found = route.find(self.data, parameters, turn)
            rows = ",".join(row.text for row in found.rows)
            return f'{{"items":[{rows}],{write(_rest(found))[1:]}'
        return write(self._value(route, store_code, parameters, turn))

    def _value(self, route: Route, store_code: str, parameters: Parameters, turn: Turn) -> Json:
        if isinstance(route, Single):
            return route.find(self.data, turn).document
        if isinstance(route, Listing):
            found = route.find(self.data, parameters, turn)
            return {"items": [row.document for row in found.rows], **_rest(found)}
        return self._setting(route, store_code)

    def _setting(self, setting: Setting, store_code: str) -> Json:
        if setting.name == "directory/currency":
            return self.data.currency(store_code)
        return self.data.setting(setting.name)

    def _write(self, kind: str, document: Mapping[str, Json], *, there: bool) -> None:
        table = self.data.table(kind)
        entity_id = document.get(table.entity.id_field)
        known = isinstance(entity_id, int) and table.row_of(entity_id) is not None
        if known is not there:
            raise ValueError(f"{kind} {entity_id!r} is {'already' if known else 'not'} in the shop")
        self.data.write(kind, dict(document))

    def _log(self, logged: LoggedRequest) -> None:
        with self._lock:
            self._requests.append(logged)
            if self._log_file:
                with self._log_file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(logged), ensure_ascii=False) + "\n")


def _rest(found: Found) -> Document:
    return {"search_criteria": found.criteria, "total_count": found.total_count}


def _written(value: Json, written_as: str) -> str:
    return write(value) if written_as == _JSON else write_xml(value)


def _negotiated(accept: str) -> str | None:
    for part in accept.split(","):
        media_type = part.partition(";")[0].strip().lower()
        if media_type in (_JSON, "*/*", "application/*"):
            return _JSON
        if media_type == _XML:
            return _XML
    return None
