"""What a reader of a topic sees, read_committed, from the first message to the last committed one."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import UnknownTopicOrPartitionError  # type: ignore[import-untyped]  # ships no types

Message = tuple[bytes | None, bytes]


async def read_all(servers: str, topic: str) -> list[Message]:
    """Key and value of every message of partition 0 (the relay makes topics of one partition); none without a topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, isolation_level="read_committed", enable_auto_commit=False)
    await consumer.start()
    try:
        return await _read(consumer, TopicPartition(topic, 0)) if topic in await consumer.topics() else []
    except UnknownTopicOrPartitionError:
        return []
    finally:
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, place: TopicPartition) -> list[Message]:
    consumer.assign([place])
    end = (await consumer.end_offsets([place]))[place]
    consumer.seek(place, 0)
    found: list[Message] = []
    while await consumer.position(place) < end:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            found += [(record.key, record.value) for record in records]
    return found
