"""The hub's own service for the whole pipeline: a roster loaded once, copied as a database for every run."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # no stubs
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]  # no stubs
from rich.console import Console
from rich.table import Table

from bench.streams.broker import running
from bench.streams.pipeline import RUNS, compare
from bench.streams.work import PARTITIONS
from hub.adapters.clock import SHANGHAI
from hub.bootstrap import open_hub, open_store, prepare
from hub.chaos.history import History, Kind
from hub.chaos.people import roster_records
from hub.policy.loader import shipped
from hub.service import roster_load
from hub.settings import Settings
from streams.handler import BatchHandler

PROMISED = 0.8  # the worker is at least so fast as the same call in a loop by hand, times this
FULL, HAND = RUNS
MIX: Sequence[Kind] = ("S1",)
"""Findings that are taken, matched by number, corroborated and followed up: the whole way for each."""


async def _sql(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


class Copies:
    """Handlers over copies of one database."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server, _, self._template = settings.postgres.rpartition("/")

    @asynccontextmanager
    async def __call__(self, fresh: Settings) -> AsyncIterator[BatchHandler]:
        """A handler over an own copy; the copy is dropped afterwards."""
        name = f"copy_{uuid.uuid4().hex[:8]}"
        maintenance = f"{self._server}/postgres"
        await _sql(maintenance, f'create database "{name}" template "{self._template}"')
        own = self._settings.model_copy(update={"postgres": f"{self._server}/{name}"})
        await _sql(own.postgres, "analyze")
        try:
            async with open_hub(own) as hub:
                yield hub.service
        finally:
            await _sql(maintenance, f'drop database "{name}" with (force)')


async def _filled(settings: Settings, history: History, number: int) -> str:
    """A topic with ``number`` signed findings; its name."""
    topic = f"bench-{uuid.uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, linger_ms=20, max_batch_size=1 << 18)
    await producer.start()
    for told in history.findings(number, mix=MIX):
        await producer.send(topic, told.value, told.key.encode())
    await producer.stop()
    return topic


async def measure(settings: Settings, number: int, cadres: int, rounds: int) -> dict[str, list[float]]:
    """Findings a second, by way of reading."""
    await prepare(settings, sample=True)
    async with open_store(settings) as store:
        await roster_load.load(store, roster_records(cadres))
        registry = await store.registry()
    history = History(registry, settings.data, shipped(), datetime.now(SHANGHAI).date())
    topic = await _filled(settings, history, number)
    return await compare(settings, Copies(settings), topic, number, rounds=rounds)


def show(rates: dict[str, list[float]], cadres: int, console: Console) -> None:
    """Medians, rounds and the ratio that is promised."""
    title = f"the whole pipeline, one worker, roster of {cadres:,}"
    table = Table("consumer", "findings/s", "rounds", title=title)
    for name, found in rates.items():
        table.add_row(name, f"{statistics.median(found):,.0f}", " ".join(f"{rate:,.0f}" for rate in found))
    console.print(table)
    ratio = statistics.median(ours / theirs for ours, theirs in zip(rates[FULL], rates[HAND], strict=True))
    verdict = "as promised" if ratio >= PROMISED else "LESS THAN PROMISED"
    console.print(f"worker / by hand: {ratio:.2f} x ({verdict}: at least {PROMISED} x)")


def main(arguments: list[str] | None = None) -> int:
    """``python -m bench.streams.hub``: on a stack of its own in a temporary folder."""
    parser = argparse.ArgumentParser(prog="bench.streams.hub", description=__doc__)
    parser.add_argument("--findings", type=int, default=5_000)
    parser.add_argument("--cadres", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-hub-") as folder, running(Settings(data=Path(folder))) as settings:
        rates: dict[str, Any] = asyncio.run(measure(settings, chosen.findings, chosen.cadres, chosen.rounds))
    show(rates, chosen.cadres, Console())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
