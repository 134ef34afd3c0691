"""Workers on a real broker, killed, stopped, broken: every record is handled, and the committed offset never lies."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # no stubs

from schemas.topics import ROSTER
from tests.integration.streams.yard import AUDIT, Yard, until

pytestmark = pytest.mark.stack

MANY = 24_000
RESUME_S = 15.0


def numbered(number: int) -> list[str]:
    return [f"v{serial}" for serial in range(number)]


@pytest.mark.chaos
async def test_killed_twice_it_handles_everything_and_commits_nothing_unhandled(yard: Yard) -> None:
    await yard.produce(numbered(MANY))
    first = yard.worker(slow_s=0.05)
    await yard.noted(MANY // 4)
    first.kill()
    await yard.check_committed()

    recovering = yard.worker(slow_s=0.05)
    await recovering.says("(Re-)joining group")
    recovering.kill()
    before = len(yard.lines())

    last = yard.worker(slow_s=0.05)
    resumed_s = await until(lambda: len(yard.lines()) > before, RESUME_S)
    print(f"resumed after {resumed_s:.1f} s")
    committed = 0
    while len(set(yard.values())) < MANY or committed < MANY:
        committed = await yard.check_committed()
        await asyncio.sleep(0.2)
    assert await last.end() == 0
    assert set(yard.values()) == set(numbered(MANY))
    assert await yard.check_committed() == MANY


@pytest.mark.chaos
async def test_of_two_workers_one_killed_the_other_takes_over(yard: Yard) -> None:
    await yard.produce(numbered(MANY))
    doomed = yard.worker(slow_s=0.3)
    await yard.noted(500)
    other = yard.worker(worker_index=1, slow_s=0.3)
    await other.says("Worker ready")
    await yard.check_committed()
    doomed.kill()
    assert len(set(yard.values())) < MANY, "killed in the middle"
    await other.says("generation 3", RESUME_S)
    await yard.noted(MANY)
    assert await other.end() == 0
    assert await yard.check_committed() == MANY


async def test_a_stopped_worker_finishes_what_it_holds_and_repeats_nothing(yard: Yard) -> None:
    await yard.produce(numbered(MANY))
    first = yard.worker(slow_s=0.2)
    await yard.noted(1)
    assert await first.end() == 0
    noted = len(yard.lines())
    assert 0 < noted < MANY, "stopped in the middle"
    assert await yard.check_committed() == noted

    second = yard.worker()
    await yard.noted(MANY)
    assert await second.end() == 0
    assert sorted(yard.values()) == sorted(numbered(MANY)), "each once"


async def test_an_unknown_error_stops_the_worker_and_acknowledges_nothing(yard: Yard) -> None:
    await yard.produce(numbered(3_000), topics=(AUDIT,))
    broken = yard.worker(breaks_on=["v1500"])
    assert await broken.ended() == 1
    assert "v1500" not in yard.values()
    await yard.check_committed()

    mended = yard.worker()
    await yard.noted(3_000)
    assert await mended.end() == 0
    assert await yard.check_committed() == 3_000


async def test_poison_is_put_aside_and_the_order_kept(yard: Yard) -> None:
    poison = {"v7", "v8", "v2999"}
    await yard.produce(numbered(3_000), topics=(AUDIT,))
    worker = yard.worker(refuses=sorted(poison))
    await yard.noted(3_000)
    assert await worker.end() == 0
    assert {line.value for line in yard.lines() if line.what == "poison"} == poison
    order = defaultdict(list)
    for line in yard.lines():
        order[line.partition].append(line.offset)
    assert list(order.values()) == [list(range(1_000))] * 3
    assert await yard.check_committed() == 3_000


async def test_while_the_service_is_away_the_flow_waits_and_then_goes_on(yard: Yard) -> None:
    back = yard.folder / "back"
    await yard.produce(numbered(10_000), topics=(AUDIT,))
    worker = yard.worker(away_until=str(back))
    await worker.says("stream.paused")
    assert await yard.committed() == {}
    back.touch()
    await worker.says("stream.resumed")
    await yard.noted(10_000)
    assert await worker.end() == 0
    assert yard.values().count("v0") == 1


async def test_aborted_transactions_are_never_shown_and_their_holes_are_no_loss(yard: Yard) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=yard.kafka, transactional_id=f"{yard.prefix}tx")
    await producer.start()
    for turn in range(40):
        await producer.begin_transaction()
        for serial in range(10):
            await producer.send(yard.prefix + ROSTER, f"v{turn}-{serial}".encode(), partition=0)
        await (producer.abort_transaction() if turn % 4 == 3 else producer.commit_transaction())
    await producer.stop()
    worker = yard.worker()
    wanted = [f"v{turn}-{serial}" for turn in range(40) for serial in range(10) if turn % 4 != 3]
    await yard.noted(len(wanted))
    assert await worker.end() == 0
    assert yard.values() == wanted
    assert (await yard.committed())[yard.prefix + ROSTER, 0] == yard.lines()[-1].offset + 1
