"""Reading what the hub published, as any reader outside does: read_committed, no consumer group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types

from hub.adapters.topics import topic_names
from hub.errors import TransientError
from hub.settings import Settings

POLL_MS = 200
PATIENCE_S = 20.0


class KafkaOutputs:
    """Implements :class:`hub.ports.Outputs`. Topics are contract names; those that do not exist are passed over."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def follow(self, topics: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """Topic and value of every message from the beginning, for ever. Raises TransientError."""
        async for found in self._read(topics, follow=True):
            yield found

    async def once(self, topics: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """The same up to what was there at the call. Raises TransientError.

        That is the logs' ends, not those of ``read_committed``: a commit is acknowledged before its mark is in every
        log, and until then what it published cannot be read. Waits for such marks.
        """
        async for found in self._read(topics, follow=False):
            yield found

    async def _read(self, topics: Sequence[str], *, follow: bool) -> AsyncIterator[tuple[str, bytes]]:
        prefix = self._settings.topic_prefix
        there = await topic_names(self._settings)
        wanted = [prefix + topic for topic in topics if prefix + topic in there]
        if not wanted:
            return
        consumer = AIOKafkaConsumer(
            *wanted,
            bootstrap_servers=self._settings.kafka,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            enable_auto_commit=False,
            group_id=None,
            fetch_max_wait_ms=POLL_MS,
        )
        try:
            await consumer.start()
            async for topic, value in self._messages(consumer, follow=follow):
                yield topic.removeprefix(prefix), value
        except (KafkaError, OSError) as error:
            raise TransientError(
                f"reading from Kafka: {type(error).__name__}", hint="is Kafka up? see hub status"
            ) from error
        finally:
            await consumer.stop()

    async def _messages(self, consumer: AIOKafkaConsumer, *, follow: bool) -> AsyncIterator[tuple[str, bytes]]:
        ends = {} if follow else await log_ends(self._settings.kafka, consumer.assignment())
        now = asyncio.get_running_loop().time
        quiet_since = now()
        while follow or not await self._reached(consumer, ends, quiet_since):
            for place, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                quiet_since = now()
                for record in records:
                    if record.value is not None and (follow or record.offset < ends[place]):
                        yield place.topic, record.value

    async def _reached(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int], quiet_since: float) -> bool:
        """Whether every partition is read up to its end as it was; a transaction left open holds nobody up for ever."""
        if asyncio.get_running_loop().time() - quiet_since > PATIENCE_S:
            return True
        behind = [place for place, end in ends.items() if end and await consumer.position(place) < end]
        return not behind


async def log_ends(servers: str, places: Collection[TopicPartition]) -> dict[TopicPartition, int]:
    """Where these logs end, what is not committed included. Raises KafkaError, OSError."""
    names = {place.topic for place in places}  # named at once: each that is asked for by itself costs a round trip
    consumer = AIOKafkaConsumer(
        *names, bootstrap_servers=servers, isolation_level="read_uncommitted", enable_auto_commit=False
    )
    try:
        await consumer.start()
        found: dict[TopicPartition, int] = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    return found
