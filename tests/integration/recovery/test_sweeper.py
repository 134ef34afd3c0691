"""A sweep finds exactly what was lost, and its repair gives what would have come of it, once."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition  # type: ignore[import-untyped]  # no stubs

from hub.ports import Position
from schemas.topics import FINDINGS
from streams.sweeper import sweep
from tests.integration.recovery.mill import SOON_S, Mill, steps

pytestmark = pytest.mark.stack


async def test_lost_events_are_found_exactly_and_made_up_for_once(mill: Mill) -> None:
    await mill.send(steps())
    lost = await mill.work(loses=lambda record: record.offset % 2 == 0)
    assert lost

    found = await sweep(mill.settings, mill.store, mill.hub.service, repair=False)
    assert set(found.positions) == set(lost)
    assert (found.missing, found.repaired, found.clean) == (len(lost), 0, False)
    assert not (await sweep(mill.settings, mill.store, mill.hub.service, repair=False)).clean, "looking changes nothing"

    mended = await sweep(mill.settings, mill.store, mill.hub.service, repair=True)
    assert mended.repaired == len(lost)
    assert (await sweep(mill.settings, mill.store, mill.hub.service, repair=False)).missing == 0
    async with mill.store.begin() as unit:
        registry = unit.registry
        sent = [(registry.sources[step.by].urn, step.id) for step in steps()]
        assert set(await unit.seen(sent)) == set(sent)


async def test_what_was_only_forgotten_gives_nothing_new(mill: Mill) -> None:
    await mill.send(steps())
    await mill.work()
    await mill.publish()
    before = await mill.said()
    await mill.store.pool.execute("delete from span where topic like '%audit'")
    found = await sweep(mill.settings, mill.store, mill.hub.service, repair=True)
    sources = (await mill.store.registry()).sources
    auditors = [step for step in steps() if sources[step.by].body == "audit" and step.type.startswith("finding.")]
    assert found.repaired == len(auditors) > 0
    await mill.publish()
    assert await mill.said() == before
    ids = [event["id"] for event in await mill.outputs()]
    assert sorted(ids) == sorted(before)


async def test_a_deep_sweep_trusts_no_span(mill: Mill) -> None:
    await mill.send(steps())
    await mill.work()
    before = await mill.said()
    victim = next(step for step in steps() if step.by == "audit-M")
    await mill.store.pool.execute("delete from inbox where id = $1", victim.id)
    assert (await sweep(mill.settings, mill.store, mill.hub.service, repair=False)).clean
    found = await sweep(mill.settings, mill.store, mill.hub.service, repair=True, deep=True)
    assert (found.missing, found.repaired) == (1, 1)
    assert (await sweep(mill.settings, mill.store, mill.hub.service, repair=False, deep=True)).clean
    assert set(before) <= set(await mill.said())


async def test_offsets_without_a_record_are_no_loss(mill: Mill) -> None:
    topic = mill.settings.topic_prefix + FINDINGS["audit"]
    producer = AIOKafkaProducer(bootstrap_servers=mill.settings.kafka, transactional_id=topic)
    await producer.start()
    for turn in range(4):
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"no event", partition=0)
        await (producer.abort_transaction() if turn == 1 else producer.commit_transaction())
    await producer.stop()
    await until_marked(mill, topic, 8)
    lost = await mill.work(loses=lambda record: record.offset == 4)
    assert lost == [Position(topic, 0, 4)]
    found = await sweep(mill.settings, mill.store, mill.hub.service, repair=True)
    assert found.positions == lost
    assert (await mill.store.spans(topic))[0] == [(0, 7)], "marks of transactions are dealt with too"


async def until_marked(mill: Mill, topic: str, end: int) -> None:
    """A commit is acknowledged before its mark is in the log; until then readers stop before what it published."""
    consumer = AIOKafkaConsumer(bootstrap_servers=mill.settings.kafka, isolation_level="read_committed")
    await consumer.start()
    place = TopicPartition(topic, 0)
    async with asyncio.timeout(SOON_S):
        while (await consumer.end_offsets([place]))[place] < end:  # noqa: ASYNC110 - the broker's doing
            await asyncio.sleep(0.05)
    await consumer.stop()


async def test_what_no_worker_has_reached_is_not_missing(mill: Mill) -> None:
    await mill.send(steps()[:5])
    assert (await sweep(mill.settings, mill.store, mill.hub.service, repair=False)).clean


async def test_what_left_the_log_unread_is_told(mill: Mill) -> None:
    topic = mill.settings.topic_prefix + FINDINGS["audit"]
    await mill.send([step for step in steps() if step.by == "audit-M"])
    lost = await mill.work(loses=lambda _: True)
    partition = lost[0].partition
    count = sum(position.partition == partition for position in lost)
    from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete  # type: ignore[import-untyped]  # no stubs
    from aiokafka.structs import TopicPartition  # type: ignore[import-untyped]  # no stubs

    admin = AIOKafkaAdminClient(bootstrap_servers=mill.settings.kafka)
    await admin.start()
    await admin.delete_records({TopicPartition(topic, partition): RecordsToDelete(before_offset=count)})
    await admin.close()
    found = await sweep(mill.settings, mill.store, mill.hub.service, repair=True)
    assert found.gone == {f"{topic}/{partition}": count}
    assert not found.clean
