"""Which offset may be committed. Pure bookkeeping; :mod:`streams.batching` feeds it.

Two rules, both narrower than Faust's own:

* *Only behind finished work.* Batches of a partition wait in a queue; the committed offset moves over the finished ones
  at its head and stops at the first that is not. (Faust counts the offsets between two messages as done before they
  are: upstream issue 606.)
* *Only in line.* A batch is taken if it begins where the last one ended. If it begins later, something was fetched and
  lost on the way, or the log has a hole there (compaction, marks of transactions). The caller then fetches once more
  from where the last one ended, and what comes then is in line.

What was fetched and lost may have been the last for a long time, so nobody may wait for the next batch to see it: a
lane is *behind* where the client has handed out more than the lane has let out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)


class Delivery:
    """One batch on its way through an agent. ``done`` is set by the agent alone, after the work was committed."""

    __slots__ = ("done", "next_offset")

    def __init__(self, next_offset: int) -> None:
        self.next_offset = next_offset
        self.done = False


class Lane:
    """The batches of one partition since it was last positioned. ``expected``: where the next batch has to begin."""

    __slots__ = ("expected", "queue", "reached")

    def __init__(self, start: int) -> None:
        self.expected = start
        self.queue: deque[Delivery] = deque()
        self.reached: int | None = None

    def skips(self, first: int) -> bool:
        """Whether a batch that begins at ``first`` leaves out offsets that nobody has asked the broker for."""
        return first > self.expected

    def deliver(self, last: int) -> Delivery:
        """Let out a batch that ends at ``last`` and was fetched from ``expected`` or before."""
        delivery = Delivery(last + 1)
        self.expected = last + 1
        self.queue.append(delivery)
        return delivery

    def committable(self) -> int | None:
        while self.queue and self.queue[0].done:
            self.reached = self.queue.popleft().next_offset
        return self.reached


class Deliveries(Generic[P]):
    """The lanes of all assigned partitions. A partition has no lane until it was positioned."""

    def __init__(self) -> None:
        self._lanes: dict[P, Lane] = {}

    def __iter__(self) -> Iterator[P]:
        return iter(self._lanes)

    def position(self, starts: Iterable[tuple[P, int]]) -> None:
        """Begin anew at these offsets: what was delivered before is forgotten and will come again."""
        for partition, start in starts:
            self._lanes[partition] = Lane(start)

    def forget(self) -> None:
        """Partitions were assigned: nothing is known until they are positioned. Old deliveries no longer count."""
        self._lanes.clear()

    def lane(self, partition: P) -> Lane | None:
        return self._lanes.get(partition)

    def behind(self, taken: Mapping[P, int]) -> list[P]:
        """Partitions of which the client has handed out records that no batch has: up to ``taken``, exclusive."""
        return [partition for partition, lane in self._lanes.items() if taken.get(partition, 0) > lane.expected]

    def committable(self, partition: P) -> int | None:
        """The offset that a restarted worker may begin at, or None when no batch is finished yet."""
        lane = self._lanes.get(partition)
        return lane.committable() if lane else None
