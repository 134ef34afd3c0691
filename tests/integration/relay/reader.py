"""What a reader of a topic sees, read_committed, from the first message to the last committed one."""

from __future__ import annotations

from time import monotonic

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import UnknownTopicOrPartitionError  # type: ignore[import-untyped]  # ships no types

from hub.adapters.outputs import log_ends

Message = tuple[bytes | None, bytes]
PATIENCE_S = 5.0
"""For the mark of a transaction that is committed already; one that was left open holds nobody up."""


async def read_all(servers: str, topic: str) -> list[Message]:
    """Key and value of every message of partition 0 (the relay makes topics of one partition); none without a topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, isolation_level="read_committed", enable_auto_commit=False)
    await consumer.start()
    try:
        if topic not in await consumer.topics():
            return []
        place = TopicPartition(topic, 0)
        return await _read(consumer, place, (await log_ends(servers, [place]))[place])
    except UnknownTopicOrPartitionError:
        return []
    finally:
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, place: TopicPartition, end: int) -> list[Message]:
    consumer.assign([place])
    consumer.seek(place, 0)
    found: list[Message] = []
    heard = monotonic()
    while await consumer.position(place) < end and monotonic() - heard < PATIENCE_S:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            found += [(record.key, record.value) for record in records]
            heard = monotonic()
    return found
