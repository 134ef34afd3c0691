"""A courier brings every record home, puts poison aside in order, waits for what is away, and leaves on the unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from hub import log_events
from hub.errors import HubError, InvariantError, PoisonError, RefusedError, TransientError
from schemas.record import Record
from streams import metrics
from streams.breaker import Breaker
from streams.failure import Backoff, Courier

AT_ONCE = Backoff(first_s=0.0, longest_s=0.0)


def record(offset: int, value: bytes = b"{}") -> Record:
    return Record("findings-audit", 0, offset, None, value, (), 0)


class Left(BaseException):
    """Stands for the end of the process."""


def leave(code: int) -> NoReturn:
    raise Left(code)


class Service:
    """All or nothing per call, like the real one. ``fault`` says what the record at an offset raises."""

    def __init__(self, fault: Callable[[int], BaseException | None], away: int = 0) -> None:
        self.fault = fault
        self.away = away
        self.outcome: list[tuple[str, int]] = []

    async def receive(self, records: Sequence[Record]) -> None:
        self._answer()
        for one in records:
            if error := self.fault(one.offset):
                raise error
        self.outcome += [("received", one.offset) for one in records]

    async def poison(self, record: Record, error: BaseException) -> None:
        self._answer()
        self.outcome.append(("poison", record.offset))

    def _answer(self) -> None:
        if self.away:
            self.away -= 1
            raise TransientError("the database does not answer")


def courier(service: Service) -> Courier:
    return Courier("findings", service, backoff=AT_ONCE, leave=leave)


@given(size=st.integers(1, 60), bad=st.sets(st.integers(0, 59)), away=st.integers(0, 3))
def test_poison_is_isolated_and_the_order_kept(size: int, bad: set[int], away: int) -> None:
    service = Service(lambda offset: PoisonError("no JSON") if offset in bad else None, away)
    asyncio.run(courier(service).deliver([record(offset) for offset in range(size)]))
    assert service.outcome == [("poison" if offset in bad else "received", offset) for offset in range(size)]


@pytest.mark.parametrize("error", [ValueError("格式"), KeyError("data"), RefusedError("unknown source")])
async def test_errors_of_data_are_poison_too(error: Exception) -> None:
    service = Service(lambda offset: error if offset == 2 else None)
    await courier(service).deliver([record(offset) for offset in range(5)])
    assert ("poison", 2) in service.outcome
    assert len(service.outcome) == 5


async def test_a_database_error_of_data_is_known_by_its_state() -> None:
    class DatabaseError(Exception):
        sqlstate = "22021"

    service = Service(lambda offset: DatabaseError() if offset == 1 else None)
    await courier(service).deliver([record(0), record(1)])
    assert service.outcome == [("received", 0), ("poison", 1)]


class Memory:
    """Remembers what stands still, as the store does."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.alerts = 0

    async def stall(self, flow: str, reason: str) -> None:
        self.alerts += flow not in self.open
        self.open.add(flow)

    async def moves(self, flow: str) -> None:
        self.open.discard(flow)

    async def stalled(self, flow: str) -> bool:
        return flow in self.open


async def test_an_unexpected_error_for_every_record_stops_the_flow_and_drains_nothing() -> None:
    broken, memory, tried = True, Memory(), asyncio.Event()

    def fault(offset: int) -> Exception | None:
        if memory.open:
            tried.set()
        return TypeError("a mistake in the hub") if broken and offset >= 2 else None

    service = Service(fault)
    records = [record(offset) for offset in range(60)]
    first = asyncio.create_task(guarded(service, memory).deliver(records))
    await tried.wait()
    assert stalled() == 1.0
    first.cancel()
    aside = [offset for what, offset in service.outcome if what == "poison"]
    assert aside == list(range(2, 7)), "five in a row are believed"

    tried.clear()
    again = asyncio.create_task(guarded(service, memory).deliver(records[7:]))
    await tried.wait()
    assert [offset for what, offset in service.outcome if what == "poison"] == aside, "a restart sets no more aside"
    assert memory.alerts == 1
    broken = False
    await again
    assert sorted(offset for _, offset in service.outcome) == list(range(60))
    assert (stalled(), memory.open) == (0.0, set())


async def test_a_breaker_lets_go_of_what_turns_out_to_be_poison() -> None:
    memory = Memory()
    service = Service(lambda offset: PoisonError("told apart now") if memory.open else TypeError("not yet"))
    await guarded(service, memory).deliver([record(offset) for offset in range(8)])
    assert service.outcome == [("poison", offset) for offset in range(8)]


def guarded(service: Service, memory: Memory) -> Courier:
    breaker = Breaker("findings", memory, limit=5, probe_s=0.0)
    return Courier("findings", service, backoff=AT_ONCE, breaker=breaker, leave=leave)


def stalled() -> float:
    return float(metrics.STALLED.labels("findings", "breaker")._value.get())


@pytest.mark.parametrize("error", [InvariantError("chain broken"), HubError("?"), OSError("disk"), MemoryError()])
async def test_the_unknown_ends_the_process_before_anything_is_acknowledged(error: BaseException) -> None:
    service = Service(lambda offset: error)
    with capture_logs() as logs, pytest.raises(Left) as left:
        await courier(service).deliver([record(7)])
    assert left.value.args == (1,)
    assert service.outcome == []
    assert [(line["event"], line["offset"]) for line in logs] == [(log_events.STREAM_STOPPED, 7)]


async def test_logs_never_quote_the_data() -> None:
    name = "某甲，身份证 110171199001011234"
    service = Service(lambda offset: ValueError(name) if offset else OSError(name))
    with capture_logs() as logs:
        await courier(service).deliver([record(1)])
        with pytest.raises(Left):
            await courier(service).deliver([record(0)])
    assert {line["event"] for line in logs} == {log_events.STREAM_RECORD_POISONED, log_events.STREAM_STOPPED}
    assert name not in repr(logs)


async def test_a_pause_is_seen_and_ends() -> None:
    during: list[float] = []
    service = Service(lambda offset: during.append(paused()), away=2)
    with capture_logs() as logs:
        task = asyncio.create_task(courier(service).deliver([record(0)]))
        await task
    assert [line["event"] for line in logs] == [log_events.STREAM_PAUSED] * 2 + [log_events.STREAM_RESUMED]
    assert during == [1.0]
    assert paused() == 0.0
    assert service.outcome == [("received", 0)]


def paused() -> float:
    return float(metrics.PAUSED.labels("findings")._value.get())


async def test_cancelled_in_the_middle_it_does_not_pretend_to_be_done() -> None:
    entered = asyncio.Event()

    class Slow(Service):
        async def receive(self, records: Sequence[Record]) -> None:
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(courier(Slow(lambda offset: None)).deliver([record(0)]))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_waits_grow_to_the_longest_and_no_further() -> None:
    backoff = Backoff(first_s=0.1, longest_s=15.0)
    assert 0.05 <= backoff.wait_s(0) <= 0.1
    assert 7.5 <= backoff.wait_s(500) <= 15.0
