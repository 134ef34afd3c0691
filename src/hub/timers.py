"""The hub's clockwork: what has fallen due is handled once a second, by one process at a time.

After a downtime what arrived meanwhile is read first: an acknowledgement that came in time, but was not read yet, must
not become an overdue deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import structlog

from hub import log_events
from hub.errors import TransientError
from hub.ports import SealStore

TIMER_LOCK = 1_000_001
"""Number of the advisory lock; the relay's shards lie below it."""
EVERY_S = 1.0
STANDBY_S = 3.0

log = structlog.get_logger(__name__)


class Ticking(Protocol):
    """The side of the service that the clock drives."""

    async def tick(self) -> int:
        """Fire what has fallen due; returns how many dossiers were handled."""


class Baton(Protocol):
    """Where a test runner says when deadlines may fire: :class:`hub.adapters.postgres.clock.DatabaseClock`."""

    async def held(self) -> bool:
        """Whether no deadline may fire just now."""

    async def fired(self) -> None:
        """Nothing is due any more."""


CaughtUp = Callable[[], Awaitable[bool]]
Backlog = Callable[[], AbstractAsyncContextManager[CaughtUp]]
"""Opened, it notes where the inbound topics end; what it gives says whether all up to there was read."""


async def run_timers(
    store: SealStore,
    service: Ticking,
    *,
    backlog: Backlog | None = None,
    baton: Baton | None = None,
    every_s: float = EVERY_S,
) -> None:
    """Tick for ever, or until cancelled. While another process has the lock, wait to take over.

    Whoever takes the lock waits until all that lay in the inbound topics by then (``backlog``) was read; while that
    cannot be told, nothing fires. A part that does not answer is waited for; any other error ends the process, whose
    supervisor starts it again.
    Idempotent: what fell due is found in the store, so a tick that was lost is made up for by the next.
    """
    while True:
        try:
            async with store.lock(TIMER_LOCK) as ours:
                if ours:
                    await _read_up(backlog, every_s)
                    await _tick(service, baton, every_s)
        except TransientError as error:
            log.warning(log_events.TIMER_WAITS, error=str(error))
        await asyncio.sleep(STANDBY_S)


async def _read_up(backlog: Backlog | None, every_s: float) -> None:
    if backlog is None:
        return
    async with backlog() as caught_up:
        waited = False
        while not await caught_up():
            if not waited:
                log.warning(log_events.TIMER_WAITS, error="what arrived while the hub was down is read first")
            waited = True
            await asyncio.sleep(every_s)


async def _tick(service: Ticking, baton: Baton | None, every_s: float) -> None:
    while True:
        if baton is None or not await baton.held():
            if await service.tick():
                continue
            if baton is not None:
                await baton.fired()
        await asyncio.sleep(every_s)
