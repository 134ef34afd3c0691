"""A hub's parts in this process: store, keys, calendar, clock, service."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hub.adapters.calendar import read_calendar
from hub.adapters.keys import Verifier
from hub.adapters.keys.archive import read_archive_key
from hub.adapters.postgres import PostgresStore
from hub.adapters.postgres.clock import DatabaseClock
from hub.bootstrap.store import open_store
from hub.ports import Keys
from hub.service.hub import HubService
from hub.service.packs import PackSets, of_release
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Hub:
    """An open hub. ``clock`` only where a test runner may move it."""

    settings: Settings
    store: PostgresStore
    service: HubService
    clock: DatabaseClock | None


@asynccontextmanager
async def open_hub(settings: Settings, role: str = "command") -> AsyncIterator[Hub]:
    """Everything that receives, times and answers. Raises as :func:`open_store`, and UsageError for a bad calendar or archive key.

    ``role`` names this process beside others of the machine.
    """
    calendar = read_calendar(settings.calendar_file)
    archive = read_archive_key(settings.archive_key)
    async with open_store(settings) as store:
        keys: Keys = Verifier()
        packs = PackSets(of_release(settings), f"{socket.gethostname()}/{role}")
        service = HubService(store, keys, calendar, settings, packs, archive)
        clock = store.clock if isinstance(store.clock, DatabaseClock) else None
        yield Hub(settings, store, service, clock)
