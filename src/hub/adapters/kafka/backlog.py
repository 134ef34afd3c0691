"""Whether everything that lay in the inbound topics at one moment was read since."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from hub.errors import TransientError

Spans = Callable[[str], Awaitable[dict[int, list[tuple[int, int]]]]]
"""Topic (full name) → per partition the ranges of offsets dealt with (:meth:`hub.ports_operations.Operations.spans`)."""
PEEK_MS = 200
WITHIN_S = 10.0


@asynccontextmanager
async def backlog(servers: str, group: str, topics: Sequence[str], spans: Spans) -> AsyncIterator[Backlog]:
    """Note where ``topics`` end now. ``group``: the workers' consumer group. Raises TransientError."""
    places = await asyncio.to_thread(_places, servers, topics)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers, group_id=group, isolation_level="read_committed", enable_auto_commit=False
    )
    try:
        await consumer.start()
        consumer.assign(places)  # of no group's sharing-out: only asked for offsets, and read from here and there
        consumer.pause(*places)
        for place in places:
            consumer.seek(place, 0)  # or it would look for a place to begin at, and take that for ours later
        yield Backlog(consumer, await _ends(consumer, places), spans)
    except (KafkaError, OSError) as error:
        raise TransientError(f"asking Kafka for what was not read yet: {type(error).__name__}") from error
    finally:
        await consumer.stop()


def _places(servers: str, topics: Sequence[str]) -> list[TopicPartition]:
    admin = AdminClient({"bootstrap.servers": servers, "log_level": 0})
    try:
        known = admin.list_topics(timeout=WITHIN_S).topics
    except KafkaException as error:
        raise TransientError("asking Kafka for its topics: no answer", hint="is Kafka up? see hub status") from error
    return [TopicPartition(topic, number) for topic in topics if topic in known for number in known[topic].partitions]


async def _ends(consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> dict[TopicPartition, int]:
    first = await consumer.beginning_offsets(places) if places else {}
    last = await consumer.end_offsets(places) if places else {}
    return {place: end for place, end in last.items() if end > first[place]}


class Backlog:
    """Call it until it says yes. Whatever worker reads the partitions: what the database says was dealt with counts."""

    def __init__(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int], spans: Spans) -> None:
        self._consumer = consumer
        self._open = ends
        self._spans = spans

    async def __call__(self) -> bool:
        """Whether all of it was read."""
        for place, end in list(self._open.items()):
            if await self._read(place, end):
                del self._open[place]
        return not self._open

    async def _read(self, place: TopicPartition, end: int) -> bool:
        dealt = (await self._spans(place.topic)).get(place.partition, [])
        at = max(dealt[-1][1] + 1 if dealt else 0, await self._consumer.committed(place) or 0)
        return at >= end or await self._nothing_there(place, at, end)

    async def _nothing_there(self, place: TopicPartition, at: int, end: int) -> bool:
        """Offsets may belong to no record: marks of transactions, what retention and compaction took away."""
        first = (await self._consumer.beginning_offsets([place]))[place]
        self._consumer.seek(place, max(at, first))
        self._consumer.resume(place)
        found = await self._consumer.getmany(place, timeout_ms=PEEK_MS)
        self._consumer.pause(place)
        if any(record.offset < end for record in found.get(place, ())):
            return False
        return bool(found) or await self._consumer.position(place) >= end
