"""The agent's work below the shell: one `step` at a time, each of which says when it wants to be woken.

    receipts not yet sent → work? (unfinished commands first, else a lease) → Sage open → session → Sage shut

Sage is opened only while there is work and shut before the step ends. Whatever keeps the agent from working
is shown to a person, told to the cloud by heartbeat, kept in the journal for `status`, and waited for, which
spends nothing. Only `JournalTrouble` leaves a step: without its journal the agent must not go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ml_connector.agent.company import remembered
from ml_connector.agent.findings import defect, our_own_session
from ml_connector.agent.journal import Fact
from ml_connector.agent.journal_schema import JournalTrouble
from ml_connector.agent.session import Around, Asked, SageSession, Trouble, lease, send_receipts
from ml_connector.codec import canonical
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.sage.books import BooksDoor
from ml_connector.sync.protocol import Heartbeat

_NO_CLOUD = frozenset({Code.CLOUD_UNREACHABLE, Code.CLOUD_CERTIFICATE, Code.AGENT_UNKNOWN})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds between two steps: when all is quiet, and when Sage is not free. Both are spread by chance."""

    poll_s: float
    sage_s: float


class AgentWork:
    """Everything between the cloud and the books. `trouble` is what keeps it from working, or None."""

    def __init__(self, around: Around, door: BooksDoor, waits: Waits) -> None:
        self._around, self._door, self._waits = around, door, waits
        self._tidied: datetime | None = None
        self.trouble: Trouble | None = None

    def step(self, now: datetime) -> datetime:
        """Do all there is to do; gives the instant of the next step, UTC. Raises `JournalTrouble`."""
        try:
            self._tidy(now)
            trouble: Trouble | None = self._work()
        except JournalTrouble:
            raise
        except (TryAgain, NeedsPerson) as error:
            trouble = error
        except Exception as error:
            trouble = NeedsPerson(defect(error, "working with Sage and the cloud"), reached_sage=True)
        self._tell(trouble)
        return now + timedelta(seconds=self._wait())

    def _work(self) -> Trouble | None:
        around, journal, asked = self._around, self._around.journal, set[Asked]()
        send_receipts(around)
        if journal.open_commands():
            # Asked first, so that Sage is not opened for a cloud that could not be told of it.
            self._heartbeat()
        elif remembered(journal) is not None:
            lease(around, asked)
            send_receipts(around)
            if not journal.open_commands() and not asked:
                return None
        return self._in_sage(asked)

    def _in_sage(self, asked: set[Asked]) -> Trouble | None:
        """One Sage session. The journal knows while one is open, and so knows its own when it was cut off."""
        around, journal = self._around, self._around.journal
        left_behind, now = journal.get(Fact.SAGE_OPEN_SINCE), around.clock.now().isoformat()
        journal.put({Fact.SAGE_OPEN_SINCE: left_behind or now})
        try:
            with self._door.open(journal.look_index) as books:
                journal.put({Fact.SAGE_OPEN_SINCE: now})
                waits = SageSession(books, around, asked).serve()
        except JournalTrouble:
            raise
        except (TryAgain, NeedsPerson) as error:
            in_use, lost = (error.finding.code is code for code in (Code.SAGE_IN_USE, Code.SAGE_SESSION_LOST))
            # A broken session could not be shut: its row may still stand at Sage.
            journal.put({Fact.SAGE_OPEN_SINCE: left_behind if in_use else now if lost else None})
            if in_use and left_behind:
                raise TryAgain(our_own_session(error.finding, left_behind)) from None
            raise
        except Exception:
            journal.put({Fact.SAGE_OPEN_SINCE: None})
            raise
        journal.put({Fact.SAGE_OPEN_SINCE: None})
        return waits

    def _tell(self, trouble: Trouble | None) -> None:
        """Show what is new, keep it for `status`, and tell the cloud."""
        journal, finding = self._around.journal, trouble.finding if trouble else None
        before, self.trouble = self._finding(), trouble
        if finding != before:
            self._around.say(str(finding) if finding else "All is well again.")
            journal.put({Fact.TROUBLE: canonical(finding).decode() if finding else None})
        if finding is not None and finding.code in _NO_CLOUD:
            return
        try:
            if finding != before or finding is not None:
                self._heartbeat()
            journal.put({Fact.LAST_CONTACT: self._around.clock.now().isoformat()})
        except JournalTrouble:
            raise
        except (TryAgain, NeedsPerson) as error:
            self._around.say(str(error.finding))

    def _heartbeat(self) -> None:
        message = Heartbeat(instance_id=self._around.journal.instance_id, finding=self._finding())
        self._around.cloud.heartbeat(message)

    def _finding(self) -> Finding | None:
        return self.trouble.finding if self.trouble else None

    def _wait(self) -> float:
        """Seconds to the next step, spread by a quarter either way unless somebody named a time."""
        trouble = self.trouble
        if isinstance(trouble, TryAgain) and trouble.after_s is not None:
            return trouble.after_s
        quiet = trouble is None or isinstance(trouble, NeedsPerson) or trouble.finding.code in _NO_CLOUD
        seconds = self._waits.poll_s if quiet else self._waits.sage_s
        return seconds * (0.75 + self._around.clock.jitter() / 2)

    def _tidy(self, now: datetime) -> None:
        if self._tidied is None or now - self._tidied >= _DAY:
            self._around.journal.forget_old(now)
            self._tidied = now
