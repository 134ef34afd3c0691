"""Does one fault to a running :class:`ChaosStack`; says from when on the flow has to be back."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from hub import faults
from hub.adapters.embedded import ports
from hub.chaos.faults_plan import LINES, Fault
from hub.chaos.proxy import Proxy
from hub.chaos.stack import ChaosStack

STOPPED_S = (1.0, 9.0)
STALLED_S = (0.5, 4.0)
LOOK_S = 0.02
BACK_S = 60.0
ARMED_S = 20.0
FAST_SHUTDOWN = signal.SIGINT
"""To Postgres, SIGTERM means: wait until every client has gone, which pools never do."""


class Breaker:
    """Signals go to processes of this stack alone, by process id as its supervisor knows them."""

    def __init__(self, stack: ChaosStack, chance: random.Random) -> None:
        self._stack = stack
        self._chance = chance

    async def do(self, fault: Fault) -> float:
        """Do it; returns the moment (monotonic seconds) from which on resuming counts. Raises TimeoutError."""
        if fault.how in LINES:
            return await self._line(fault)
        if fault.how in faults.POINTS:
            return await self._point(fault)
        pid = self._pid(fault.target)
        if fault.how == "SIGSTOP":
            return await self._stopped(pid)
        term = FAST_SHUTDOWN if fault.target == "postgres" else signal.SIGTERM
        _send(pid, signal.SIGKILL if fault.how == "SIGKILL" else term)
        if not fault.from_return:
            return time.monotonic()
        await self._until(lambda: pid not in self._pids(fault.target), BACK_S)
        return await self._answers(fault.target)

    def _pids(self, target: str) -> list[int]:
        found = self._stack.info.pids["workers" if target == "worker" else target]
        return found if isinstance(found, list) else [found]

    def _pid(self, target: str) -> int:
        return self._chance.choice(self._pids(target))

    async def _stopped(self, pid: int) -> float:
        """The process and what it started stand still for a while."""
        with suppress(psutil.NoSuchProcess):
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            for one in family:
                _send(one.pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(self._chance.uniform(*STOPPED_S))
            finally:
                for one in family:
                    _send(one.pid, signal.SIGCONT)
        return time.monotonic()

    async def _point(self, fault: Fault) -> float:
        """Arm a point and wait until a process has died there; some are reached only while starting or joining."""
        armed = self._stack.points / fault.how
        armed.touch()
        if fault.how in (faults.RECOVERING, faults.REBALANCING):
            _send(self._pid("worker"), signal.SIGKILL)
        with suppress(TimeoutError):
            await self._until(lambda: not armed.exists(), ARMED_S)
        armed.unlink(missing_ok=True)
        return time.monotonic()

    async def _line(self, fault: Fault) -> float:
        proxy: Proxy = self._stack.kafka_proxy if fault.target == "kafka" else self._stack.postgres_proxy
        if fault.how == "cut":
            proxy.cut()
        elif fault.how == "truncate":
            proxy.truncate(self._chance)
        elif fault.how == "stall":
            await proxy.stall(self._chance.uniform(*STALLED_S))
        else:
            await proxy.slow(self._chance.uniform(0.05, 0.3), self._chance.uniform(*STALLED_S))
        return time.monotonic()

    async def _answers(self, target: str) -> float:
        """When the server takes connections again."""
        settings = self._stack.settings
        address = settings.kafka if target == "kafka" else settings.postgres.rpartition("/")[0]
        port = int(address.rpartition(":")[2])

        async def answers() -> bool:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(ports.HOST, port)
                writer.close()
                return True
            return False

        async with asyncio.timeout(BACK_S):
            while not await answers():  # noqa: ASYNC110 - another process tells nobody
                await asyncio.sleep(LOOK_S)
        return time.monotonic()

    async def _until(self, condition: Callable[[], bool], within_s: float) -> None:
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - another process tells nobody
                await asyncio.sleep(LOOK_S)


def _send(pid: int, number: signal.Signals) -> None:
    """To a process of ours alone: one that ended a moment ago may have left its number to a stranger."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if os.getpid() in (parent.pid for parent in process.parents()):
            process.send_signal(number)
