"""The agent's memory: what it was told to do, how far each effect came, and what it has yet to report.

Every method that changes something is one transaction that is on the disk when it returns, so each is a
point at which the program may die. An effect's row begins as `intended`, with what was true before; becomes
`written` when a look found it absent and the write is about to begin: from here on Sage may hold it by our
hand; and ends `confirmed` when it was read back and equals the plan. Errors are `JournalTrouble`, never
anything of SQLite's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from ml_connector.agent.journal_file import Fact, JournalFile
from ml_connector.agent.look_index import StoredIndex
from ml_connector.clock import Clock
from ml_connector.codec import canonical, from_json, loads
from ml_connector.sage.books import Before
from ml_connector.sync.protocol import Command, CommandReceipt, EffectReceipt, Outcome

__all__ = ["EffectState", "Entry", "Fact", "Journal"]

KEEP_CLOSED = timedelta(days=400)


class EffectState(StrEnum):
    """How far an effect came. `ABSENT`: the command ended with the proof that nothing of it is in Sage."""

    INTENDED = "intended"
    WRITTEN = "written"
    CONFIRMED = "confirmed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One effect's row. `receipt` is what a look found, when one found anything."""

    state: EffectState
    before: Before
    receipt: EffectReceipt | None


class Journal(JournalFile):
    """One open journal. Raises `JournalTrouble` from every method when the file cannot be used."""

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path, clock)
        self.look_index = StoredIndex(self._changing, self._rows)

    # commands

    def accept(self, command: Command) -> bool:
        """Take a leased command in. False when it is known: if it was closed, its receipt is sent again."""
        with self._changing() as db:
            known = db.execute("SELECT closed_at FROM commands WHERE id = ?", (command.id,)).fetchone()
            if known is None:
                db.execute(
                    "INSERT INTO commands (id, key, generation, body, accepted_at) VALUES (?, ?, ?, ?, ?)",
                    (command.id, command.plan.key, command.generation, _text(command), self._now()),
                )
            elif known[0] is not None:
                db.execute("UPDATE receipts SET sent_at = NULL WHERE command_id = ?", (command.id,))
        return known is None

    def knows(self, command_id: str) -> bool:
        """Whether a command of this id was ever taken in."""
        return bool(self._rows("SELECT 1 FROM commands WHERE id = ?", command_id))

    def open_commands(self) -> tuple[Command, ...]:
        """The commands without an end, in the order in which they were leased."""
        rows = self._rows("SELECT body FROM commands WHERE closed_at IS NULL ORDER BY seq")
        return tuple(from_json(Command, loads(str(row[0]))) for row in rows)

    # effects

    def entry(self, command: Command, effect_id: str) -> Entry | None:
        """The effect's row in this command, or else in an earlier command of the same record and generation.

        An earlier row counts only where that command did not end in a proof of absence; confirmed ones first.
        """
        rows = self._rows(
            "SELECT state, before, receipt FROM effects JOIN commands ON commands.id = command_id "
            "WHERE key = ? AND generation = ? AND effect_id = ? AND state <> ? "
            "ORDER BY command_id = ? DESC, state = ? DESC, seq DESC LIMIT 1",
            command.plan.key,
            command.generation,
            effect_id,
            EffectState.ABSENT,
            command.id,
            EffectState.CONFIRMED,
        )
        return next((_entry(*row) for row in rows), None)

    def stood(self, key: str, generation: int, effect_id: str | None = None) -> bool:
        """Whether this effect (any effect) of the record was ever read back from Sage as planned."""
        return bool(
            self._rows(
                "SELECT 1 FROM effects JOIN commands ON commands.id = command_id "
                "WHERE key = ? AND generation = ? AND state = ? AND coalesce(effect_id = ?, 1) LIMIT 1",
                key,
                generation,
                EffectState.CONFIRMED,
                effect_id,
            )
        )

    def begun(self, command: Command) -> bool:
        """Whether a write of this command was ever begun, or anything of it found."""
        rows = self._rows(
            "SELECT 1 FROM effects WHERE command_id = ? AND (state IN (?, ?) OR receipt IS NOT NULL) LIMIT 1",
            command.id,
            EffectState.WRITTEN,
            EffectState.CONFIRMED,
        )
        return bool(rows)

    def intend(self, command: Command, effect_id: str, before: Before) -> None:
        """Record the intent, with what was true before. An intent that is there stays as it is."""
        with self._changing() as db:
            db.execute(
                "INSERT OR IGNORE INTO effects (command_id, effect_id, state, before) VALUES (?, ?, ?, ?)",
                (command.id, effect_id, EffectState.INTENDED, _text(before)),
            )

    def begin(self, command: Command, effect_id: str) -> None:
        """A look found it absent, and the write begins now."""
        with self._changing() as db:
            db.execute(
                "UPDATE effects SET state = ? WHERE command_id = ? AND effect_id = ?",
                (EffectState.WRITTEN, command.id, effect_id),
            )

    def confirm(self, command: Command, receipt: EffectReceipt) -> None:
        """It was read back and equals the plan."""
        with self._changing() as db:
            db.execute(
                "UPDATE effects SET state = ?, receipt = ? WHERE command_id = ? AND effect_id = ?",
                (EffectState.CONFIRMED, _text(receipt), command.id, receipt.id),
            )

    def found_otherwise(self, command: Command, receipt: EffectReceipt) -> None:
        """Something of it stands in Sage and is not what was planned."""
        with self._changing() as db:
            db.execute(
                "UPDATE effects SET receipt = ? WHERE command_id = ? AND effect_id = ?",
                (_text(receipt), command.id, receipt.id),
            )

    def look_from_the_start(self) -> None:
        """Forget how far any company was read: every look is a full one, also that of recorded intents."""
        with self._changing() as db:
            db.execute("DELETE FROM look_index")
            db.execute(
                "UPDATE effects SET before = "
                "json_set(before, '$.watermark.document', 0, '$.watermark.header', 0)"
            )

    def effect_receipts(self, command: Command) -> tuple[EffectReceipt, ...]:
        """What is known of the command's effects, in the order of the plan."""
        rows = self._rows(
            "SELECT receipt FROM effects WHERE command_id = ? AND receipt IS NOT NULL", command.id
        )
        known = {receipt.id: receipt for receipt in (_effect_receipt(str(row[0])) for row in rows)}
        return tuple(known[effect.id] for effect in command.plan.effects if effect.id in known)

    # receipts

    def report(self, receipt: CommandReceipt) -> bool:
        """Keep a receipt to be sent and leave its command open. False when the same one is kept already."""
        body = _text(receipt)
        with self._changing() as db:
            cursor = db.execute(_KEEP_RECEIPT, (receipt.command_id, body, self._now()))
            return cursor.rowcount > 0

    def end(self, receipt: CommandReceipt) -> None:
        """Keep a receipt to be sent, even if it was sent before, and close its command if there is one."""
        with self._changing() as db:
            db.execute("DELETE FROM receipts WHERE command_id = ?", (receipt.command_id,))
            db.execute(_KEEP_RECEIPT, (receipt.command_id, _text(receipt), self._now()))
            db.execute("UPDATE commands SET closed_at = ? WHERE id = ?", (self._now(), receipt.command_id))
            if receipt.outcome is Outcome.ABSENT:
                db.execute(
                    "UPDATE effects SET state = ? WHERE command_id = ?",
                    (EffectState.ABSENT, receipt.command_id),
                )

    def unsent(self, most: int = 100) -> tuple[CommandReceipt, ...]:
        """Receipts that the cloud has not taken yet, oldest first."""
        rows = self._rows(
            "SELECT body FROM receipts WHERE sent_at IS NULL ORDER BY made_at, command_id LIMIT ?", most
        )
        return tuple(from_json(CommandReceipt, loads(str(row[0]))) for row in rows)

    def sent(self, command_ids: Iterable[str]) -> None:
        """The cloud has recorded these receipts."""
        with self._changing() as db:
            db.executemany(
                "UPDATE receipts SET sent_at = ? WHERE command_id = ?",
                [(self._now(), command_id) for command_id in command_ids],
            )

    def receipts(self) -> Iterator[tuple[CommandReceipt, bool]]:
        """Every receipt that is kept, and whether it was sent, oldest first."""
        for body, sent_at in self._rows("SELECT body, sent_at FROM receipts ORDER BY made_at, command_id"):
            yield from_json(CommandReceipt, loads(str(body))), sent_at is not None

    def forget_old(self, now: datetime) -> int:
        """Delete what was closed and sent more than 400 days ago; gives the number of receipts."""
        limit = (now - KEEP_CLOSED).isoformat()
        with self._changing() as db:
            gone = db.execute("DELETE FROM receipts WHERE sent_at < ?", (limit,)).rowcount
            db.execute(
                "DELETE FROM commands WHERE closed_at < ? AND id NOT IN (SELECT command_id FROM receipts)",
                (limit,),
            )
        return gone


_KEEP_RECEIPT = (
    "INSERT INTO receipts (command_id, body, made_at) VALUES (?, ?, ?) ON CONFLICT (command_id) DO UPDATE "
    "SET body = excluded.body, made_at = excluded.made_at, sent_at = NULL WHERE body <> excluded.body"
)


def _text(value: object) -> str:
    return canonical(value).decode()


def _entry(state: object, before: object, receipt: object) -> Entry:
    return Entry(
        state=EffectState(str(state)),
        before=from_json(Before, loads(str(before))),
        receipt=None if receipt is None else _effect_receipt(str(receipt)),
    )


def _effect_receipt(text: str) -> EffectReceipt:
    return from_json(EffectReceipt, json.loads(text))
