"""A hub's worker, relay and API as processes on the shared broker and database, and what goes in and out."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # no stubs

from hub import faults
from hub.adapters.clock import SHANGHAI
from hub.adapters.embedded.ready import RUN_DIR, announced
from hub.adapters.embedded.roles import environment
from hub.adapters.postgres import PostgresStore
from hub.bootstrap import open_store, prepare
from hub.chaos.census import Judgement, judge, take_census
from hub.chaos.history import History, Told
from hub.chaos.people import roster_records
from hub.policy.loader import shipped
from hub.service import roster_load
from hub.settings import Settings
from schemas import topics

ROOT = Path(__file__).resolve().parents[3]
LOOK_S = 0.05
READY_S = 40.0


class Role:
    """One process of the hub. Its log lies beside the others'."""

    def __init__(self, settings: Settings, role: str, number: int, more: Mapping[str, str] | None = None) -> None:
        self.name = f"{role}-{number}"
        self.log = settings.data / f"{self.name}.log"
        self._run = settings.data / "run"
        self._run.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "hub.roles", role, "--name", self.name]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                env={**os.environ, **environment(settings), RUN_DIR: str(self._run), **(more or {})},
                cwd=ROOT,
            )

    async def ready(self) -> None:
        began = monotonic()
        while not announced(self._run, self.name, self.process.pid):
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert monotonic() - began < READY_S, self.log.read_text()[-2000:]
            await asyncio.sleep(LOOK_S)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class Plant:
    """One hub with the sample world, ``cadres`` invented cadres on top, and a history about them."""

    def __init__(self, settings: Settings, store: PostgresStore, history: History) -> None:
        self.settings, self.store, self.history = settings, store, history
        self.roles: list[Role] = []
        self._count = 0

    async def start(self, role: str, *, ready: bool = True) -> Role:
        """Start a process; ``ready``: wait until it says that it can work."""
        self._count += 1
        self.roles.append(Role(self.settings, role, self._count))
        if ready:
            await self.roles[-1].ready()
        return self.roles[-1]

    async def send(self, told: Iterable[Told], *, largest: int = 1_000_000) -> None:
        """Write to the inbound topics, acknowledged."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.settings.kafka, linger_ms=10, acks="all", max_request_size=largest
        )
        await producer.start()
        try:
            for one in told:
                await producer.send(self.settings.topic_prefix + one.topic, one.value, one.key.encode())
        finally:
            await producer.stop()

    async def read(self) -> int:
        """How many events have their verdict."""
        return int(await self.store.pool.fetchval("select count(*) from inbox"))

    async def resumes(self, since: int, within_s: float) -> float:
        """Wait until more than ``since`` events have a verdict; seconds waited."""
        return await self._until(self.read, since + 1, within_s)

    async def until_read(self, number: int, within_s: float = 300.0) -> float:
        """Wait until so many events have a verdict; seconds waited."""
        return await self._until(self.read, number, within_s)

    async def dealt_with(self) -> int:
        """How many records of the findings' topics are done with, whatever came of them."""
        spans = [await self.store.spans(self.settings.topic_prefix + name) for name in topics.FINDINGS.values()]
        return sum(last - first + 1 for one in spans for ranges in one.values() for first, last in ranges)

    async def until_all_dealt_with(self, number: int, within_s: float = 300.0) -> float:
        """Wait until so many records are done with; seconds waited."""
        return await self._until(self.dealt_with, number, within_s)

    async def until_published(self, within_s: float = 120.0) -> None:
        """Wait until the relay has nothing left to do."""

        async def waiting() -> int:
            sealed, _ = await self.store.sealed()
            return 0 - await self.store.unsealed() - (sealed - await self.store.published())

        await self._until(waiting, 0, within_s)

    async def _until(self, count: object, number: int, within_s: float) -> float:
        began = monotonic()
        while (found := await count()) < number:  # type: ignore[operator]  # a coroutine function
            assert monotonic() - began < within_s, f"{found} of {number} after {within_s} s; {self.logs()}"
            for role in self.roles:
                assert role.process.returncode in (None, -signal.SIGKILL), role.log.read_text()[-2000:]
            await asyncio.sleep(LOOK_S)
        return monotonic() - began

    async def judged(self, told: Sequence[Told], *, again: bool = False) -> Judgement:
        """What readers saw beside what ``told`` must yield; ``again``: sent twice."""
        census = await take_census(self.settings, self.history.registry)
        wanted = [one.expected for one in told] + ([one.again for one in told] if again else [])
        return judge(census, wanted)

    def logs(self) -> str:
        return "\n".join(role.log.read_text()[-800:] for role in self.roles)

    async def killed_at(self, role: str, point: str) -> None:
        """Start a process that ends itself with SIGKILL at a named point (:mod:`hub.faults`), and wait until it has."""
        points = self.settings.data / "points"
        points.mkdir(exist_ok=True)
        (points / point).touch()
        self._count += 1
        doomed = Role(self.settings, role, self._count, {faults.VARIABLE: str(points)})
        self.roles.append(doomed)
        began = monotonic()
        while doomed.process.poll() is None:
            assert monotonic() - began < READY_S, doomed.log.read_text()[-2000:]
            await asyncio.sleep(LOOK_S)
        assert doomed.process.returncode == -signal.SIGKILL, doomed.log.read_text()[-2000:]

    def end(self) -> None:
        for role in reversed(self.roles):
            role.end()


@asynccontextmanager
async def plant(fresh: Settings, folder: Path, cadres: int) -> AsyncIterator[Plant]:
    """A prepared hub, nothing running yet; whatever was started is ended with the block."""
    settings = fresh.model_copy(
        update={"data": folder, "app_id": fresh.schema_name, "partitions": 3, "metrics_port": 0, "http_port": 0}
    )
    await prepare(settings, sample=True)
    async with open_store(settings) as store:
        await roster_load.load(store, roster_records(cadres))
        today = datetime.now(SHANGHAI).date()
        history = History(await store.registry(), folder, shipped(), today)
        made = Plant(settings, store, history)
        try:
            yield made
        finally:
            made.end()
