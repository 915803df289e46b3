"""Pack the recordings small: the pretend shop's documents, and the requests that the tests replay.

    python tools/pack_recordings.py ../shared/recordings

writes `src/ml_connector/adobe/sandbox/data/shop.tar.xz` (every list of `shop/`) and, in `tests/recorded/`,
`http/<folder>.jsonl.xz` (one request with its answer per line), `row_totals_of_248.jsonl.xz` (an order as two
versions send it, with its invoice), `samples.jsonl.xz` (the sampled orders, each with its documents) and
`oauth_signature_vectors.json.xz`.
The same recordings always give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHOP = ROOT / "src" / "ml_connector" / "adobe" / "sandbox" / "data" / "shop.tar.xz"
TESTS = ROOT / "tests" / "recorded"
REPLAYED = (
    *("bearer_enabled", "creditmemos", "customers", "developer_mode", "errors", "input_limits_on"),
    *("invoices", "maintenance", "orders", "outage", "products", "signature_paths", "taxRates"),
)
SETTINGS = (
    "store_views",
    "store_configs",
    "websites",
    "customer_groups",
    "tax_classes",
    "tax_rates",
    "tax_rules",
)
VECTORS = "oauth_signature_vectors.json"


def main() -> None:
    """Make all packed files from the folder that is given as the only argument."""
    parser = argparse.ArgumentParser(description="Pack the recordings for the package and its tests.")
    parser.add_argument("recordings", type=Path, help="folder with shop/, http/ and samples/")
    recordings: Path = parser.parse_args().recordings
    write(SHOP, shop_archive(recordings / "shop"))
    for folder in REPLAYED:
        write(TESTS / "http" / f"{folder}.jsonl.xz", json_lines(recordings / "http" / folder))
    write(TESTS / "row_totals_of_248.jsonl.xz", row_totals(recordings / "samples"))
    write(TESTS / "samples.jsonl.xz", samples(recordings / "samples"))
    write(TESTS / f"{VECTORS}.xz", (recordings / "samples" / VECTORS).read_bytes())


def shop_archive(folder: Path) -> bytes:
    """A tar of every JSON file of a folder, without owners, modes or times."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(folder.glob("*.json")):
            content = path.read_bytes()
            member = tarfile.TarInfo(path.name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def json_lines(folder: Path) -> bytes:
    """Every JSON file of a folder on a line of its own, with its name under `name`.

    The text of each file is kept but for its line breaks, so that amounts keep their digits.
    """
    recordings = ({"name": path.stem, **parsed(path)} for path in sorted(folder.glob("*.json")))
    return "".join(map(json_line, recordings)).encode()


def row_totals(folder: Path) -> bytes:
    """Each order of the samples that two versions send differently, as both do, and its invoice."""
    lines: list[str] = []
    for path in sorted(folder.glob("lab248rt__*.json")):
        other = path.with_name(path.name.replace("lab248rt__", "lab247__"))
        invoice = other.with_name(other.name.replace("__order", "__invoice1"))
        orders = {"2.4.7": parsed(other), "2.4.8": parsed(path)}
        lines.append(json_line({"name": path.stem, **orders, "invoice": parsed(invoice)}))
    return "".join(lines).encode()


def samples(folder: Path) -> bytes:
    """The settings of the sampled shop, then each of its orders with its invoices and credit memos."""
    settings: dict[str, object] = {}
    for name in SETTINGS:
        found = json.loads((folder / f"lab247__{name}.json").read_text(encoding="utf-8"), parse_float=exact)
        settings[name] = found["items"] if isinstance(found, dict) else found
    lines = [json_line({"name": "settings", **settings})]
    for path in sorted(folder.glob("lab24*__order.json")):
        case = path.stem.removesuffix("__order")
        kinds = {"invoices": "invoice", "creditmemos": "creditmemo"}
        documents = {
            listing: [parsed(each) for each in sorted(folder.glob(f"{case}__{kind}[0-9].json"))]
            for listing, kind in kinds.items()
        }
        lines.append(json_line({"name": case, "order": parsed(path), **documents}))
    return "".join(lines).encode()


def parsed(path: Path) -> dict[str, object]:
    """The object in a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=exact)


def json_line(value: object) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def exact(text: str) -> float:
    """An amount as a float that is written with the digits it was read with; raises ValueError if not."""
    if repr(float(text)) != text:
        raise ValueError(f"{text} would be written as {float(text)!r}")
    return float(text)


def write(path: Path, content: bytes) -> None:
    """Write a file compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
    path.write_bytes(packed)
    print(f"{path.relative_to(ROOT)}: {len(packed)} bytes")


if __name__ == "__main__":
    main()
