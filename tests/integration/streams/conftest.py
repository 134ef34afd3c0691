"""A log of its own for every test, and workers that end with it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.streams.yard import Yard


@pytest.fixture
async def yard(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Yard]:
    kafka = os.environ.get("HUB_TEST_KAFKA") or str(request.getfixturevalue("stack").kafka)
    opened = Yard(kafka, f"s{uuid4().hex[:10]}-", tmp_path)
    await opened.open()
    yield opened
    await opened.close()
