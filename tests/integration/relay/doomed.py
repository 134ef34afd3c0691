"""A relay that kills itself with SIGKILL at a named point. Run as a process: ``python -m ... <point> <schema>``.

Points: ``committed`` = Kafka committed, the mark in Postgres not yet set; ``sent`` = everything sent, nothing committed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any, NoReturn

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # ships no types

from hub.adapters.postgres import PostgresStore
from hub.settings import Settings
from streams.relay import run_relay


async def _die(*_: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


async def main(point: str) -> None:
    """Publish until the point is reached. Settings come from the environment."""
    settings = Settings()
    if point == "sent":
        AIOKafkaProducer.commit_transaction = _die
    async with PostgresStore.open(settings.postgres, settings.schema_name) as store:
        if point == "committed":
            store.mark_published = _die  # type: ignore[assignment, method-assign]  # the point to die at
        await run_relay(settings, store)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
