"""When sweeps run: from time to time in one of the workers, and after a restore before anything else."""

from __future__ import annotations

import asyncio

import structlog

from hub import log_events
from hub.errors import TransientError
from hub.ports_operations import Operations
from hub.service.restored import SWEEP_KEY, is_pending, settled
from hub.settings import Settings
from streams.handler import BatchHandler
from streams.sweeper import sweep

SWEEP_LOCK = 1_000_002
"""Number of the advisory lock; the relay's shards lie below it."""
STANDBY_S = 1.0
NEVER_S = 10.0**9

log = structlog.get_logger(__name__)


async def run_sweeper(settings: Settings, store: Operations, handler: BatchHandler) -> None:
    """Sweep and repair every ``sweep_every_s``, until cancelled; one process at a time, the others pass.

    A part that does not answer is waited for. Raises what ends a worker: InvariantError.
    """
    while True:
        await asyncio.sleep(settings.sweep_every_s or NEVER_S)
        try:
            async with store.lock(SWEEP_LOCK) as ours:
                if ours:
                    await sweep(settings, store, handler, repair=True)
        except TransientError as error:
            log.warning(log_events.SWEEP_WAITS, error=str(error))


async def sweep_after_restore(settings: Settings, store: Operations, handler: BatchHandler) -> None:
    """Return at once, but after a restore only when what the restored database lacks was read again.

    Later events and deadlines wait for that: they come after it in time. Whoever comes second waits for the first.
    """
    while True:
        try:
            if not await is_pending(store, SWEEP_KEY):
                break
            async with store.lock(SWEEP_LOCK) as ours:
                if ours:
                    await sweep(settings, store, handler, repair=True)
                    await settled(store, SWEEP_KEY)
                    break
        except TransientError as error:
            log.warning(log_events.SWEEP_WAITS, error=str(error))
        await asyncio.sleep(STANDBY_S)
