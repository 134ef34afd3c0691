"""Keeps child processes running: starts them in stages, brings back what dies, stops them in reverse order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from hub import log_events
from hub.adapters.embedded.process import Child, ChildError, ChildSpec

log = structlog.get_logger()
FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 5.0
CALM_S = 30.0
"""A child that ran this long starts again without having to wait."""


class Supervisor:
    """Children in stages. ``changed`` is called whenever a process id has become another."""

    def __init__(self, logs: Path, changed: Callable[[], None] = lambda: None) -> None:
        self._logs = logs
        self._changed = changed
        self._stages: list[list[Child]] = []
        self._keepers: dict[str, asyncio.Task[None]] = {}

    def pids(self) -> dict[str, int]:
        """Process id by name, in the order of starting."""
        return {child.spec.name: child.pid for stage in self._stages for child in stage}

    async def start(self, specs: Sequence[ChildSpec]) -> None:
        """Start one stage, all at once, and wait until all are ready. Raises :class:`ChildError` when one is not."""
        stage = [Child(spec, self._logs) for spec in specs]
        self._stages.append(stage)
        try:
            async with asyncio.TaskGroup() as group:
                for child in stage:
                    group.create_task(self._begin(child))
        except BaseExceptionGroup as group_of_errors:
            raise group_of_errors.exceptions[0] from None

    async def _begin(self, child: Child) -> None:
        begun = time.monotonic()
        await child.start()
        log.info(log_events.STACK_CHILD_STARTED, child=child.spec.name, pid=child.pid, seconds=_since(begun))
        self._keepers[child.spec.name] = asyncio.create_task(self._keep(child))
        self._changed()

    async def _keep(self, child: Child) -> None:
        backoff_s = FIRST_BACKOFF_S
        while True:
            begun = time.monotonic()
            ended = await child.wait()
            log.warning(log_events.STACK_CHILD_DIED, child=child.spec.name, pid=child.pid, ended=ended)
            if time.monotonic() - begun > CALM_S:
                backoff_s = FIRST_BACKOFF_S
            backoff_s = await self._again(child, backoff_s)

    async def _again(self, child: Child, backoff_s: float) -> float:
        """Start ``child`` until that succeeds; the next waiting time."""
        begun = time.monotonic()
        while True:
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, LONGEST_BACKOFF_S)
            try:
                await child.start()
            except (ChildError, OSError) as error:
                log.warning(log_events.STACK_CHILD_DIED, child=child.spec.name, pid=child.pid, ended=str(error))
                continue
            log.info(log_events.STACK_CHILD_STARTED, child=child.spec.name, pid=child.pid, seconds=_since(begun))
            self._changed()
            return backoff_s

    async def stop(self) -> None:
        """Stop the stages in reverse order, each at once. May be called at any time, and again."""
        keepers = list(self._keepers.values())
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        while self._stages:
            await asyncio.gather(*(child.stop() for child in self._stages[-1]), return_exceptions=True)
            self._stages.pop()


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 2)
