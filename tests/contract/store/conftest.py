"""Stores under test: in memory, and in Postgres with a schema of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import uuid4

import asyncpg
import pytest

from hub.adapters.postgres import PostgresStore, migrate
from hub.ports_operations import Operations
from hub.testing import FixedClock, MemoryStore

START = datetime(2026, 3, 2, 9, 0)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
async def postgres_dsn(request: pytest.FixtureRequest) -> str:
    dsn = os.environ.get("HUB_TEST_POSTGRES")
    return dsn or str(request.getfixturevalue("stack").postgres)


@pytest.fixture
async def schema(postgres_dsn: str) -> AsyncIterator[str]:
    """An empty, migrated schema, dropped afterwards."""
    name = f"test-{uuid4().hex[:12]}"
    await migrate(postgres_dsn, name)
    yield name
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f'drop schema "{name}" cascade')
    await connection.close()


@pytest.fixture
async def postgres(postgres_dsn: str, schema: str, clock: FixedClock) -> AsyncIterator[PostgresStore]:
    async with PostgresStore.open(postgres_dsn, schema, clock=clock, size=5) as store:
        yield store


@pytest.fixture
def memory(clock: FixedClock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.stack)])
def store(request: pytest.FixtureRequest) -> Operations:
    found: Operations = request.getfixturevalue(request.param)
    return found
