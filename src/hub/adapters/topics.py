"""Making topics. Brokers do not make them by themselves: each has settings that guarantees rest on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import admin as _admin
from confluent_kafka.admin import AdminClient

from hub.domain.registry import Source
from hub.errors import InvariantError, TransientError
from hub.settings import Settings
from schemas import topics

WITHIN_S = 30.0
FOR_EVER = "-1"
HOUR_MS = 3_600_000
LARGEST_MESSAGE = str(8 * 1024 * 1024)
_REFUSALS = frozenset({
    KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED, KafkaError.POLICY_VIOLATION,
    KafkaError.INVALID_CONFIG, KafkaError.INVALID_REPLICATION_FACTOR, KafkaError.INVALID_PARTITIONS,
    KafkaError.TOPIC_EXCEPTION,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be made; ``name`` is the contract's, without prefix. One that exists stays as it is."""

    name: str
    partitions: int = 1
    config: Mapping[str, str] = field(default_factory=dict)


def spec_of(settings: Settings, name: str) -> TopicSpec:
    """The one way in which the topic ``name`` of the contract is made, whoever makes it.

    What was sent in is kept for a short time; what the hub says is kept for ever, as a reader may come late; alerts as
    long as the broker keeps things by itself.
    """
    partitions = settings.partitions if name in topics.INBOUND_TOPICS else 1
    if name in topics.COMPACTED:
        return TopicSpec(name, partitions, {"cleanup.policy": "compact"})
    if name in topics.INBOUND_TOPICS:
        return TopicSpec(name, partitions, {"retention.ms": str(settings.inbound_retention_hours * HOUR_MS)})
    return TopicSpec(name) if name == topics.ALERTS else _kept(name)


def _kept(name: str) -> TopicSpec:
    return TopicSpec(name, config={"retention.ms": FOR_EVER})


def common_topics(settings: Settings) -> list[TopicSpec]:
    """Inbound topics, their dead-letter topics, alerts and the watermark."""
    set_aside = [name + topics.DLQ_SUFFIX for name in topics.INBOUND_TOPICS]
    return [spec_of(settings, name) for name in (topics.ALERTS, topics.WATERMARK, *topics.INBOUND_TOPICS, *set_aside)]


def own_topics(source: Source) -> list[TopicSpec]:
    """What a source reads: its tasks, clarifications and receipts."""
    names = (topics.tasks(source.code), topics.clarifications(source.code), topics.receipts(source.code))
    return [_kept(name) for name in names]


async def make_topics(settings: Settings, wanted: Iterable[TopicSpec]) -> list[str]:
    """Make those that are missing; returns their names on the broker. Idempotent.

    Raises TransientError where Kafka does not answer, InvariantError where it refuses (rights, settings).
    """
    return await asyncio.to_thread(_make, settings, list(wanted))


async def topic_names(settings: Settings) -> set[str]:
    """Names on the broker. Raises TransientError where Kafka does not answer."""
    return await asyncio.to_thread(lambda: _names(client(settings)))


def client(settings: Settings) -> AdminClient:
    """An administration client; connects at its first call."""
    return AdminClient({"bootstrap.servers": settings.kafka, "socket.timeout.ms": 10_000, "log_level": 0})


def _names(admin: AdminClient) -> set[str]:
    try:
        return set(admin.list_topics(timeout=WITHIN_S).topics)
    except KafkaException as error:
        raise TransientError("asking Kafka for its topics: no answer", hint="is Kafka up? see hub status") from error


def _make(settings: Settings, wanted: list[TopicSpec]) -> list[str]:
    admin = client(settings)
    there = _names(admin)
    missing = {settings.topic_prefix + spec.name: spec for spec in wanted}
    missing = {name: spec for name, spec in missing.items() if name not in there}
    if missing:
        new = [_new_topic(settings, name, spec) for name, spec in missing.items()]
        for name, made in admin.create_topics(new, operation_timeout=WITHIN_S).items():
            _finish(name, made)
    return sorted(missing)


def _new_topic(settings: Settings, name: str, spec: TopicSpec) -> Any:
    config = {"max.message.bytes": LARGEST_MESSAGE, **spec.config}
    kafka: Any = _admin  # its stubs re-export nothing
    return kafka.NewTopic(name, spec.partitions, settings.replication, config=config)


def _finish(name: str, made: Any) -> None:
    """Somebody else making the topic at the same moment is as good as making it."""
    try:
        made.result(WITHIN_S)
    except TimeoutError as error:
        raise TransientError(f"making the topic {name}: no answer", hint="is Kafka up? see hub status") from error
    except KafkaException as error:
        why = error.args[0]
        if why.code() in _REFUSALS:
            raise InvariantError(f"making the topic {name}: {why.str()}", hint="check the broker's rights") from error
        if why.code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise TransientError(f"making the topic {name}: {why.str()}") from error
