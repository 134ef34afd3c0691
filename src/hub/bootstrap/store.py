"""The store alone: for the relay, for commands and tools."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.adapters.keys.citizen_numbers import in_folder
from hub.adapters.postgres import PostgresStore
from hub.adapters.postgres.clock import DatabaseClock
from hub.bootstrap.folder import keys_folder
from hub.errors import UsageError
from hub.settings import Settings


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[PostgresStore]:
    """The store of a migrated database, with the clock that the settings name; closed when the block ends.

    Raises UsageError where no database is named, TransientError where it does not answer.
    """
    if not settings.postgres:
        raise UsageError("no database is named", hint="start a hub (hub up), or set HUB_POSTGRES to the DSN of one")
    number_keys = in_folder(keys_folder(settings.data))
    opened = PostgresStore.open(
        settings.postgres, settings.schema_name, size=settings.pool_size, number_keys=number_keys
    )
    async with opened as store:
        if settings.clock == "database":
            store.clock = DatabaseClock(store.pool)
        yield store
