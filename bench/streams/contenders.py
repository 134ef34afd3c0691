"""The contenders. Each reads the whole topic once in a process of its own and prints its seconds."""

from __future__ import annotations

import os

os.environ.setdefault("FAUST_LOOP", "uvloop")

import asyncio
import json
import sys
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer  # type: ignore[import-untyped]  # no stubs

from bench.streams.work import BatchWork, Desk
from hub.settings import Settings
from schemas.record import Record
from streams.app import build_app
from streams.batching import BATCH_SIZE

Contender = Callable[[str, str, str, Desk], Awaitable[None]]


async def faust_default(kafka: str, source: str, out: str, desk: Desk) -> None:
    """Faust as its documentation shows it: one event at a time, ``topic.send`` for each, acknowledged one by one."""
    app = faust.App(
        f"bench-{uuid.uuid4().hex}",
        broker=f"aiokafka://{kafka}",
        consumer_auto_offset_reset="earliest",
        producer_linger=0.005,  # it gains by this: it waits for no message; the others wait for each batch and would lose
        topic_disable_leader=True,
        web_enabled=False,
        datadir=tempfile.mkdtemp(prefix="bench-"),
    )
    outgoing = app.topic(out, key_serializer="raw", value_serializer="raw")

    async def agent(stream: faust.StreamT[bytes]) -> None:
        async for value in stream:
            if made := desk.work(value):
                sent = await outgoing.send(key=made[0], value=made[1])
                if len(desk.seen) == desk.expected:
                    await sent
                    desk.finished()

    app.agent(app.topic(source, key_serializer="raw", value_serializer="raw"), name="bench")(agent)
    await app.start()
    await desk.done.wait()
    await app.stop()


async def faust_batches(kafka: str, source: str, out: str, desk: Desk) -> None:
    """The hub's own app: :mod:`streams.app` as the worker runs it, with this work in place of the service."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    work = BatchWork(desk, producer, out)

    class Handler:
        async def receive(self, records: Sequence[Record]) -> None:
            await work.do(record.value for record in records if record.value)

        async def poison(self, record: Record, error: BaseException) -> None:
            raise error

    settings = Settings(app_id=f"bench-{uuid.uuid4().hex}", kafka=kafka, data=Path(tempfile.mkdtemp(prefix="bench-")))
    app = build_app(settings, Handler(), {"in": source}, families={"bench": ("in",)})
    await app.start()
    await desk.done.wait()
    await app.stop()
    await producer.stop()


async def by_hand(kafka: str, source: str, out: str, desk: Desk) -> None:
    """The shortest loop that keeps at-least-once: fetch, work, commit once a second."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    consumer = AIOKafkaConsumer(
        source,
        bootstrap_servers=kafka,
        group_id=f"bench-{uuid.uuid4().hex}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    await producer.start()
    await consumer.start()
    work = BatchWork(desk, producer, out)
    committed_at = monotonic()
    while not desk.done.is_set():
        for records in (await consumer.getmany(timeout_ms=1000, max_records=BATCH_SIZE)).values():
            await work.do(record.value for record in records)
        if monotonic() - committed_at > 1.0:
            await consumer.commit()
            committed_at = monotonic()
    await consumer.commit()
    await consumer.stop()
    await producer.stop()


CONTENDERS: dict[str, Contender] = {
    "Faust, one event at a time": faust_default,
    "Faust with batch delivery": faust_batches,
    "aiokafka by hand": by_hand,
}


async def measure(name: str, kafka: str, source: str, out: str, expected: int) -> float:
    desk = Desk(expected)
    await asyncio.wait_for(CONTENDERS[name](kafka, source, out, desk), 300)
    return desk.seconds


if __name__ == "__main__":
    name, kafka, source, out, expected = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(name, kafka, source, out, int(expected)))), flush=True)
    os._exit(0)
