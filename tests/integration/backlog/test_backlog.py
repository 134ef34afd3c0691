"""What lay in the inbound topics, and whether it was read, with a real broker and the real store's ranges of offsets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # ships no types

from hub.adapters.kafka.backlog import backlog
from hub.adapters.postgres import PostgresStore, migrate
from hub.adapters.topics import TopicSpec, make_topics
from hub.errors import TransientError
from hub.settings import Settings

pytestmark = pytest.mark.stack


@pytest.fixture
async def store(fresh: Settings) -> AsyncIterator[PostgresStore]:
    await migrate(fresh.postgres, fresh.schema_name)
    async with PostgresStore.open(fresh.postgres, fresh.schema_name) as opened:
        yield opened


@pytest.fixture
async def topic(fresh: Settings) -> str:
    return (await make_topics(fresh, [TopicSpec("replies", partitions=2)]))[0]


async def send(settings: Settings, topic: str, count: int, *, transaction: bool = False) -> None:
    options = {"transactional_id": f"{topic}-sender"} if transaction else {}
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka, **options) as producer:
        if transaction:
            await producer.begin_transaction()
        for number in range(count):
            await producer.send_and_wait(topic, b"%d" % number, partition=1)
        if transaction:
            await producer.commit_transaction()


async def deal_with(store: PostgresStore, topic: str, first: int, last: int) -> None:
    async with store.begin() as unit:
        unit.span(topic, 1, first, last)


async def test_what_was_there_at_the_opening_is_waited_for_and_nothing_else(
    fresh: Settings, store: PostgresStore, topic: str
) -> None:
    await send(fresh, topic, 3)
    async with backlog(fresh.kafka, fresh.schema_name, [topic, f"{topic}-nobody-made"], store.spans) as caught_up:
        await send(fresh, topic, 2)
        assert not await caught_up()
        await deal_with(store, topic, 0, 1)
        assert not await caught_up()
        await deal_with(store, topic, 2, 2)
        assert await caught_up()


async def test_an_empty_log_is_read(fresh: Settings, store: PostgresStore, topic: str) -> None:
    async with backlog(fresh.kafka, fresh.schema_name, [topic], store.spans) as caught_up:
        assert await caught_up()


async def test_the_mark_behind_a_transaction_is_nothing_to_read(
    fresh: Settings, store: PostgresStore, topic: str
) -> None:
    await send(fresh, topic, 2, transaction=True)
    async with backlog(fresh.kafka, fresh.schema_name, [topic], store.spans) as caught_up:
        await deal_with(store, topic, 0, 0)
        assert not await caught_up()
        await deal_with(store, topic, 1, 1)
        assert await caught_up()


async def test_a_broker_that_is_away_can_be_waited_for(store: PostgresStore) -> None:
    with pytest.raises(TransientError):
        async with backlog("127.0.0.1:9", "hub", ["replies"], store.spans):
            raise AssertionError("opened")
