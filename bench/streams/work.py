"""The work that every contender does with a message: decode, drop duplicates, produce. And the messages themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from time import perf_counter
from typing import Any
from zlib import crc32

import orjson
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # no stubs

MESSAGE_BYTES = 350
PARTITIONS = 3


def message(number: int) -> bytes:
    """A finding's envelope, short, of exactly :data:`MESSAGE_BYTES`."""
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "type": "hub.finding.reported",
        "source": "urn:hub:body:audit-M",
        "id": f"{number:012d}",
        "time": "2026-03-02T09:00:00+08:00",
        "data": {"ref": f"A-{number:09d}", "revision": 1, "category": "ECONOMIC", "severity": "S1", "note": ""},
    }
    envelope["data"]["note"] = "x" * (MESSAGE_BYTES - len(orjson.dumps(envelope)))
    return orjson.dumps(envelope)


class Desk:
    """Decodes, drops what was seen, makes the outgoing message; and stops the time from the first to the last."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.done = asyncio.Event()
        self.seen: set[tuple[str, str]] = set()
        self._began_at = 0.0
        self.seconds = 0.0

    def work(self, value: bytes) -> tuple[bytes, bytes] | None:
        if not self.seen:
            self._began_at = perf_counter()
        event = orjson.loads(value)
        name = (event["source"], event["id"])
        if name in self.seen:
            return None
        self.seen.add(name)
        key: bytes = event["data"]["ref"].encode()
        return key, orjson.dumps({"cause": event["id"], "type": "hub.finding.accepted", "ref": event["data"]["ref"]})

    def finished(self) -> bool:
        """Call when outputs are acknowledged by the broker; true once all messages are."""
        if len(self.seen) < self.expected:
            return False
        self.seconds = perf_counter() - self._began_at
        self.done.set()
        return True


class BatchWork:
    """The same work for contenders that have many values at once: one produce per partition, then wait for all."""

    def __init__(self, desk: Desk, producer: AIOKafkaProducer, out: str) -> None:
        self._desk, self._producer, self._out = desk, producer, out

    async def do(self, values: Iterable[bytes]) -> None:
        parts: dict[int, list[tuple[bytes, bytes]]] = {number: [] for number in range(PARTITIONS)}
        for value in values:
            if made := self._desk.work(value):
                parts[crc32(made[0]) % PARTITIONS].append(made)
        await asyncio.gather(*[sent for number, made in parts.items() for sent in await self._send(number, made)])
        self._desk.finished()

    async def _send(self, partition: int, made: list[tuple[bytes, bytes]]) -> list[Any]:
        sent, batch = [], self._producer.create_batch()
        for key, value in made:
            if batch.append(key=key, value=value, timestamp=None) is None:
                sent.append(await self._producer.send_batch(batch, self._out, partition=partition))
                batch = self._producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        if batch.record_count():
            sent.append(await self._producer.send_batch(batch, self._out, partition=partition))
        return sent
