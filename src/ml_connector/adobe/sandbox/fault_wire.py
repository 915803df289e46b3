"""Faults on the way: the shop answered well, and it does not arrive like that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ml_connector.adobe.sandbox.faults import Afterwards
from ml_connector.adobe.sandbox.server import Answer, Break, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBefore(Afterwards):
    """The connection is reset instead of an answer; the shop has done its work all the same."""

    def bent(self, answer: Answer) -> Answer:
        return replace(answer, delivery=Delivery(breaks=Break.BEFORE))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetWithin(Afterwards):
    """The connection is reset behind half of the body."""

    def bent(self, answer: Answer) -> Answer:
        return replace(answer, delivery=Delivery(breaks=Break.WITHIN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncated(Afterwards):
    """The JSON is cut off in its middle, in an answer that is whole as far as HTTP can tell."""

    def bent(self, answer: Answer) -> Answer:
        return replace(answer, body=answer.body[: len(answer.body) // 2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Afterwards):
    """The answer takes its time: silence before it, and its body in pieces with silence between them.

    Seconds. Many pieces with short pauses keep every single read of a client busy and never let it end.
    """

    after_s: float = 0.0
    pieces: int = 1
    pause_s: float = 0.0

    def bent(self, answer: Answer) -> Answer:
        delivery = Delivery(after_s=self.after_s, pieces=self.pieces, pause_s=self.pause_s)
        return replace(answer, delivery=delivery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tarpit(Afterwards):
    """The answer's headers never end: a byte of them every `pause_s` seconds, as a trap for robots sends."""

    pause_s: float = 0.02

    def bent(self, answer: Answer) -> Answer:
        return replace(answer, delivery=Delivery(head_pause_s=self.pause_s))
