"""The whole pipeline: findings a second through the worker's own app, beside the same service call in a loop by hand.

Whoever puts the parts together gives a factory. It is entered anew for every run, with settings whose ``schema_name``
and ``app_id`` nobody used before (the inbox would otherwise drop everything as known): it migrates, loads the roster
and yields the handler that a worker would run. None of that is in the measured time.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from time import perf_counter

from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # no stubs

from hub.settings import Settings
from schemas.record import Record
from streams.app import COMMIT_EVERY_S, build_app
from streams.batching import BATCH_SIZE
from streams.handler import BatchHandler

HandlerFactory = Callable[[Settings], AbstractAsyncContextManager[BatchHandler]]
LIMIT_S = 1_800


class Timed:
    """A handler that counts what its inner one has committed, and the seconds from the first call to the last."""

    def __init__(self, inner: BatchHandler, expected: int) -> None:
        self._inner, self._expected, self._handled = inner, expected, 0
        self._began_at: float | None = None
        self.done = asyncio.Event()
        self.rate = 0.0

    async def receive(self, records: Sequence[Record]) -> None:
        self._began_at = self._began_at or perf_counter()
        await self._inner.receive(records)
        self._handled += len(records)
        if self._handled >= self._expected:
            self.rate = self._handled / (perf_counter() - self._began_at)
            self.done.set()

    async def poison(self, record: Record, error: BaseException) -> None:
        raise AssertionError(f"the measurement holds no poison: offset {record.offset}") from error


async def through_faust(settings: Settings, topic: str, timed: Timed) -> None:
    """The worker's app with one family of one topic."""
    app = build_app(settings, timed, {"in": topic}, families={"findings": ("in",)})
    await app.start()
    await asyncio.wait_for(timed.done.wait(), LIMIT_S)
    await app.stop()


async def by_hand(settings: Settings, topic: str, timed: Timed) -> None:
    """Fetch, one call, and a commit each second."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=settings.kafka,
        group_id=settings.app_id,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    await consumer.start()
    committed_at = perf_counter()
    while not timed.done.is_set():
        for taken in (await consumer.getmany(timeout_ms=1000, max_records=BATCH_SIZE)).values():
            await timed.receive(
                [Record(r.topic, r.partition, r.offset, r.key, r.value, r.headers, r.timestamp) for r in taken]
            )
        if perf_counter() - committed_at > COMMIT_EVERY_S:
            await consumer.commit()
            committed_at = perf_counter()
    await consumer.stop()


RUNS: dict[str, Callable[[Settings, str, Timed], Awaitable[None]]] = {
    "worker (Faust, batch delivery)": through_faust,
    "the same call, aiokafka by hand": by_hand,
}


async def compare(
    settings: Settings, factory: HandlerFactory, topic: str, number: int, *, rounds: int = 3
) -> dict[str, list[float]]:
    """Findings a second of each run, rounds interleaved. ``topic`` holds ``number`` messages and is read from its start."""
    rates: dict[str, list[float]] = {name: [] for name in RUNS}
    for _ in range(rounds):
        for name, run in RUNS.items():
            rates[name].append(await _measured(settings, factory, topic, number, run))
    return rates


async def _measured(
    settings: Settings,
    factory: HandlerFactory,
    topic: str,
    number: int,
    run: Callable[[Settings, str, Timed], Awaitable[None]],
) -> float:
    own = f"bench_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        fresh = settings.model_copy(update={"schema_name": own, "app_id": own, "data": Path(folder)})
        async with factory(fresh) as handler:
            timed = Timed(handler, number)
            await run(fresh, topic, timed)
            return timed.rate
