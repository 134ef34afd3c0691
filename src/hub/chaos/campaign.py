"""The whole campaign: a stack of its own, a history, faults one after the other, and the comparison at the end."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.adapters.clock import SHANGHAI
from hub.adapters.postgres import PostgresStore
from hub.bootstrap import open_store
from hub.chaos.breaker import Breaker
from hub.chaos.census import Census, judge, take_census
from hub.chaos.faults_plan import Fault, plan
from hub.chaos.feeder import Feeder
from hub.chaos.history import FINDINGS_OF_ONE, History
from hub.chaos.people import roster_records
from hub.chaos.stack import ChaosStack
from hub.chaos.watcher import Watcher
from hub.errors import TransientError
from hub.policy.loader import shipped
from hub.service import roster_load
from hub.settings import Settings

RATE = 30.0
"""Findings a second: the hub must keep up with them beside the campaign itself."""
FIRST_EVENTS = 200
"""So many come through before the first fault: every topic and partition is known by then."""
RESUME_LIMIT_S = 90.0
CALM_S = (0.2, 1.5)
SETTLE_S = 180.0
ITEMS = ("reminder.suggested", "talk.suggested", "verify.requested")
Say = Callable[[str], None]


@dataclass
class Result:
    """What a campaign found. ``resume_s``: for every fault, in order."""

    expected: int = 0
    seen: int = 0
    lost: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    resume_s: list[tuple[str, float]] = field(default_factory=list)
    events: int = 0
    seconds: float = 0.0

    def line(self) -> dict[str, Any]:
        """The last line of ``hub chaos --json``."""
        times = [seconds for _, seconds in self.resume_s] or [0.0]
        return {
            "expected": self.expected,
            "seen": self.seen,
            "lost": len(self.lost),
            "duplicates": len(self.duplicates),
            "kills": dict(sorted(self.kills.items())),
            "resume_s": {"p50": round(statistics.median(times), 1), "max": round(max(times), 1)},
            "events": self.events,
            "seconds": round(self.seconds, 1),
        }


class Campaign:
    """One run. ``seconds``: no new fault after so long, and the pauses between faults fill it where it is longer."""

    def __init__(
        self, settings: Settings, *, seed: int, kills: int, seconds: float, unprotected: bool, say: Say, only: str = ""
    ) -> None:
        self._settings = settings
        self._seed, self._kills, self._seconds = seed, kills, seconds
        self._unprotected, self._only = unprotected, only
        self._patience_s = RESUME_LIMIT_S / 4 if unprotected else RESUME_LIMIT_S
        self._say = say
        self._chance = random.Random(seed + 1)
        self.result = Result()

    async def run(self) -> Result:
        """Start, break, compare, stop. Raises TransientError where the stack does not start."""
        began = time.monotonic()
        async with (
            ChaosStack(self._settings, unprotected=self._unprotected) as stack,
            open_store(stack.settings) as store,
        ):
            await roster_load.load(store, roster_records(self._cadres()))
            registry = await store.registry()
            today = datetime.now(SHANGHAI).date()
            history = History(registry, stack.settings.data, shipped(), today, self._seed)
            feeder = Feeder(stack.settings, history.findings(self._findings()), RATE)
            watcher = Watcher(stack.settings, registry)
            await self._break(stack, feeder, watcher)
            await self._settled(store, feeder)
            await self._compare(store, await take_census(stack.settings, registry), feeder)
        self.result.seconds = time.monotonic() - began
        return self.result

    def _findings(self) -> int:
        return int(RATE * (self._seconds + RESUME_LIMIT_S))

    def _cadres(self) -> int:
        return self._findings() // FINDINGS_OF_ONE + 1

    async def _break(self, stack: ChaosStack, feeder: Feeder, watcher: Watcher) -> None:
        stop = asyncio.Event()
        watching = asyncio.create_task(watcher.run())
        feeding = asyncio.create_task(feeder.run(stop))
        try:
            deadline = time.monotonic() + self._seconds
            breaker = Breaker(stack, self._chance)
            await watcher.everything(feeder, FIRST_EVENTS, RESUME_LIMIT_S)
            for number, fault in enumerate(plan(self._seed, self._kills, self._only), 1):
                if time.monotonic() > deadline or feeding.done():
                    break
                await self._one(breaker, fault, feeder, watcher, number)
                await asyncio.sleep(self._chance.uniform(*CALM_S))
            stop.set()
            await feeding
        finally:
            for task in (watching, feeding):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _one(self, breaker: Breaker, fault: Fault, feeder: Feeder, watcher: Watcher, number: int) -> None:
        since = await breaker.do(fault)
        self.result.kills[fault.name] += 1
        try:
            back = await watcher.flows(feeder, since, self._patience_s)
            took = max(0.0, back - since)
        except TimeoutError:
            took = self._patience_s
        self.result.resume_s.append((fault.name, took))
        self._say(f"{number:4}/{self._kills}  {fault.name:30} flow resumed after {took:5.1f} s")

    async def _settled(self, store: PostgresStore, feeder: Feeder) -> None:
        """Every event read and everything published; a control run may never get there."""
        wanted = [(one.value, one) for one in feeder.sent.values()]
        self.result.events = len(wanted)
        began = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S if not self._unprotected else SETTLE_S / 4):
                while not await self._quiet(store, len(wanted)):  # noqa: ASYNC110 - other processes tell nobody
                    await asyncio.sleep(0.3)
        self._say(f"settled after {time.monotonic() - began:.1f} s")

    async def _quiet(self, store: PostgresStore, wanted: int) -> bool:
        try:
            read = int(await store.pool.fetchval("select count(*) from inbox"))
            sealed, _ = await store.sealed()
            return read >= wanted and not await store.unsealed() and await store.published() >= sealed
        except (TransientError, OSError):
            return False

    async def _compare(self, store: PostgresStore, census: Census, feeder: Feeder) -> None:
        sent = feeder.sent.values()
        judged = judge(census, [one.expected for one in sent])
        allowed = {ident for one in sent if one.id in feeder.doubtful for ident in one.again}
        strange = [one for one in judged.strange if one.partition(" ")[0] not in allowed]
        self.result.expected, self.result.seen = judged.expected, judged.seen - (len(judged.strange) - len(strange))
        self.result.lost = [*judged.lost, *await _not_queued(store, census)]
        self.result.duplicates = [*judged.twice, *strange]


async def _not_queued(store: PostgresStore, census: Census) -> list[str]:
    """Published follow-ups that no queue shows."""
    shown = {row["id"] for row in await store.pool.fetch("select id from queue")}
    asked = [ident for ident, kind in census.kinds.items() if kind.startswith(tuple(f"hub.{one} " for one in ITEMS))]
    return [f"{ident} in no queue" for ident in asked if ident not in shown]
