"""Record objects: a cursor over a keyed file, with Find, Move…, AddNew, Edit, Update and Remove.

Each kind of record is a small subclass that checks what may be saved (reference sage50_uk_sdo.md §2.2).
Members are named as in the type library; IsEOF and RecordNumber are methods, Count is a property.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from .com import ErrorCode, Refusal
from .fields import Buffer, Fields
from .session import Session
from .tables.table import Table
from .values import Row, Stored


class Record:
    """ISDORecord. A new one stands on no record until Find or Move."""

    __slots__ = ("_buffer", "_edge", "_key", "_mode", "_recno", "_session")

    table: ClassVar[Table]
    read_only: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        self._session = session
        self._buffer = Buffer(self.table)
        self._recno = 0
        self._key: Stored = None
        self._mode: Literal["", "add", "edit"] = ""
        self._edge: Literal["", "bof", "eof"] = ""

    @property
    def Fields(self) -> Fields:
        return Fields(self._session, self._buffer)

    @property
    def Count(self) -> int:
        return self._session.read(lambda: self._session.file.count(self.table))

    def RecordNumber(self) -> int:
        """The record's place in the file; 0 when standing on none."""
        return self._session.read(lambda: self._recno)

    def IsEOF(self) -> bool:
        return self._session.read(lambda: self._edge == "eof")

    def IsBOF(self) -> bool:
        return self._session.read(lambda: self._edge == "bof")

    def MoveFirst(self) -> bool:
        return self._session.read(lambda: self._stand("", "ASC", edge="eof"))

    def MoveLast(self) -> bool:
        return self._session.read(lambda: self._stand("", "DESC", edge="bof"))

    def MoveNext(self) -> bool:
        return self._session.read(lambda: self._step(">", "ASC", edge="eof"))

    def MovePrev(self) -> bool:
        return self._session.read(lambda: self._step("<", "DESC", edge="bof"))

    def Find(self, Partial: bool) -> bool:
        """Stand on the record whose key is in the key field; with Partial, the first that begins so."""
        return self._session.read(lambda: self._find(Partial))

    def AddNew(self) -> bool:
        """Begin a bare record: no defaults of any kind (§2.2)."""
        return self._session.prepare(self._add_new)

    def Edit(self) -> bool:
        return self._session.prepare(self._edit)

    def CancelUpdate(self) -> bool:
        return self._session.prepare(self._cancel)

    def Update(self) -> bool:
        return self._session.write(f"{type(self).__name__}.Update", self._update)

    def CanRemove(self) -> bool:
        return self._session.read(self._can_remove)

    def Remove(self) -> bool:
        return self._session.write(f"{type(self).__name__}.Remove", self._remove)

    # What a kind of record answers for itself.

    def _check(self, row: Row, before: Row | None) -> None:
        """Refuse what may not be saved; `before` is the row as it stood, None for a new one."""
        raise NotImplementedError

    def _has_transactions(self) -> bool:
        return False

    def _clean_key(self, value: Stored) -> Stored:
        """The key as the file holds it: text in upper case."""
        return value.strip().upper() if isinstance(value, str) else value

    def _standing_key(self) -> Stored:
        """The key of the record on which the object stands; None, which nothing equals, on none."""
        return self._key

    # Moving about.

    def _stand(self, where: str, order: str, *parameters: Stored, edge: Literal["bof", "eof"]) -> bool:
        condition = f"WHERE 1 {where} ORDER BY {self.table.key} {order}"
        found = self._session.file.first(self.table, condition, *parameters)
        self._mode = ""
        if found is None:
            self._edge = edge
            return False
        self._edge = ""
        self._recno = found[0]
        self._key = found[1][self.table.key]
        self._buffer.fill(found[1])
        return True

    def _step(self, sign: str, order: str, edge: Literal["bof", "eof"]) -> bool:
        if self._key is None:
            return False
        return self._stand(f"AND {self.table.key} {sign} ?", order, self._key, edge=edge)

    def _find(self, partial: bool) -> bool:
        key = self._clean_key(self._buffer.values[self.table.key])
        if not key:
            return False
        where = f"AND {self.table.key} = ?"
        if partial and isinstance(key, str):
            where = f"AND substr({self.table.key}, 1, {len(key)}) = ?"
        edge, wanted = self._edge, dict(self._buffer.values)
        if self._stand(where, "ASC", key, edge="eof"):
            return True
        # Not found: the object stands where it stood, and the key that was asked for stays in its field.
        self._edge, self._buffer.values = edge, wanted
        return False

    # Changing.

    def _require_writable(self) -> None:
        if self.read_only:
            raise Refusal(ErrorCode.sdoReadOnlyAccess, f"{self.table.name} is only read here")

    def _add_new(self) -> None:
        self._require_writable()
        self._mode = "add"
        self._buffer.fill()

    def _edit(self) -> None:
        self._require_writable()
        if not self._recno:
            raise Refusal(ErrorCode.sdoInvalidUse, "Edit stands on no record")
        self._stand("AND RECNO = ?", "ASC", self._recno, edge="eof")
        self._mode = "edit"

    def _cancel(self) -> None:
        self._mode = ""
        self._buffer.fill()
        if self._recno:
            self._stand("AND RECNO = ?", "ASC", self._recno, edge="eof")

    def _update(self) -> None:
        if not self._mode:
            raise Refusal(ErrorCode.sdoBadUpdateMode)
        file, row, now = self._session.file, self._buffer.visible(), self._session.now()
        row[self.table.key] = self._clean_key(row[self.table.key])
        row["RECORD_MODIFY_DATE"] = now
        if self._mode == "add":
            row["RECORD_CREATE_DATE"] = now
            self._check(row, None)
            recno = file.insert(self.table, row)
        else:
            recno = self._recno
            standing = file.first(self.table, "WHERE RECNO = ?", recno)
            if standing is None:
                raise Refusal(ErrorCode.sdoInvalidSave, "the record is gone")
            # Only what was assigned: a balance may have moved since the record was read.
            changes: Row = {name: row[name] for name in self._buffer.assigned}
            changes["RECORD_MODIFY_DATE"] = now
            self._check({**standing[1], **changes}, standing[1])
            file.update(self.table, recno, changes)
        self._stand("AND RECNO = ?", "ASC", recno, edge="eof")

    def _can_remove(self) -> bool:
        return bool(self._recno) and not self._has_transactions()

    def _remove(self) -> None:
        self._require_writable()
        if not self._recno:
            raise Refusal(ErrorCode.sdoDeleteFailed, "standing on no record")
        if self._has_transactions():
            raise Refusal(ErrorCode.sdoDeleteFailedHasTrans)
        self._session.file.delete(self.table, self._recno)
        self._recno, self._key = 0, None
        self._buffer.fill()
