"""Two workers, one cadre about whom thousands of statements come in: the others do not wait for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from hub.cli.envelopes import event_of
from hub.cli.sender import by_kafka
from hub.sample.story import Step
from hub.settings import Settings
from tests.integration.recovery.mill import Mill, steps
from tests.integration.recovery.roles import Roles

pytestmark = pytest.mark.stack
HOT = 3_000
MEMORY_BYTES = 500_000_000
"""A worker at rest takes some 200 MB; what it holds of the log must be bounded, however much waits there."""
WITHIN_S = 180.0


@pytest.fixture
def roles(settings: Settings) -> Iterator[Roles]:
    found = Roles(settings)
    yield found
    found.end()


async def test_a_hot_cadre_does_not_hold_up_the_others(mill: Mill, settings: Settings, roles: Roles) -> None:
    registry = await mill.store.registry()
    findings = [step for step in steps() if step.type == "finding.reported"]
    hot, others = findings[0], [step for step in findings if step.by != findings[0].by][:8]
    source = registry.sources[hot.by]
    await mill.send([hot])
    events = [
        event_of(
            {"type": "finding.revised", "id": f"hot-{n}", "data": {**hot.data, "revision": n}}, source, settings.data
        )
        for n in range(2, HOT + 2)
    ]
    await by_kafka(settings, source, events)
    await mill.send(others)
    for number in (0, 1):
        roles.start("worker", number)
    largest = 0
    waiting_then: int | None = None
    async with asyncio.timeout(WITHIN_S):
        while (waiting := await unread(mill, "hot")) or waiting_then is None:
            largest = max(largest, roles.memory_bytes())
            if waiting_then is None and await known(mill, others):
                waiting_then = waiting
            await asyncio.sleep(0.2)
    print(f"{waiting_then} of {HOT} hot events waited when the others were read; {largest // 2**20} MiB at most")
    assert waiting_then > 0
    assert largest < MEMORY_BYTES


async def unread(mill: Mill, prefix: str) -> int:
    """How many of the hot events have no verdict yet."""
    count = await mill.store.pool.fetchval("select count(*) from inbox where id like $1", f"{prefix}-%")
    return HOT - int(count)


async def known(mill: Mill, wanted: list[Step]) -> bool:
    registry = await mill.store.registry()
    sent = [(registry.sources[step.by].urn, step.id) for step in wanted]
    async with mill.store.begin() as unit:
        return set(await unit.seen(sent)) == set(sent)
