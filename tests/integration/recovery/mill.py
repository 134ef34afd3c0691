"""A hub whose parts a test drives by hand: what is sent, what a worker reads or loses, what the relay publishes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition  # type: ignore[import-untyped]  # no stubs

from hub.adapters.outputs import KafkaOutputs
from hub.adapters.postgres import PostgresStore
from hub.adapters.topics import own_topics
from hub.bootstrap import Hub
from hub.cli.envelopes import event_of
from hub.cli.sender import by_kafka
from hub.domain.registry import Registry, Source
from hub.errors import TransientError
from hub.ports import Position
from hub.sample.story import Step, story
from hub.settings import Settings
from schemas.codec import Event
from schemas.record import Record
from schemas.topics import INBOUND_TOPICS
from streams.relay import run_relay

TODAY = date(2026, 3, 2)
SOON_S = 60.0
Loses = Callable[[Record], bool]


def steps() -> list[Step]:
    """What the sample story's bodies send, in order."""
    return [step for act in story(TODAY) for step in act.steps]


class Mill:
    """``hub``: open on a prepared database with the sample world."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    @property
    def settings(self) -> Settings:
        return self.hub.settings

    @property
    def store(self) -> PostgresStore:
        return self.hub.store

    async def send(self, wanted: Sequence[Step]) -> None:
        """In order, over Kafka, whatever way the story has."""
        registry = await self.store.registry()
        for step in wanted:
            source = registry.sources[step.by]
            line = {"type": step.type, "id": step.id, "data": step.data}
            await self.send_event(event_of(line, source, self.settings.data), source)

    async def send_patiently(self, wanted: Sequence[Step], registry: Registry) -> None:
        """As a source does whose answer was "send again": the same events, until they are taken. Asks no database."""
        for step in wanted:
            source = registry.sources[step.by]
            event = event_of({"type": step.type, "id": step.id, "data": step.data}, source, self.settings.data)
            while True:
                try:
                    await self.send_event(event, source)
                    break
                except TransientError:
                    continue

    async def send_event(self, event: Event, source: Source) -> None:
        """As this source, whoever knows it."""
        await by_kafka(self.settings, source, [event])

    async def work(self, loses: Loses = lambda _: False) -> list[Position]:
        """As a worker would, but for the records it loses: those are committed and nobody handled them."""
        lost: list[Position] = []
        consumer = self._consumer(self.settings.app_id)
        await consumer.start()
        places = [TopicPartition(name, p) for name in self._inbound() for p in range(self.settings.partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[Record] = []
        for place in places:
            start = await consumer.committed(place) or 0
            consumer.seek(place, start)
            while await consumer.position(place) < ends[place]:
                for r in (r for r in await _next(consumer, place) if r.offset < ends[place]):
                    found.append(Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp))
        for record in sorted(found, key=lambda one: one.timestamp_ms):
            if loses(record):
                lost.append(Position(record.topic, record.partition, record.offset))
            else:
                await self.hub.service.receive([record])
        await consumer.commit({place: OffsetAndMetadata(end, "") for place, end in ends.items() if end})
        await consumer.stop()
        return lost

    async def publish(self) -> None:
        """A relay until everything is out."""
        stop = asyncio.Event()
        relay = asyncio.create_task(run_relay(self.settings, self.store, stop=stop))
        async with asyncio.timeout(SOON_S):
            while not relay.done() and not await self._all_out():  # noqa: ASYNC110 - another part's doing
                await asyncio.sleep(0.05)
        stop.set()
        await asyncio.wait_for(relay, SOON_S)

    async def _all_out(self) -> bool:
        head, _ = await self.store.sealed()
        return not await self.store.unsealed() and await self.store.published() == head

    async def outputs(self) -> list[dict[str, Any]]:
        """What a read_committed reader of every output topic sees."""
        registry = await self.store.registry()
        names = [spec.name for source in registry.sources.values() for spec in own_topics(source)]
        return [orjson.loads(value) async for _, value in KafkaOutputs(self.settings).once(names)]

    async def said(self) -> Counter[str]:
        """Ids of the ledger's outbound lines."""
        return Counter(one.id for _, one in await self.store.ledger(limit=100_000) if one.kind == "out" and one.to)

    def _consumer(self, group: str | None) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka,
            group_id=group,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
        )

    def _inbound(self) -> list[str]:
        return [self.settings.topic_prefix + name for name in INBOUND_TOPICS]


async def _next(consumer: AIOKafkaConsumer, place: TopicPartition) -> list[Any]:
    return list((await consumer.getmany(place, timeout_ms=300)).get(place, ()))
