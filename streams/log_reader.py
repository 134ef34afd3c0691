"""Reading named stretches of the inbound log, read_committed, oldest first over all partitions."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # ships no types
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types

from hub.domain.spans import Range
from hub.errors import TransientError
from schemas.record import Record

CHUNK = 500
PATIENCE_S = 20.0
_POLL_MS = 300
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one partition: the first offset still there, the end that readers see, how far the workers have committed."""

    start: int
    end: int
    committed: int


class LogReader:
    """A consumer of no group over the inbound topics. Made by :func:`open_log`; one task at a time."""

    def __init__(self, consumer: AIOKafkaConsumer, bounds: Mapping[Place, Bounds]) -> None:
        self._consumer = consumer
        self.bounds = bounds

    async def chunks(self, wanted: Mapping[Place, Sequence[Range]]) -> AsyncIterator[list[Record]]:
        """Every record in these ranges, in chunks of one partition each, the oldest time stamp first.

        Offsets without a record (marks of transactions, compacted away, aborted) yield nothing.
        Raises TransientError where Kafka does not go on answering.
        """
        stretches = [Stretch(self._consumer, place, ranges) for place, ranges in wanted.items() if ranges]
        self._consumer.assign([one.place for one in stretches])
        for one in stretches:
            one.begin()
        while waiting := [one for one in stretches if await one.head() is not None]:
            waiting.sort(key=lambda one: one.buffer[0].timestamp_ms)
            upto = waiting[1].buffer[0].timestamp_ms if len(waiting) > 1 else None
            yield waiting[0].take(upto)


class Stretch:
    """The wanted ranges of one partition, read one after the other; memory holds one fetch."""

    def __init__(self, consumer: AIOKafkaConsumer, place: Place, ranges: Sequence[Range]) -> None:
        self.place = TopicPartition(*place)
        self.buffer: deque[Record] = deque()
        self._consumer = consumer
        self._ranges = deque(ranges)

    def begin(self) -> None:
        """Go to the first range."""
        self._consumer.seek(self.place, self._ranges[0][0])

    async def head(self) -> Record | None:
        """The next record, None where nothing is left."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not self.buffer and self._ranges:
                    await self._fetch()
        except TimeoutError as error:
            raise TransientError(f"reading {self.place.topic}: no answer", reason="kafka") from error
        return self.buffer[0] if self.buffer else None

    def take(self, upto: int | None) -> list[Record]:
        """The records at the head that are not younger than ``upto`` (ms); at least one."""
        found = [self.buffer.popleft()]
        while self.buffer and len(found) < CHUNK and (upto is None or self.buffer[0].timestamp_ms <= upto):
            found.append(self.buffer.popleft())
        return found

    async def _fetch(self) -> None:
        last = self._ranges[0][1]
        got = await self._consumer.getmany(self.place, timeout_ms=_POLL_MS, max_records=CHUNK)
        for r in got.get(self.place, ()):
            if any(first <= r.offset <= end for first, end in self._ranges):
                self.buffer.append(
                    Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
                )
        at = await self._consumer.position(self.place)
        if at > last:
            while self._ranges and self._ranges[0][1] < at:
                self._ranges.popleft()
            if self._ranges and self._ranges[0][0] > at:
                self.begin()


@asynccontextmanager
async def open_log(servers: str, group: str, topics: Sequence[str]) -> AsyncIterator[LogReader]:
    """A reader over those of ``topics`` (full names) that exist. ``group``: the workers' consumer group.

    What the workers have committed is read before anything else: all below was handled before that, or was lost.
    Raises TransientError where Kafka does not answer.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        group_id=None,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        committed, places = await _known(servers, group, topics)
        await consumer.start()
        yield LogReader(consumer, await _bounds(consumer, places, committed))
    except (KafkaError, OSError) as error:
        raise TransientError(f"reading the log: {type(error).__name__}", reason="kafka") from error
    finally:
        await consumer.stop()


async def _known(servers: str, group: str, topics: Sequence[str]) -> tuple[dict[Place, int], list[TopicPartition]]:
    """What the group has committed, and the partitions of the topics that exist (a consumer knows only its own)."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        found = await admin.list_consumer_group_offsets(group)
        there = set(await admin.list_topics())
        described = await admin.describe_topics([topic for topic in topics if topic in there])
        places = [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
        return {(tp.topic, tp.partition): meta.offset for tp, meta in found.items()}, sorted(places)
    finally:
        await admin.close()


async def _bounds(
    consumer: AIOKafkaConsumer, places: list[TopicPartition], committed: Mapping[Place, int]
) -> dict[Place, Bounds]:
    starts = await consumer.beginning_offsets(places) if places else {}
    ends = await consumer.end_offsets(places) if places else {}
    return {
        (tp.topic, tp.partition): Bounds(starts[tp], ends[tp], max(0, committed.get((tp.topic, tp.partition), 0)))
        for tp in places
    }
