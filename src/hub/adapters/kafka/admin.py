"""Making topics. Brokers do not make them by themselves: each has settings that guarantees rest on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from hub.errors import HubError, InvariantError, TransientError
from schemas.topics import ALERTS, COMPACTED, DLQ_SUFFIX, INBOUND_TOPICS, WATERMARK

_TIMEOUT_S = 15.0
_LIMIT_BYTES = 8 * 1024 * 1024
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be. ``retention_ms``: -1 keeps for ever; ``replicas``: -1 takes the broker's default."""

    name: str
    partitions: int = 1
    compacted: bool = False
    retention_ms: int = -1
    replicas: int = -1

    @property
    def config(self) -> dict[str, str]:
        """The broker's settings of the topic."""
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(_LIMIT_BYTES),
        }


def spec(topic: str, *, prefix: str = "", partitions: int = 1) -> TopicSpec:
    """The settings of a topic of the contract. ``partitions`` holds for inbound and for recipients' topics.

    Everything is kept for ever but alerts, which operations need for 90 days.
    """
    fixed = topic in (WATERMARK, ALERTS) or topic.endswith(DLQ_SUFFIX)
    retention = 90 * DAY_MS if topic == ALERTS else -1
    return TopicSpec(prefix + topic, 1 if fixed else partitions, topic in COMPACTED, retention)


def inbound_specs(*, prefix: str = "", partitions: int = 1) -> list[TopicSpec]:
    """All inbound topics, a dead-letter topic beside each, alerts and watermark."""
    names = [*INBOUND_TOPICS, *(name + DLQ_SUFFIX for name in INBOUND_TOPICS), ALERTS, WATERMARK]
    return [spec(name, prefix=prefix, partitions=partitions) for name in names]


async def ensure_topics(servers: str, specs: Iterable[TopicSpec]) -> set[str]:
    """Make those topics that are not there yet; returns their names. Existing ones stay as they are. Idempotent.

    Raises TransientError where the broker does not answer, InvariantError where it refuses (rights, settings).
    """
    wanted = list(specs)
    return await asyncio.to_thread(_create, servers, wanted) if wanted else set()


def _create(servers: str, specs: list[TopicSpec]) -> set[str]:
    admin = AdminClient({"bootstrap.servers": servers, "socket.timeout.ms": int(_TIMEOUT_S * 1000), "log_level": 0})
    topics = [
        NewTopic(one.name, num_partitions=one.partitions, replication_factor=one.replicas, config=one.config)
        for one in specs
    ]
    created: set[str] = set()
    for name, outcome in admin.create_topics(topics, operation_timeout=_TIMEOUT_S).items():
        try:
            outcome.result(_TIMEOUT_S * 2)
            created.add(name)
        except (KafkaException, TimeoutError) as error:
            _judge(name, error)
    return created


def _judge(name: str, error: Exception) -> None:
    cause = error.args[0] if error.args and isinstance(error.args[0], KafkaError) else None
    if cause is not None and cause.code() == KafkaError.TOPIC_ALREADY_EXISTS:
        return
    raise _failure(name, cause) from error


def _failure(name: str, cause: KafkaError | None) -> HubError:
    what = f"making topic {name}: {cause.str() if cause else 'no answer'}"
    if cause is None or cause.retriable() or cause.code() in (KafkaError._TIMED_OUT, KafkaError._TRANSPORT):
        return TransientError(what, hint="is Kafka up? see hub doctor")
    return InvariantError(what, hint="the hub's Kafka user needs the right to create topics and configure them")
