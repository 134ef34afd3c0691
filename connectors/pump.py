"""Carries one connector's events to the hub, in order, past nothing unfinished."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from connectors.base import Connector, Event, Read
from connectors.intake import Intake
from hub.errors import RefusedError, TransientError

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Counts:
    """What one run did."""

    accepted: int = 0
    refused: int = 0
    retried: int = 0


class Pump:
    """At least once, in the source's order; the hub's inbox makes it once.

    TransientError: waits, doubling from 0.5 s to 30 s, and sends the same event again for as long as it takes.
    RefusedError: settled with the reason, then the next. Anything else ends the run with the event unsettled.
    """

    def __init__(self, connector: Connector, intake: Intake, sleep: Sleep = asyncio.sleep) -> None:
        self._connector = connector
        self._intake = intake
        self._sleep = sleep
        self.counts = Counts()

    async def run(self) -> Counts:
        """Until the connector has nothing more; one that follows its source runs until it is cancelled."""
        async for read in self._connector.events():
            await self._carry(read)
        return self.counts

    async def _carry(self, read: Read) -> None:
        try:
            await self._send(read.event)
        except RefusedError as error:
            self.counts.refused += 1
            await self._connector.settle(read, refusal=error.reason)
        else:
            self.counts.accepted += 1
            await self._connector.settle(read)

    async def _send(self, event: Event) -> None:
        wait = FIRST_WAIT_S
        while True:
            try:
                return await self._intake.send(event)
            except TransientError:
                self.counts.retried += 1
                await self._sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_S)
