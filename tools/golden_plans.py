"""Writes the golden plans anew (tests/recorded/plans). Only to change them on purpose; read the difference.

python -m tools.golden_plans
"""

from __future__ import annotations

import sys

from tests.recorded.golden import FOLDER, golden_plans


def main() -> int:
    """Replace every file; returns 0."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    texts = golden_plans()
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(texts)} golden plans written to {FOLDER.name}/.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
