"""How far the relay has published, kept in Kafka itself and written in the same transaction as what it published."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types

from hub.errors import InvariantError, TransientError


@dataclass(frozen=True, slots=True)
class Watermark:
    """Everything up to ``position`` of the chain is in Kafka; ``hash`` (hex) is the chain's there.

    ``alerts``: alerts are in Kafka up to this position, which runs ahead while the publication of all else is stopped.
    """

    position: int
    hash: str
    alerts: int = 0

    def encoded(self) -> bytes:
        """JSON."""
        return json.dumps({"position": self.position, "hash": self.hash, "alerts": self.alerts}).encode()

    @classmethod
    def decoded(cls, value: bytes) -> Watermark:
        """From JSON. Raises InvariantError where it is none: publishing on a guess could publish twice."""
        try:
            data = json.loads(value)
            return cls(int(data["position"]), str(data["hash"]), int(data.get("alerts", 0)))
        except (ValueError, KeyError, TypeError) as error:
            raise InvariantError(
                "the watermark in Kafka cannot be read", hint="who else writes to that topic?"
            ) from error


async def read_watermark(servers: str, topic: str, shard: int) -> Watermark | None:
    """The last committed watermark of a shard, None where there is none. Reads the whole (compacted) topic.

    Call it only after the shard's transactional producer was initialised: from then on no older one can add to it.
    Raises TransientError where the broker does not answer.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers, isolation_level="read_committed", enable_auto_commit=False, group_id=None
    )
    try:
        await consumer.start()
        await asyncio.sleep(0)  # a consumer stopped before its tasks ran once raises CancelledError
        return await _last(consumer, TopicPartition(topic, 0), str(shard).encode())
    except (KafkaError, OSError) as error:
        raise TransientError(f"reading the watermark: {type(error).__name__}") from error
    finally:
        await consumer.stop()


async def _last(consumer: AIOKafkaConsumer, place: TopicPartition, key: bytes) -> Watermark | None:
    consumer.assign([place])
    end = (await consumer.end_offsets([place]))[place]
    consumer.seek(place, 0)  # not seek_to_beginning: right after assign it can land at the end
    found: bytes | None = None
    while await consumer.position(place) < end:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                found = record.value if record.key == key else found
    return Watermark.decoded(found) if found is not None else None
