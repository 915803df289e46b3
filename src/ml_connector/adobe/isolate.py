"""The one row that the shop fails on, found by its number, so that everything behind it can be read.

Known is only that a request for the first row of a list fails in the shop's own code, or never comes to its
end. First it is made sure that the shop serves other rows of that list: where it fails on everything, nothing
is wrong with one entity.
Then the row's id is asked for alone, which works where the fault lies in what else the row holds; otherwise
it is found by halving the range of ids, at about two requests for each digit of the number in base 2. At last
the id is asked for once more by itself, since the list may have changed meanwhile
(reference: adobe_commerce.md §4.2, §4.4, §9.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ml_connector.adobe.criteria import Condition, Filter, id_in
from ml_connector.adobe.listing import Resource, unfit
from ml_connector.adobe.lists import Lists
from ml_connector.adobe.trouble import Alone, Overloaded, ServerFault
from ml_connector.sync.ports import Payload

FAILING_MAX = 100
"""A shop that fails on more of a flow's entities than these has another trouble than single entities."""
FIRST_RANGE = 1024
# Ids are unsigned and of 32 bits in the shop's tables.
ID_MAX = 2**32
UNSERVED = (ServerFault, Alone)
"""What `Lists.first` raises when its first row is not served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A list whose first row fails. `known` leaves out rows that are known to fail, in any question; `among`
    are all ids that the row can have, where those are known."""

    lists: Lists
    resource: Resource
    filters: Sequence[Filter]
    sort: Sequence[str]
    fault: ServerFault | Alone
    known: Sequence[Filter] = ()
    among: Sequence[int] = ()

    def first(self) -> Payload:
        """The row by its number, with the shop's message as its `failure`.

        Raises `fault` again when the shop serves no other row either; `TryAgain` when the row is served now,
        and whatever other trouble the shop is in.
        """
        if not self._serves_others():
            raise self.fault
        entity_id = self._chosen() or self._told() or self._searched()
        try:
            self.lists.one(self.resource, [self._is(entity_id)], sort=(self.resource.id_column,))
        except (ServerFault, Overloaded) as again:
            if not self._is_failing(again):
                raise
            if isinstance(self.fault, Alone) and not self._serves_others():
                raise self.fault from None
            self._found()
            return Payload(
                kind=self.resource.kind,
                entity_id=entity_id,
                order_id=0,
                updated_at="",
                body="",
                failure=again.told
                if isinstance(again, ServerFault)
                else again.finding.what.removesuffix("."),
            )
        raise unfit(self.resource, f"It failed on the first row, and serves {entity_id} now.")

    def order_of(self, entity_id: int, order_ids: Sequence[int]) -> int:
        """Which of these orders the row belongs to, by halving; 0 when it seems to belong to none."""
        left = list(order_ids)
        while len(left) > 1:
            half = left[: len(left) // 2]
            left = half if self._fails(self._is(entity_id), id_in("order_id", half)) else left[len(half) :]
        alone = left and self._fails(self._is(entity_id), id_in("order_id", left))
        return left[0] if alone else 0

    def _is_failing(self, error: ServerFault | Overloaded) -> bool:
        """Whether that is what is looked for: where the row itself never came, no answer is one."""
        return isinstance(error, ServerFault) or isinstance(self.fault, Alone)

    def _found(self) -> None:
        """The pages were made smaller because of this row alone."""
        if isinstance(self.fault, Alone):
            self.lists.sizes.forget(self.resource.kind)
        else:
            self.lists.sizes.widen(self.resource.kind)

    def _serves_others(self) -> bool:
        """Whether the list's oldest or newest entity comes: two that fail are no accident of one."""
        for descending in (False, True):
            try:
                found = self.lists.one(
                    self.resource, self.known, sort=(self.resource.id_column,), descending=descending
                )
            except (ServerFault, Overloaded) as error:
                if not self._is_failing(error):
                    raise
                continue
            return bool(found.payloads)
        return False

    def _chosen(self) -> int:
        """The one among the ids that are known, by halving; 0 where none are."""
        left = list(self.among)
        while len(left) > 1:
            half = left[: len(left) // 2]
            left = half if self._fails(id_in(self.resource.id_column, half)) else left[len(half) :]
        return left[0] if left else 0

    def _told(self) -> int:
        """The id, if the shop gives it where nothing else of the row is asked for; 0 where it fails again."""
        try:
            found = self.lists.one(
                self.resource, self.filters, sort=self.sort, fields=(self.resource.id_field,)
            )
        except (ServerFault, Overloaded) as error:
            if not self._is_failing(error):
                raise
            return 0
        return found.payloads[0].entity_id if found.payloads else 0

    def _searched(self) -> int:
        low, high = 1, FIRST_RANGE
        while not self._fails(*self._between(low, high)):
            low, high = high + 1, high * 2
            if low > ID_MAX:
                raise unfit(self.resource, "It failed on the first row, and on no range of ids.")
        while low < high:
            middle = (low + high) // 2
            if self._fails(*self._between(low, middle)):
                high = middle
            else:
                low = middle + 1
        return low

    def _fails(self, *filters: Filter) -> bool:
        try:
            self.lists.one(self.resource, [*self.filters, *filters], sort=self.sort)
        except (ServerFault, Overloaded) as error:
            if not self._is_failing(error):
                raise
            return True
        return False

    def _between(self, low: int, high: int) -> tuple[Filter, Filter]:
        column = self.resource.id_column
        return Filter(column, Condition.GTEQ, str(low)), Filter(column, Condition.LTEQ, str(high))

    def _is(self, entity_id: int) -> Filter:
        return Filter(self.resource.id_column, Condition.EQ, str(entity_id))
