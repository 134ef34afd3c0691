"""Stores under test: in memory, and in Postgres with a schema of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from hub.adapters.keys.citizen_numbers import NumberKeys, in_memory
from hub.adapters.postgres import PostgresStore, migrate
from hub.ports_operations import Operations
from hub.settings import Settings
from hub.testing import FixedClock, MemoryStore

START = datetime(2026, 3, 2, 9, 0)
SECRET = bytes(range(32))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def number_keys() -> NumberKeys:
    return in_memory(SECRET)


@pytest.fixture
async def postgres(fresh: Settings, clock: FixedClock, number_keys: NumberKeys) -> AsyncIterator[PostgresStore]:
    await migrate(fresh.postgres, fresh.schema_name)
    opened = PostgresStore.open(fresh.postgres, fresh.schema_name, clock=clock, size=5, number_keys=number_keys)
    async with opened as store:
        yield store


@pytest.fixture
def memory(clock: FixedClock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.stack)])
def store(request: pytest.FixtureRequest) -> Operations:
    found: Operations = request.getfixturevalue(request.param)
    return found
