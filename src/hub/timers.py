"""The hub's clockwork: what has fallen due is handled once a second, by one process at a time."""

from __future__ import annotations

import asyncio
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


async def run_timers(store: SealStore, service: Ticking, *, every_s: float = EVERY_S) -> None:
    """Tick for ever, or until cancelled. While another process has the lock, wait to take over.

    A part that does not answer is waited for; any other error ends the process, whose supervisor starts it again.
    Idempotent: what fell due is found in the store, so a tick that was lost is made up for by the next.
    """
    while True:
        try:
            async with store.lock(TIMER_LOCK) as ours:
                if ours:
                    await _tick(service, every_s)
        except TransientError as error:
            log.warning(log_events.TIMER_WAITS, error=str(error))
        await asyncio.sleep(STANDBY_S)


async def _tick(service: Ticking, every_s: float) -> None:
    while True:
        if not await service.tick():
            await asyncio.sleep(every_s)
