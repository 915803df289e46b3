"""One statement for many rows, without SQLAlchemy's care for each of them.

For the pages of a back-fill that care is half of what storing a row costs. It is not needed for a statement
that names all its columns, and for values that a driver takes as they are: text and whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Connection, Dialect, TextClause
from sqlalchemy.sql.compiler import SQLCompiler


def run_many(connection: Connection, statement: TextClause, rows: Sequence[Mapping[str, object]]) -> int:
    """Run a statement once for each row of its values, by name; returns how many rows it changed."""
    if not rows:
        return 0
    compiled = _compiled(statement, connection.dialect)
    names = compiled.positiontup
    if names is None:
        return connection.exec_driver_sql(compiled.string, [dict(row) for row in rows]).rowcount
    values = [tuple(row[name] for name in names) for row in rows]
    return connection.exec_driver_sql(compiled.string, values).rowcount


def are_close(ids: Sequence[int]) -> bool:
    """Whether asking for the whole range of these ids is cheaper than naming each of them, as it is for a
    page of a back-fill: a statement with a hundred names in it is written out anew each time."""
    return max(ids) - min(ids) < 4 * len(ids)


@lru_cache(maxsize=16)
def _compiled(statement: TextClause, dialect: Dialect) -> SQLCompiler:
    return statement.compile(dialect=dialect)
