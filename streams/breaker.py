"""Poison apart from a fault of the hub's own: where event after event fails for no known reason, the flow stops.

One event that fails between others that do not is poison and set aside. When more than ``limit`` in a row fail, it is
not the events: setting all of them aside would drain the log into the dead letters. The breaker then opens: nothing is
set aside any more, operations are alerted, and the event at the head is tried again from time to time. When it goes
through (the cause was removed, a mended version was started), the flow goes on by itself. An open breaker is remembered
in the store, so that a restarted worker does not set aside ``limit`` more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

import structlog

from hub import log_events
from hub.errors import PoisonError, RefusedError
from streams import metrics

log = structlog.get_logger(__name__)
EXPECTED = (PoisonError, RefusedError)
LIMIT = 20
PROBE_S = 5.0
REASON = "breaker"


@runtime_checkable
class Stalls(Protocol):
    """Where standing still is remembered and told (:class:`hub.service.hub.HubService`)."""

    async def stall(self, flow: str, reason: str) -> None:
        """It stands still; told once until it moves."""

    async def moves(self, flow: str) -> None:
        """It goes on."""

    async def stalled(self, flow: str) -> bool:
        """Whether it stood still when last heard of."""


class Breaker:
    """One per agent. ``limit``: unexpected failures in a row that are still believed; ``probe_s``: between tries."""

    def __init__(
        self, flow: str, stalls: Stalls | None = None, *, limit: int = LIMIT, probe_s: float = PROBE_S
    ) -> None:
        self.flow = flow
        self._stalls = stalls
        self._limit = limit
        self._probe_s = probe_s
        self._in_a_row = 0
        self._asked = stalls is None

    def fine(self) -> None:
        """Something went through."""
        self._in_a_row = 0

    async def trips(self, error: Exception) -> bool:
        """Take note of an event that failed; whether it must not be set aside. Raises TransientError."""
        if isinstance(error, EXPECTED):
            self._in_a_row = 0
            return False
        if not self._asked and self._stalls is not None:
            self._asked = True
            self._in_a_row = self._limit if await self._stalls.stalled(self.flow) else 0
        self._in_a_row += 1
        return self._in_a_row > self._limit

    async def hold(self, again: Callable[[], Awaitable[Exception | None]], error: Exception) -> Exception | None:
        """Stop here. Tries ``again`` until it gives None, or an error that the hub knows: that one is returned.

        Whatever else it raises goes through, and the flow stays stopped.
        """
        await self._open(error)
        found: Exception | None = error
        while found is not None and not isinstance(found, EXPECTED):
            await asyncio.sleep(self._probe_s)
            found = await again()
        await self._close()
        return found

    async def _open(self, error: Exception) -> None:
        log.critical(log_events.BREAKER_OPEN, flow=self.flow, in_a_row=self._in_a_row, error=type(error).__name__)
        metrics.STALLED.labels(self.flow, REASON).set(1)
        if self._stalls is not None:
            await self._stalls.stall(self.flow, REASON)

    async def _close(self) -> None:
        self._in_a_row = 0
        if self._stalls is not None:
            await self._stalls.moves(self.flow)
        metrics.STALLED.labels(self.flow, REASON).set(0)
        log.warning(log_events.BREAKER_CLOSED, flow=self.flow)
