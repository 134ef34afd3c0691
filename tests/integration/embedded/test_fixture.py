"""The shared stack gives every test a broker, a database and a corner of its own."""

from __future__ import annotations

import asyncpg
import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from hub.settings import Settings

pytestmark = pytest.mark.stack


async def test_the_database_is_durable_and_wants_a_password(fresh: Settings) -> None:
    connection = await asyncpg.connect(fresh.postgres)
    try:
        shown = {name: await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit")}
        assert shown == {"fsync": "on", "synchronous_commit": "on"}
        assert await connection.fetchval("SELECT to_regnamespace($1)::text", fresh.schema_name) == fresh.schema_name
    finally:
        await connection.close()
    host = fresh.postgres.partition("@")[2]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://hub:guess@{host}")


async def test_the_broker_makes_topics_on_demand_alone(fresh: Settings) -> None:
    admin = AdminClient({"bootstrap.servers": fresh.kafka})
    topic = f"{fresh.topic_prefix}made"
    admin.create_topics([NewTopic(topic, num_partitions=2)])[topic].result(20)
    assert len(admin.list_topics(topic, timeout=20).topics[topic].partitions) == 2
    other = f"{fresh.topic_prefix}never-made"
    assert admin.list_topics(other, timeout=20).topics[other].error is not None
