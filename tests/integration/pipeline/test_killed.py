"""The whole pipeline on a real broker and database, killed in the middle: every expected output is there exactly once.

``HUB_TEST_FINDINGS`` sets how many findings run (default 4,000; 20,000 for the long run).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub import faults
from hub.settings import Settings
from tests.integration.pipeline.plant import plant

pytestmark = [pytest.mark.stack, pytest.mark.chaos, pytest.mark.timeout(900)]
MANY = int(os.environ.get("HUB_TEST_FINDINGS", "4000"))
SOME = 1_500
RESUME_S = 15.0


async def test_a_worker_killed_and_killed_again_while_it_recovers_then_everything_sent_twice(
    fresh: Settings, tmp_path: Path
) -> None:
    async with plant(fresh, tmp_path, MANY // 5 + 1) as hub:
        told = list(hub.history.findings(MANY))
        await hub.send(told)
        await hub.start("relay")
        first = await hub.start("worker")
        await hub.until_read(MANY // 4)
        first.kill()

        before = await hub.read()
        second = await hub.start("worker", ready=False)
        waited_s = [await hub.resumes(before, RESUME_S)]
        await hub.until_read(MANY // 2)
        second.kill()
        await hub.killed_at("worker", faults.RECOVERING)

        before = await hub.read()
        assert before < len(told), "killed in the middle"
        await hub.start("worker", ready=False)
        waited_s.append(await hub.resumes(before, RESUME_S))
        print(f"the flow resumed after {', '.join(f'{s:.1f} s' for s in waited_s)}")
        took_s = await hub.until_read(len(told))
        print(f"{(len(told) - before) / took_s:.0f} events/s")
        await hub.until_published()
        once = await hub.judged(told)
        assert once.good, once

        await hub.send(told)
        await hub.until_all_dealt_with(2 * len(told))
        await hub.until_published()
        twice = await hub.judged(told, again=True)
        assert twice.good, twice


@pytest.mark.parametrize("point", [faults.BEFORE_MARK, faults.BEFORE_KAFKA_COMMIT])
async def test_a_relay_killed_around_its_commit_repeats_nothing(fresh: Settings, tmp_path: Path, point: str) -> None:
    async with plant(fresh, tmp_path, SOME // 5 + 1) as hub:
        told = list(hub.history.findings(SOME))
        await hub.send(told)
        await hub.start("worker")
        await hub.until_read(SOME // 2)
        await hub.killed_at("relay", point)
        assert await hub.store.published() == 0
        await hub.start("relay")
        await hub.until_read(len(told))
        await hub.until_published()
        judged = await hub.judged(told)
        assert judged.good, judged


@pytest.mark.parametrize("point", [faults.BEFORE_STORE_COMMIT, faults.BEFORE_ACK, faults.REBALANCING])
async def test_a_worker_killed_around_its_commit_loses_and_repeats_nothing(
    fresh: Settings, tmp_path: Path, point: str
) -> None:
    async with plant(fresh, tmp_path, SOME // 5 + 1) as hub:
        told = list(hub.history.findings(SOME))
        await hub.send(told)
        await hub.start("relay")
        await hub.killed_at("worker", point)
        await hub.start("worker")
        await hub.until_read(len(told))
        await hub.until_published()
        judged = await hub.judged(told)
        assert judged.good, judged
