"""A PostgreSQL server of our own for tests and measurements, from the binaries that Debian installs.

It lives in a folder under the machine's temporary folder, answers on a socket in it and nowhere else, and
asks for a password. PostgreSQL refuses to run as root; where we are root it runs as its own user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from ml_connector.records.database import open_database

INSTALLED = Path("/usr/lib/postgresql")
USER = "books"
PASSWORD = "canary-database-password"
TEMPLATE = "migrated"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "lc_messages": "C",
    "track_wal_io_timing": "on",
}


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL that is installed; None without one."""
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass
class PostgresServer:
    """One server; `stop` and `start` it as a test likes."""

    folder: Path
    binaries: Path
    _names: count[int] = field(default_factory=count)

    def url(self, name: str) -> str:
        """The address of a database, as a merchant would write it into `database`."""
        return f"postgresql://{USER}:{PASSWORD}@/{name}?host={self.folder}"

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        self.run("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", f"-k {self.folder} {options}")

    def stop(self, mode: str = "fast") -> None:
        """End it; `immediate` is as good as a kill: nothing more is written, its log is replayed later."""
        self.run("pg_ctl", "stop", "-w", "-m", mode)

    def pid(self) -> int:
        """The postmaster's process."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def empty(self, template: str = "template0") -> str:
        """A new database with nothing in it, or a copy of another; returns its name."""
        name = f"books_{next(self._names)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def migrated(self) -> str:
        """A new database that has this program's schema and no rows; returns its address."""
        with psycopg.connect(self.url("postgres")) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone()
        if known is None:
            self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            open_database(self.url(TEMPLATE)).dispose()
        return self.url(self.empty(TEMPLATE))

    def execute(self, statement: sql.Composed | sql.SQL, database: str = "postgres") -> None:
        """One statement of the administrator's, outside of a transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def run(self, program: str, *arguments: str) -> None:
        """One of the server's own programs, on its data, to the end."""
        command = [str(self.binaries / program), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            user=_runs_as(),
            group=_runs_as(),
            check=False,
        )
        log = self.folder / "log"
        assert done.returncode == 0, log.read_text() if log.exists() else f"{program} failed"


@contextmanager
def a_server() -> Generator[PostgresServer]:
    """A new server, which is gone at the end of the block."""
    found = binaries()
    assert found is not None, "PostgreSQL is not installed"
    with tempfile.TemporaryDirectory(prefix="books-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        password = folder / "password"
        password.write_text(PASSWORD)
        if (user := _runs_as()) is not None:
            for path in (folder, password):
                shutil.chown(path, user, user)
        server = PostgresServer(folder, found)
        identified = ("-U", USER, "-A", "scram-sha-256", "--pwfile", str(password))
        server.run("initdb", *identified, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


def _runs_as() -> str | None:
    """PostgreSQL's own user where we are root; None: whoever we are."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name
