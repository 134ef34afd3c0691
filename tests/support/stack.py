"""The stack for tests marked ``stack``: broker and database alone, one for the whole run, apart for every test.

A test takes ``fresh``, settings with a database schema and a topic prefix of its own, or ``stack``, the addresses that
all tests of the run share.
"""

from __future__ import annotations

import asyncio
import os
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

from hub.adapters.embedded.stack import EmbeddedStack
from hub.settings import Settings

START_S = 180
"""Long enough for a first download of the jars."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with the addresses of a running broker and database."""
    given = Settings(data=tmp_path_factory.mktemp("stack"))
    if os.environ.get("HUB_TEST_STACK") == "containers":
        with _containers()(given) as (settings, _):
            yield settings
        return
    with running(given) as settings:
        yield settings


@pytest.fixture
async def fresh(stack: Settings) -> AsyncIterator[Settings]:
    """``stack`` with an empty schema and a topic prefix that no other test has. The schema is dropped afterwards."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(stack.postgres)
    try:
        await connection.execute(f'CREATE SCHEMA "{name}"')
        yield stack.model_copy(update={"schema_name": name, "topic_prefix": f"{name.replace('_', '-')}-"})
        await connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
    finally:
        await connection.close()


def _containers() -> Any:
    """Imported only where it is asked for. Raises pytest.UsageError where containers cannot be used."""
    from tests.support import containers

    if reason := containers.without():
        raise pytest.UsageError(f"HUB_TEST_STACK=containers: {reason}")
    return containers.running


@contextmanager
def running(settings: Settings) -> Iterator[Settings]:
    """A stack in a thread of its own, because tests have an event loop each and the stack outlives them."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="stack", daemon=True)
    thread.start()
    embedded = EmbeddedStack(settings)
    try:
        asyncio.run_coroutine_threadsafe(embedded.__aenter__(), loop).result(START_S)
        yield embedded.settings
    finally:
        asyncio.run_coroutine_threadsafe(embedded.__aexit__(None, None, None), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
