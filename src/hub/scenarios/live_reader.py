"""Reads what a hub published as its recipients do: from their topics, committed transactions alone."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]  # ships no types

from hub.adapters.kafka.watermark import Watermark
from hub.scenarios.outputs import Output
from schemas.topics import ALERTS, DLQ_SUFFIX, INBOUND_TOPICS, WATERMARK

FETCH_MS = 100
TO_READERS = ("tasks-", "clarifications-", "receipts-")


class Reader:
    """One consumer without a group for one hub. Positions are kept here: topics come while it reads."""

    def __init__(self, servers: str, prefix: str) -> None:
        self._prefix = prefix
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=servers, isolation_level="read_committed", group_id=None, enable_auto_commit=False,
            fetch_max_wait_ms=FETCH_MS,
        )  # fmt: skip
        self._inbound = [TopicPartition(prefix + name, 0) for name in INBOUND_TOPICS]
        self._at: dict[TopicPartition, int] = {}
        self.count = 0
        """How many messages were read."""
        self.alerts = 0
        """Up to which position of the ledger alerts were published ahead of all else, as the relay's watermark says."""

    async def start(self) -> Self:
        """Connect."""
        await self._consumer.start()
        self._assign()
        return self

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def sent(self) -> dict[str, int]:
        """Inbound topic → where it ends now."""
        return {place.topic: end for place, end in (await self._consumer.end_offsets(self._inbound)).items()}

    async def fresh(self) -> list[Output]:
        """What was published since the last call, topic by topic."""
        await self._look_for_topics()
        ends = await self._consumer.end_offsets(list(self._at)) if self._at else {}
        behind = {place: end for place, end in ends.items() if self._at[place] < end}
        found: dict[TopicPartition, list[Output]] = {place: [] for place in sorted(behind)}
        while behind:
            for place, records in (await self._consumer.getmany(*behind, timeout_ms=FETCH_MS)).items():
                taken = (self._taken(place, record.value) for record in records)
                found[place] += [one for one in taken if one is not None]
            for place in list(behind):
                self._at[place] = await self._consumer.position(place)
                if self._at[place] >= behind[place]:
                    del behind[place]
        return [one for several in found.values() for one in several]

    async def _look_for_topics(self) -> None:
        fresh = [
            TopicPartition(topic, 0)
            for topic in await self._consumer.topics()
            if topic.startswith(self._prefix) and _is_read(topic.removeprefix(self._prefix))
        ]
        if fresh := [place for place in fresh if place not in self._at]:
            self._at.update(dict.fromkeys(fresh, 0))
            self._assign()

    def _assign(self) -> None:
        """Everything at once, always: aiokafka forgets where topics lie that are not assigned."""
        self._consumer.assign([*self._inbound, *self._at])
        self._consumer.pause(*self._inbound)
        for place, at in self._at.items():
            self._consumer.seek(place, at)

    def _taken(self, place: TopicPartition, value: bytes) -> Output | None:
        name = place.topic.removeprefix(self._prefix)
        if name == WATERMARK:
            self.alerts = max(self.alerts, Watermark.decoded(value).alerts)
            return None
        self.count += 1
        event = orjson.loads(value)
        organ = name.partition("-")[2] if name.startswith(TO_READERS) else event["data"].get("to")
        return Output.of(event, datetime.fromisoformat(event["time"]), organ)


def _is_read(name: str) -> bool:
    return name.startswith(TO_READERS) or name in (ALERTS, WATERMARK) or name.endswith(DLQ_SUFFIX)
