"""The pretend shop as a process: `python -m ml_connector.adobe.sandbox --port 0 --ready-file FILE`.

It prints the address that a person enters to connect it, and writes it into the ready file once it answers;
it ends on SIGTERM or SIGINT. With `--face cloud-service` its tokens are given at `/ims/token/v3` of the same
host.
Exit status 2 when the shop data cannot be used.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from types import FrameType

from ml_connector.adobe.sandbox.cloud_service import CloudService
from ml_connector.adobe.sandbox.data import ShopData, ShopDataError
from ml_connector.adobe.sandbox.face import Face, Paas
from ml_connector.adobe.sandbox.shop import PretendShop

FACES: Mapping[str, Callable[[], Face]] = {"paas": Paas, "cloud-service": CloudService}


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal comes; returns the exit status."""
    given = _parser().parse_args(arguments)
    try:
        data = ShopData.in_folder(given.shop_data) if given.shop_data else ShopData.recorded()
    except ShopDataError as error:
        print(error, file=sys.stderr)
        return 2
    ended = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    shop = PretendShop(data, log_file=given.log, control_file=given.control, face=FACES[given.face]())
    with shop.running(given.host, given.port) as base_url:
        address = shop.face.address(base_url)
        print(address, flush=True)
        if given.ready_file:
            _write_whole(given.ready_file, address)
        ended.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ml_connector.adobe.sandbox", description="A pretend shop."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--ready-file", type=Path, help="file to write the address into, once it answers")
    parser.add_argument(
        "--face", choices=tuple(FACES), default="paas", help="which kind of shop it is (default: paas)"
    )
    parser.add_argument("--shop-data", type=Path, help="folder in the format of recordings/shop/")
    parser.add_argument("--log", type=Path, help="file to append one JSON line per request to")
    parser.add_argument("--control", type=Path, help="file to read commands from, one JSON line each")
    return parser


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever waits for it never reads half of it."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text + "\n", encoding="utf-8")
    os.replace(unfinished, path)


if __name__ == "__main__":
    sys.exit(main())
