"""Do the parts that the hub stands on answer, and is there room? Asked from beside the work, with a time limit."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types

from hub.adapters.postgres import PostgresStore
from hub.errors import TransientError

WITHIN_S = 3.0


async def kafka_answers(servers: str, within_s: float = WITHIN_S) -> bool:
    """Whether a broker tells who leads what, on a fresh connection."""
    client = AIOKafkaClient(bootstrap_servers=servers, request_timeout_ms=int(within_s * 1000))
    try:
        async with asyncio.timeout(within_s):
            await client.bootstrap()
        return True
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        with suppress(KafkaError, OSError, TimeoutError):
            await asyncio.wait_for(client.close(), 1.0)


class PostgresPulse:
    """Asks the store over its own connections. One question at a time: one that nobody answers cannot be called off."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._asked: asyncio.Task[int] | None = None

    async def answers(self, within_s: float = WITHIN_S) -> bool:
        """Whether the question, this one or the one still open, was answered in time."""
        if self._asked is None:
            self._asked = asyncio.create_task(self._store.published())
        done, _ = await asyncio.wait([self._asked], timeout=within_s)
        if not done:
            return False
        asked, self._asked = self._asked, None
        error = asked.exception()
        if error is not None and not isinstance(error, TransientError | OSError | TimeoutError):
            raise error
        return error is None


def free_bytes(folder: Path) -> int:
    """Room on the disk of ``folder``, or of the nearest folder above that exists."""
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    return shutil.disk_usage(there).free
