"""Reading what the hub published, as any reader outside does: read_committed, no consumer group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types

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
        """The same up to what was there at the call. Raises TransientError."""
        async for found in self._read(topics, follow=False):
            yield found

    async def _read(self, topics: Sequence[str], *, follow: bool) -> AsyncIterator[tuple[str, bytes]]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka,
            isolation_level="read_committed",
            enable_auto_commit=False,
            group_id=None,
            fetch_max_wait_ms=POLL_MS,
        )
        try:
            await consumer.start()
            async for found in self._messages(consumer, topics, follow=follow):
                yield found
        except (KafkaError, OSError) as error:
            raise TransientError(
                f"reading from Kafka: {type(error).__name__}", hint="is Kafka up? see hub status"
            ) from error
        finally:
            await consumer.stop()

    async def _messages(
        self, consumer: AIOKafkaConsumer, topics: Sequence[str], *, follow: bool
    ) -> AsyncIterator[tuple[str, bytes]]:
        prefix = self._settings.topic_prefix
        there = await consumer.topics()
        wanted = [prefix + topic for topic in topics if prefix + topic in there]
        places = [
            TopicPartition(topic, number) for topic in wanted for number in consumer.partitions_for_topic(topic) or ()
        ]
        if not places:
            return
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, 0)  # not seek_to_beginning: right after assign it can land at the end
        quiet_since = asyncio.get_running_loop().time()
        while follow or not await self._reached(consumer, ends, quiet_since):
            for place, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                quiet_since = asyncio.get_running_loop().time()
                for record in records:
                    if record.value is not None and (follow or record.offset < ends[place]):
                        yield place.topic.removeprefix(prefix), record.value

    async def _reached(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int], quiet_since: float) -> bool:
        """Whether every partition is read up to its end as it was; a transaction left open holds nobody up for ever."""
        if asyncio.get_running_loop().time() - quiet_since > PATIENCE_S:
            return True
        behind = [place for place, end in ends.items() if end and await consumer.position(place) < end]
        return not behind
