"""Committed offsets never pass unfinished work, in whatever order work ends, fetches are lost, workers change."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from streams.deliveries import Deliveries, Delivery

PARTITION = "findings-audit/0"


class OnePartition(RuleBasedStateMachine):
    """A log with holes, a broker that remembers one committed offset, a worker that fetches, works, dies and loses."""

    batches = Bundle("batches")

    def __init__(self) -> None:
        super().__init__()
        self.log: list[int] = []
        self.committed = 0
        self.handled: set[int] = set()
        self.taken: dict[str, int] = {}
        self.delivered: list[tuple[Delivery, list[int]]] = []
        self.assign()

    @rule(steps=st.lists(st.integers(1, 3), min_size=1, max_size=8))
    def produce(self, steps: list[int]) -> None:
        """Steps above one leave holes: compacted records, marks of transactions."""
        for step in steps:
            self.log.append((self.log[-1] if self.log else -1) + step)

    @rule()
    def assign(self) -> None:
        """A rebalance, or the worker died and came back. What is in hand belongs to nobody from now on."""
        self.deliveries: Deliveries[str] = Deliveries()
        self.deliveries.position([(PARTITION, self.committed)])
        self.position = self.committed

    @rule()
    def seek_again(self) -> None:
        """Faust goes back to the committed offset within one assignment."""
        self.deliveries.position([(PARTITION, self.committed)])
        self.position = self.committed

    @rule(size=st.integers(1, 5))
    def fetch_while_assigned(self, size: int) -> None:
        """The client fetches as soon as it has its partitions; they are positioned here after that, and stay so there."""
        self.deliveries = Deliveries()
        self.position = self.committed
        self._take(size)
        self.deliveries.position([(PARTITION, self.committed)])

    @rule(size=st.integers(1, 5))
    def fetch_and_lose(self, size: int) -> None:
        """A fetch was cancelled after it had taken its records: the position moved, nobody has them."""
        self._take(size)

    @rule(target=batches, size=st.integers(1, 5))
    def fetch(self, size: int) -> tuple[Delivery, list[int]] | None:
        lane = self.deliveries.lane(PARTITION)
        assert lane is not None
        behind = self.deliveries.behind(self.taken)
        taken = self._take_from(lane.expected, size) if behind else self._take(size)
        if taken and lane.skips(taken[0]):
            taken = self._take_from(lane.expected, size)
        if not taken:
            return None
        self.delivered.append((lane.deliver(taken[-1]), taken))
        return self.delivered[-1]

    @rule(batch=batches)
    def finish(self, batch: tuple[Delivery, list[int]] | None) -> None:
        """Any batch ever delivered, also one of an earlier assignment, also twice."""
        if batch is not None:
            self.handled.update(batch[1])
            batch[0].done = True

    @rule()
    def commit(self) -> None:
        offset = self.deliveries.committable(PARTITION)
        if offset is not None and offset > self.committed:
            self.committed = offset

    @invariant()
    def nothing_before_the_committed_offset_is_unhandled(self) -> None:
        assert {offset for offset in self.log if offset < self.committed} <= self.handled

    def _take(self, size: int) -> list[int]:
        taken = [offset for offset in self.log if offset >= self.position][:size]
        if taken:
            self.position = self.taken[PARTITION] = taken[-1] + 1
        return taken

    def _take_from(self, offset: int, size: int) -> list[int]:
        self.position = self.taken[PARTITION] = offset
        return self._take(size)

    def teardown(self) -> None:
        """And it gets to the end, though nothing new comes: fetch and finish without losses until nothing is left."""
        for _ in range(2 * len(self.log) + 2):
            self.finish(self.fetch(size=3))
        for batch in self.delivered:
            self.finish(batch)
        self.commit()
        assert not self.log or self.committed == self.log[-1] + 1


OnePartition.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
TestOnePartition = OnePartition.TestCase


def test_the_offset_stops_at_the_first_unfinished_batch() -> None:
    deliveries: Deliveries[str] = Deliveries()
    deliveries.position([(PARTITION, 10)])
    lane = deliveries.lane(PARTITION)
    assert lane is not None
    first, second, third = (lane.deliver(last) for last in (14, 19, 24))
    second.done = third.done = True
    assert deliveries.committable(PARTITION) is None
    first.done = True
    assert deliveries.committable(PARTITION) == 25


def test_a_batch_is_in_line_where_the_last_one_ended() -> None:
    deliveries: Deliveries[str] = Deliveries()
    deliveries.position([(PARTITION, 10)])
    lane = deliveries.lane(PARTITION)
    assert lane is not None
    assert not lane.skips(10)
    assert lane.skips(12)
    lane.deliver(15)
    assert not lane.skips(16)
    assert not lane.skips(14), "what was delivered before is no hole"


def test_an_unpositioned_partition_has_nothing_to_commit() -> None:
    deliveries: Deliveries[str] = Deliveries()
    deliveries.position([(PARTITION, 0)])
    deliveries.forget()
    assert deliveries.lane(PARTITION) is None
    assert deliveries.committable(PARTITION) is None
