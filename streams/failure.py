"""What happens when the service cannot take a batch. No exception leaves an agent.

==================================  =============================================================================
the call raised                     what follows
==================================  =============================================================================
``TransientError``                  the same call again, with backoff. The agent's queue fills up and Faust stops
                                    fetching its partitions: the flow is paused, seen in ``hub_stream_paused``
``PoisonError``, ``RefusedError``,  the batch is split in halves, in order, until the one record stands alone; it is
an error of data                    put aside by ``handler.poison`` and the flow goes on behind it
an error of data for every record   it is not the data: the breaker opens (:mod:`streams.breaker`); nothing is set
in a row (``breaker_after``)        aside, the record is tried again until it goes through, operations are alerted
anything else                       log and leave the process at once, nothing acknowledged; the supervisor starts the
                                    worker again at the last committed offset
==================================  =============================================================================
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import structlog

from hub import log_events
from hub.errors import HubError, TransientError
from schemas.record import Record
from streams import metrics
from streams.breaker import EXPECTED, Breaker
from streams.handler import BatchHandler

log = structlog.get_logger(__name__)

T = TypeVar("T")
DATA_ERRORS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
DATA_STATES = ("22", "23")  # SQLSTATE classes: data exception, integrity constraint violation


def is_about_data(error: BaseException) -> bool:
    """Whether one record may be to blame. Errors of the hub say so by their class; a database says so by SQLSTATE."""
    if isinstance(error, HubError):
        return isinstance(error, EXPECTED)
    return isinstance(error, DATA_ERRORS) or str(getattr(error, "sqlstate", None))[:2] in DATA_STATES


def places(error: BaseException) -> list[str]:
    """Where it was raised, without its message: messages of data errors quote the data."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits between tries, in seconds: doubling from ``first_s`` to ``longest_s``, each shortened by up to a half."""

    first_s: float = 0.1
    longest_s: float = 5.0

    def wait_s(self, tries: int) -> float:
        return min(self.longest_s, self.first_s * 2.0 ** min(tries, 30)) * random.uniform(0.5, 1.0)


class Courier:
    """Brings the batches of one family to the handler, whatever it takes. One per agent; never two calls at a time."""

    def __init__(
        self,
        family: str,
        handler: BatchHandler,
        *,
        backoff: Backoff | None = None,
        breaker: Breaker | None = None,
        leave: Callable[[int], NoReturn] = os._exit,
    ) -> None:
        self.family = family
        self._handler = handler
        self._backoff = backoff or Backoff()
        self._leave = leave
        self._breaker = breaker or Breaker(family)

    async def deliver(self, batch: Sequence[Record]) -> None:
        """Return when every record is committed or put aside; then the batch may be acknowledged.

        Cancellation passes through, and the batch stays unacknowledged. Anything unknown ends the process.
        """
        try:
            with metrics.BATCH_SECONDS.labels(self.family).time():
                await self._receive(batch)
            metrics.RECORDS.labels(self.family).inc(len(batch))
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._give_up(error, batch)

    async def _receive(self, batch: Sequence[Record]) -> None:
        try:
            await self._patiently(lambda: self._handler.receive(batch))
            self._breaker.fine()
        except Exception as error:
            if not is_about_data(error):
                raise
            await self._narrow(batch, error)

    async def _narrow(self, batch: Sequence[Record], error: Exception) -> None:
        if len(batch) == 1:
            return await self._put_aside(batch[0], error)
        middle = len(batch) // 2
        await self._receive(batch[:middle])
        return await self._receive(batch[middle:])

    async def _put_aside(self, record: Record, error: Exception) -> None:
        if await self._patiently(lambda: self._breaker.trips(error)):
            log.error(log_events.STREAM_RECORD_POISONED, **_told(record, error))
            known = await self._patiently(lambda: self._breaker.hold(lambda: self._tried(record), error))
            if known is None:
                return
            error = known
        log.warning(log_events.STREAM_RECORD_POISONED, **_told(record, error))
        await self._patiently(lambda: self._handler.poison(record, error))
        metrics.POISON.labels(self.family).inc()

    async def _tried(self, record: Record) -> Exception | None:
        """The record alone, once more: None where it went through, else the error of data."""
        try:
            await self._patiently(lambda: self._handler.receive([record]))
            return None
        except Exception as error:
            if not is_about_data(error):
                raise
            return error

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        tries = 0
        reasons: set[str] = set()
        while True:
            try:
                result = await call()
                break
            except TransientError as error:
                reasons.add(error.reason)
                wait_s = self._backoff.wait_s(tries)
                self._paused(error, tries, wait_s)
            tries += 1
            await asyncio.sleep(wait_s)
        if tries:
            metrics.PAUSED.labels(self.family).set(0)
            for reason in reasons:
                metrics.STALLED.labels(self.family, reason).set(0)
            log.info(log_events.STREAM_RESUMED, family=self.family, tries=tries + 1)
        return result

    def _paused(self, error: TransientError, tries: int, wait_s: float) -> None:
        metrics.RETRIES.labels(self.family).inc()
        metrics.PAUSED.labels(self.family).set(1)
        metrics.STALLED.labels(self.family, error.reason).set(1)
        log.warning(
            log_events.STREAM_PAUSED, family=self.family, error=str(error), tries=tries + 1, again_in_s=round(wait_s, 2)
        )

    def _give_up(self, error: BaseException, batch: Sequence[Record]) -> NoReturn:
        name = type(error).__name__
        log.critical(log_events.STREAM_STOPPED, **_place(batch[0]), error=name, raised_at=places(error), exit_code=1)
        sys.stdout.flush()
        sys.stderr.flush()
        self._leave(1)


def _told(record: Record, error: Exception) -> dict[str, Any]:
    return {**_place(record), "error": type(error).__name__, "raised_at": places(error)}


def _place(record: Record) -> dict[str, str | int]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
