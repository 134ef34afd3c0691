"""Three brokers with ``min.insync.replicas=2``, one is lost in the middle: nothing is lost, and the flow goes on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from hub.adapters.topics import client, make_topics
from hub.bootstrap import open_hub, prepare
from hub.settings import Settings
from schemas.topics import FINDINGS
from tests.integration.recovery.mill import Mill, steps
from tests.integration.recovery.roles import Roles
from tests.support import containers

pytestmark = [
    pytest.mark.stack,
    pytest.mark.containers,
    pytest.mark.chaos,
    pytest.mark.skipif(containers.without() is not None, reason=containers.without() or ""),
]
THIRD = len(steps()) // 3
WITHIN_S = 90.0
HEARD_S = 30.0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[Settings, list[containers.Broker]]]:
    with containers.running(Settings(data=tmp_path / "data", partitions=2), brokers=3) as found:
        yield found


async def test_a_broker_is_lost_and_nothing_with_it(
    cluster: tuple[Settings, list[containers.Broker]],
) -> None:
    settings, brokers = cluster
    await prepare(settings, sample=True)
    assert await replicas(settings, FINDINGS["audit"]) == {3}
    roles = Roles(settings)
    try:
        for role, number in (("worker", 0), ("worker", 1), ("relay", 0)):
            roles.start(role, number)
        async with open_hub(settings) as hub:
            mill = Mill(hub)
            registry = await hub.store.registry()
            await mill.send_patiently(steps()[:THIRD], registry)
            await everything_is_out(mill, THIRD)
            brokers[1].get_wrapped_container().kill()
            lost_at = monotonic()
            await mill.send_patiently(steps()[THIRD : 2 * THIRD], registry)
            await everything_is_out(mill, 2 * THIRD)
            print(f"with two of three brokers everything was out {monotonic() - lost_at:.1f} s after the loss")
            await mill.send_patiently(steps()[2 * THIRD :], registry)
            await everything_is_out(mill, len(steps()))
            seen = Counter(event["id"] for event in await mill.outputs())
            assert seen == await mill.said(), "each once"
    finally:
        roles.end()


async def everything_is_out(mill: Mill, count: int) -> None:
    """The first ``count`` events of the story are read, and all that came of them is published."""
    registry = await mill.store.registry()
    sent = [(registry.sources[step.by].urn, step.id) for step in steps()[:count]]
    begun = monotonic()
    while True:
        async with mill.store.begin() as unit:
            unread = set(sent) - set(await unit.seen(sent))
        head, _ = await mill.store.sealed()
        unsealed, published = await mill.store.unsealed(), await mill.store.published()
        if not unread and not unsealed and published == head:
            return
        assert monotonic() - begun < WITHIN_S, {"unread": unread, "unsealed": unsealed, "unpublished": head - published}
        await asyncio.sleep(0.1)


async def replicas(settings: Settings, topic: str) -> set[int]:
    """How many copies the partitions of a topic have, as soon as the broker that answers has heard of the topic.

    The controller acknowledges a new topic before every broker knows it, so the first answer may be an empty one.
    """
    asked = client(settings)
    async with asyncio.timeout(HEARD_S):
        while True:
            found = (await asyncio.to_thread(asked.list_topics, topic, 20)).topics[topic].partitions
            if found:
                return {len(one.replicas) for one in found.values()}
            await asyncio.sleep(0.2)


async def test_one_broker_serves_the_whole_suite(tmp_path: Path) -> None:
    """What ``HUB_TEST_STACK=containers`` gives every test: a transaction goes through, a story comes out."""
    with containers.running(Settings(data=tmp_path / "data", partitions=2)) as (settings, _):
        await prepare(settings, sample=True)
        assert await make_topics(settings, []) == []
        async with open_hub(settings) as hub:
            mill = Mill(hub)
            await mill.send(steps()[:THIRD])
            await mill.work()
            await mill.publish()
            seen = Counter(event["id"] for event in await mill.outputs())
            assert seen == await mill.said()
            assert seen
