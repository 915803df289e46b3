"""A person's hands in the demo: the operator's API over HTTPS, with the cloud's own certificate pinned."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import cast

import httpx2

from ml_connector.codec import canonical, loads
from ml_connector.errors import Code, Finding, NeedsPerson

CONNECTION = "demo"
BY = "demo"

Answer = dict[str, object]


class Operator:
    """What user `demo` does; each act stands in the trail under that name."""

    def __init__(self, address: str, certificate: Path, key: str) -> None:
        self._http = httpx2.Client(
            base_url=f"{address}/api",
            headers={"Authorization": f"Bearer {key}"},
            verify=ssl.create_default_context(cafile=str(certificate)),
            timeout=60.0,
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()

    def connect(self, shop_url: str, tag: str, credentials: dict[str, str]) -> None:
        """Connect the pretend shop."""
        self._post(
            "",
            connection_id=CONNECTION,
            name="Hearth & Loom",
            tag=tag,
            shop_url=shop_url,
            by=BY,
            **credentials,
        )

    def pairing_code(self) -> str:
        return str(self._post(f"/{CONNECTION}/pairing-code", by=BY, why="the demo's agent")["code"])

    def accept_chart(self, gate: str) -> None:
        self._post(f"/{CONNECTION}/chart", by=BY, why="accepted for the demo", gate=gate)

    def act(self, act: str, why: str) -> None:
        self._post(f"/{CONNECTION}/acts/{act}", by=BY, why=why)

    def sweep(self, *, full: bool) -> None:
        self._post(
            f"/{CONNECTION}/sweep?full={'true' if full else 'false'}", by=BY, why="the demo's second run"
        )

    def ask_for_ledger(self) -> None:
        self._post(f"/{CONNECTION}/ledger-reading", by=BY, why="for the proof")

    def overview(self) -> Answer:
        return self._get(f"/{CONNECTION}")

    def proof(self) -> Answer:
        return self._get(f"/{CONNECTION}/proof")

    def records(self) -> list[Answer]:
        return cast(list[Answer], self._get(f"/{CONNECTION}/records")["records"])

    def _get(self, path: str) -> Answer:
        return _read(self._http.get(f"/connections{path}"))

    def _post(self, path: str, **body: str) -> Answer:
        return _read(
            self._http.post(
                f"/connections{path}", content=canonical(body), headers={"Content-Type": "application/json"}
            )
        )


def _read(response: httpx2.Response) -> Answer:
    if response.is_success:
        return cast(Answer, loads(response.content))
    raise NeedsPerson(
        Finding(
            code=Code.DEFECT,
            what=f"The cloud refused {response.request.method} {response.request.url.path}.",
            why=f"It answered {response.status_code}: {response.text[:500]}",
            fix="Look into the cloud's log.",
        )
    )
