"""A hub with the sample world, its processes played by the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.bootstrap import open_hub, prepare
from hub.settings import Settings
from tests.integration.recovery.mill import Mill


@pytest.fixture
async def settings(fresh: Settings, tmp_path: Path) -> Settings:
    found = fresh.model_copy(update={"app_id": fresh.schema_name, "data": tmp_path / "data", "partitions": 2})
    await prepare(found, sample=True)
    return found


@pytest.fixture
async def mill(settings: Settings) -> AsyncIterator[Mill]:
    async with open_hub(settings) as hub:
        yield Mill(hub)
