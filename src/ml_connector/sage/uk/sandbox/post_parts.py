"""What the post objects have in common: a Header with Fields, and Items, each with Fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from .com import ErrorCode, Refusal
from .fields import Buffer, Fields
from .session import Session
from .tables.table import Table

_MAX_TEXT = 32767


class PostHeader:
    """The header of a post object."""

    __slots__ = ("_buffer", "_session")

    def __init__(self, session: Session, buffer: Buffer) -> None:
        self._session = session
        self._buffer = buffer

    @property
    def Fields(self) -> Fields:
        return Fields(self._session, self._buffer)


class PostItem:
    """A split that is being made."""

    __slots__ = ("_session", "buffer")

    def __init__(self, session: Session, table: Table) -> None:
        self._session = session
        self.buffer = Buffer(table)

    @property
    def Fields(self) -> Fields:
        return Fields(self._session, self.buffer)


class InvoicePostItem(PostItem):
    """A document's line that is being made."""

    __slots__ = ("_text",)

    def __init__(self, session: Session, table: Table) -> None:
        super().__init__(session, table)
        self._text = ""

    @property
    def Text(self) -> str:
        """The long text, up to 32,767 characters (§3.4)."""
        return self._text

    @Text.setter
    def Text(self, value: str) -> None:
        self._text = value[:_MAX_TEXT]


ItemT = TypeVar("ItemT", bound=PostItem)


class PostItems(Generic[ItemT]):
    """ISDOCollection; items are numbered from 1."""

    __slots__ = ("_items", "_make", "_session")

    def __init__(self, session: Session, make: Callable[[], ItemT]) -> None:
        self._session = session
        self._make = make
        self._items: list[ItemT] = []

    @property
    def Count(self) -> int:
        return len(self._items)

    def Add(self, Index: int | None = None) -> ItemT:
        """A new item at the end, or before the item with this number."""

        def add() -> ItemT:
            item = self._make()
            place = len(self._items) if Index is None else self._place(Index)
            self._items.insert(place, item)
            return item

        return self._session.read(add)

    def Item(self, Index: int) -> ItemT:
        return self._session.read(lambda: self._items[self._place(Index)])

    def Remove(self, iItem: int) -> None:
        def remove() -> None:
            del self._items[self._place(iItem)]

        self._session.read(remove)

    def Clear(self) -> None:
        self._session.read(self._items.clear)

    def made(self) -> Iterator[ItemT]:
        """What has been added. For the post object; no member of the collection."""
        return iter(self._items)

    def _place(self, index: int) -> int:
        if not 1 <= index <= len(self._items):
            raise Refusal(ErrorCode.sdoInvalidValue, f"there is no item {index}")
        return index - 1
