"""The control of the fault campaign: the same work without the hub's protection. It loses and repeats; never run it else.

Plain Faust (one event at a time, acknowledged also when the agent fails), a store that remembers no inbox, and a relay
that goes by its own mark alone, without transaction and watermark. ``python -m streams.unprotected worker|relay``.
"""

from __future__ import annotations

import os

os.environ.setdefault("FAUST_LOOP", "uvloop")

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import faust
import uvloop
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # ships no types

from hub import faults
from hub.adapters.embedded.ready import announce
from hub.adapters.postgres import PostgresStore
from hub.bootstrap import open_hub, open_store
from hub.ports import InboxRow, UnitOfWork
from hub.service.hub import HubService
from hub.settings import Settings
from schemas.record import Record
from schemas.topics import INBOUND_TOPICS
from streams.app import HEARTBEAT_S, SESSION_TIMEOUT_S
from streams.relay_step import BATCH

LOOK_S = 0.1


class _Forgetful:
    """A store whose units of work remember nothing of what was read, and take any event for new."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        async with self._store.begin() as unit:
            unit.seen = _nothing  # type: ignore[method-assign]  # that is the point
            unit.receive = lambda row: None  # type: ignore[method-assign]  # likewise
            yield unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def _nothing(events: Sequence[tuple[str, str]]) -> dict[tuple[str, str], InboxRow]:
    return {}


async def worker(settings: Settings, name: str) -> None:
    """Faust as its documentation shows it."""
    async with open_hub(settings) as hub:
        service = HubService(_Forgetful(hub.store), hub.service._keys, hub.service._calendar, settings)
        app = faust.App(
            settings.app_id,
            broker=f"aiokafka://{settings.kafka}",
            consumer_auto_offset_reset="earliest",
            consumer_group_instance_id=f"{settings.app_id}-{settings.worker_index}",
            broker_session_timeout=SESSION_TIMEOUT_S,
            broker_heartbeat_interval=HEARTBEAT_S,
            topic_disable_leader=True,
            topic_allow_declare=False,
            web_enabled=False,
            datadir=settings.data / "faust",
        )
        names = [settings.topic_prefix + topic for topic in INBOUND_TOPICS]

        async def agent(stream: Any) -> None:
            async for event in stream.events():
                message = event.message
                value = message.value
                await service.receive([Record(message.topic, message.partition, message.offset, None, value, (), 0)])

        app.agent(app.topic(*names, key_serializer="raw", value_serializer="raw"), name=f"{settings.app_id}-plain")(
            agent
        )
        settings.data.mkdir(parents=True, exist_ok=True)
        await app.start()
        announce(name)
        await app.wait_until_stopped()


async def relay(settings: Settings, name: str) -> None:
    """Publish what is behind the mark, then move the mark."""
    async with open_store(settings) as store:
        producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all")
        await producer.start()
        announce(name)
        at = await store.published()
        while True:
            await store.seal(BATCH)
            batch = await store.unpublished(at, BATCH)
            entries = [one.entry for one in batch if one.entry.kind == "out" and one.entry.topic]
            for entry in entries:
                key = entry.key.encode() if entry.key else None
                await producer.send(f"{settings.topic_prefix}{entry.topic}", entry.body, key)
            await producer.flush()
            faults.reached(faults.BEFORE_KAFKA_COMMIT)
            if not batch:
                await asyncio.sleep(LOOK_S)
                continue
            at = batch[-1].position
            faults.reached(faults.BEFORE_MARK)
            await store.mark_published(at)


def main() -> None:
    """One role in this process."""
    parser = argparse.ArgumentParser(prog="python -m streams.unprotected")
    parser.add_argument("role", choices=("worker", "relay"))
    parser.add_argument("--name", required=True)
    asked = parser.parse_args()
    role = {"worker": worker, "relay": relay}[asked.role]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(role(Settings(), asked.name))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(1)
