"""The clockwork."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from hub import timers
from hub.errors import TransientError
from hub.testing import MemoryStore


class Service:
    """Ticks; fails as told; tells when it has ticked ``enough`` times."""

    def __init__(self, *results: int | Exception) -> None:
        self.results = list(results)
        self.done = asyncio.Event()

    async def tick(self) -> int:
        if not self.results:
            self.done.set()
            return 0
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


async def ticking(store: MemoryStore, service: Service) -> None:
    task = asyncio.create_task(timers.run_timers(store, service, every_s=0.001))
    waiting = asyncio.create_task(service.done.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    waiting.cancel()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_ticks_go_on_and_survive_a_part_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "STANDBY_S", 0.001)
    service = Service(2, 0, TransientError("database away"), 1)
    await ticking(MemoryStore(), service)
    assert service.done.is_set()


async def test_an_unknown_error_ends_the_clockwork() -> None:
    with pytest.raises(ZeroDivisionError):
        await ticking(MemoryStore(), Service(ZeroDivisionError()))


async def test_a_second_process_waits_for_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "STANDBY_S", 0.001)
    store, service = MemoryStore(), Service()
    async with store.lock(timers.TIMER_LOCK):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(timers.run_timers(store, service, every_s=0.001), 0.05)
        assert not service.done.is_set()
    await ticking(store, service)
    assert service.done.is_set()
