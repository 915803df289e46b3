"""Files that hold a secret in the clear: a key ring, a private key. Only their owner may read them.

On POSIX that is the mode 0600, given at creation and checked at each reading. On Windows a file has the
rights of its folder, and nothing is checked here. A file appears whole or not at all, also when the machine
loses power.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

_POSIX = os.name == "posix"


def create(path: Path, content: bytes) -> bool:
    """Make the file unless it exists; False when it does. A missing folder is made for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return True


def replace(path: Path, content: bytes) -> None:
    """Put new content in the file's place, in one step."""
    _draft(path, content).replace(path)
    _sync_folder(path.parent)


def others_may_read(path: Path) -> bool:
    """Whether group or others have any right to the file (always False on Windows)."""
    return _POSIX and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _draft(path: Path, content: bytes) -> Path:
    """The content, synced to disk beside its later place, under a name of its own and with mode 0600."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with open(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _sync_folder(folder: Path) -> None:
    """Make the name itself durable; Windows neither needs nor allows it."""
    if _POSIX:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
