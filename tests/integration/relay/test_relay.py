"""The relay over real Kafka and Postgres: everything once, in order, whoever is killed where."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import pytest
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # ships no types

from hub.adapters.clock import SHANGHAI
from hub.adapters.kafka.publisher import FencedError, Publisher
from hub.adapters.kafka.watermark import Watermark, read_watermark
from hub.adapters.postgres import PostgresStore
from hub.errors import InvariantError
from hub.ports import LedgerEntry
from hub.settings import Settings
from schemas.topics import ALERTS, WATERMARK
from streams.relay import HALT_KEY, run_relay
from tests.integration.relay.reader import read_all

pytestmark = pytest.mark.stack

TASKS = "tasks-org-M"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
SOON_S = 30


def entry(number: int, topic: str | None = TASKS) -> LedgerEntry:
    key = f"c{number % 7}"
    return LedgerEntry(
        f"e{number}", "out" if topic else "in", "task.proposed", b"%d" % number, AT, None, "org-M", topic, key
    )


async def append(store: PostgresStore, entries: Iterable[LedgerEntry]) -> None:
    async with store.begin() as unit:
        for one in entries:
            unit.append(one)


@asynccontextmanager
async def relay(settings: Settings, store: PostgresStore) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_relay(settings, store, stop=stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, SOON_S)


async def until(what: Callable[[], object], task: asyncio.Task[None] | None = None) -> None:
    """Wait until a coroutine function says yes; a relay that fails meanwhile fails the test."""
    async with asyncio.timeout(SOON_S):
        while not await what():  # type: ignore[misc]  # a coroutine
            if task is not None and task.done():
                task.result()
            await asyncio.sleep(0.02)


async def until_published(store: PostgresStore, position: int, task: asyncio.Task[None] | None = None) -> None:
    async def reached() -> bool:
        return await store.published() >= position

    await until(reached, task)


async def test_everything_goes_out_once_in_order_per_key(settings: Settings, store: PostgresStore) -> None:
    await append(store, [entry(0, None), *(entry(n) for n in range(1, 1500)), entry(1500, "receipts-audit-M")])
    async with relay(settings, store) as task:
        await until_published(store, 1501, task)
        await append(store, [entry(n) for n in range(1501, 1600)])
        await until_published(store, 1600, task)
    got = await read_all(settings.kafka, settings.topic_prefix + TASKS)
    assert [value for _, value in got] == [b"%d" % n for n in range(1, 1600) if n != 1500]
    assert all(key == f"c{int(value) % 7}".encode() for key, value in got)
    assert [value for _, value in await read_all(settings.kafka, settings.topic_prefix + "receipts-audit-M")] == [
        b"1500"
    ]
    assert await store.verify() is None


@pytest.mark.chaos
@pytest.mark.parametrize("point", ["committed", "sent"])
async def test_killed_at_a_point_nothing_is_lost_and_nothing_twice(
    settings: Settings, store: PostgresStore, point: str
) -> None:
    await append(store, [entry(n) for n in range(2500)])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.relay.doomed", point, env={**os.environ, **environment(settings)}
    )
    async with asyncio.timeout(SOON_S):
        assert await process.wait() == -signal.SIGKILL
    assert await store.published() == 0
    async with relay(settings, store) as task:
        await until_published(store, 2500, task)
    got = await read_all(settings.kafka, settings.topic_prefix + TASKS)
    assert [value for _, value in got] == [b"%d" % n for n in range(2500)]


def environment(settings: Settings) -> dict[str, str]:
    names = ("postgres", "kafka", "schema_name", "topic_prefix", "app_id")
    return {f"HUB_{name.upper()}": str(getattr(settings, name)) for name in names}


async def test_of_two_relays_one_works_and_the_other_takes_over(settings: Settings, store: PostgresStore) -> None:
    stop_first, stop_second = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(run_relay(settings, store, stop=stop_first))
    await append(store, [entry(n) for n in range(100)])
    await until_published(store, 100, first)
    async with PostgresStore.open(settings.postgres, settings.schema_name) as other:
        second = asyncio.create_task(run_relay(settings, other, stop=stop_second))
        await append(store, [entry(n) for n in range(100, 200)])
        await until_published(store, 200, first)
        stop_first.set()
        await asyncio.wait_for(first, SOON_S)
        await append(store, [entry(n) for n in range(200, 300)])
        await until_published(store, 300, second)
        stop_second.set()
        await asyncio.wait_for(second, SOON_S)
    got = await read_all(settings.kafka, settings.topic_prefix + TASKS)
    assert [value for _, value in got] == [b"%d" % n for n in range(300)]


class OneByOne(AIOKafkaProducer):  # type: ignore[misc]  # ships no types
    """Gives a message up only when the one before it was answered: an error is met in the middle of a transaction."""

    before: asyncio.Future[object] | None = None

    async def send(self, *args: object, **named: object) -> asyncio.Future[object]:
        if self.before is not None:
            await asyncio.wait([self.before])
        self.before = await super().send(*args, **named)
        return self.before


@pytest.mark.parametrize("kind", [AIOKafkaProducer, OneByOne])
async def test_a_zombie_cannot_publish_after_its_successor_began(
    settings: Settings, store: PostgresStore, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.adapters.kafka.publisher.AIOKafkaProducer", kind)
    await append(store, [entry(0)])
    async with relay(settings, store) as task:
        await until_published(store, 1, task)
    name, topic = f"{settings.topic_prefix}{settings.app_id}-relay-0", settings.topic_prefix + WATERMARK
    async with (
        Publisher(settings.kafka, name, topic, settings.topic_prefix) as zombie,
        Publisher(settings.kafka, name, topic, settings.topic_prefix) as successor,
    ):
        with pytest.raises(FencedError):
            await zombie.publish(0, [entry(1)], Watermark(2, "zombie"))
        await successor.publish(0, [entry(2)], Watermark(3, "ab"))
    assert await read_watermark(settings.kafka, topic, 0) == Watermark(3, "ab")
    got = await read_all(settings.kafka, settings.topic_prefix + TASKS)
    assert [value for _, value in got] == [b"0", b"2"]


async def test_a_lost_watermark_stops_the_relay(settings: Settings, store: PostgresStore) -> None:
    await append(store, [entry(n) for n in range(3)])
    await store.seal(10)
    await store.mark_published(3)
    with pytest.raises(InvariantError, match="no watermark"):
        await asyncio.wait_for(run_relay(settings, store), SOON_S)
    with suppress(Exception):
        assert await read_all(settings.kafka, settings.topic_prefix + TASKS) == []


async def test_a_ledger_from_an_older_backup_stops_the_relay(settings: Settings, store: PostgresStore) -> None:
    await append(store, [entry(n) for n in range(3)])
    async with relay(settings, store) as task:
        await until_published(store, 3, task)
    await store.pool.execute("delete from seal where position = 3")
    await store.pool.execute("update meta set value = 2 where name = 'published'")
    with pytest.raises(InvariantError, match="watermark 3"):
        await asyncio.wait_for(run_relay(settings, store), SOON_S)


async def test_while_halted_alerts_alone_go_out_and_the_rest_follows_once(
    settings: Settings, store: PostgresStore
) -> None:
    async with store.begin() as unit:
        unit.put(HALT_KEY, json.dumps({"reason": "verification"}).encode())
    await append(store, [entry(0), entry(1, ALERTS), entry(2), entry(3, ALERTS)])
    alerts, tasks = settings.topic_prefix + ALERTS, settings.topic_prefix + TASKS
    async with relay(settings, store) as task:

        async def told() -> bool:
            return len(await read_all(settings.kafka, alerts)) == 2

        await until(told, task)
        assert await store.published() == 0
        assert await read_all(settings.kafka, tasks) == []
        await append(store, [entry(4)])
        async with store.begin() as unit:
            unit.put(HALT_KEY, None)
        await until_published(store, 5, task)
        await append(store, [entry(5, ALERTS)])
        await until_published(store, 6, task)
    assert [value for _, value in await read_all(settings.kafka, tasks)] == [b"0", b"2", b"4"]
    assert [value for _, value in await read_all(settings.kafka, alerts)] == [b"1", b"3", b"5"]


async def test_a_lost_lock_is_taken_again(settings: Settings, store: PostgresStore) -> None:
    async with relay(settings, store) as task:
        await append(store, [entry(0)])
        await until_published(store, 1, task)
        await store.pool.execute(
            "select pg_terminate_backend(l.pid, 5000) from pg_locks l join pg_stat_activity a using (pid)"
            " where l.locktype = 'advisory' and a.query like 'LISTEN%' or l.locktype = 'advisory' and a.query = 'select 1'"
        )
        await append(store, [entry(1)])
        await until_published(store, 2, task)
    assert [value for _, value in await read_all(settings.kafka, settings.topic_prefix + TASKS)] == [b"0", b"1"]
