"""An empty hub: a migrated schema and a topic prefix that no other test has."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.adapters.postgres import PostgresStore, migrate
from hub.settings import Settings


@pytest.fixture
async def settings(fresh: Settings) -> Settings:
    await migrate(fresh.postgres, fresh.schema_name)
    return fresh.model_copy(update={"app_id": fresh.schema_name})


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[PostgresStore]:
    async with PostgresStore.open(settings.postgres, settings.schema_name, size=5) as opened:
        yield opened
