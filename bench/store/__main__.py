"""``python -m bench.store``: events a second through a unit of work in batches of 500, then sealing and verifying.

Wants ``HUB_POSTGRES``; works in a schema of its own, which it drops.
"""

from __future__ import annotations

import asyncio
import os
from time import perf_counter

from hub.adapters.postgres import PostgresStore, migrate
from hub.ports import InboxRow, LedgerEntry, Position, QueueRow, UnitOfWork, Wake
from hub.settings import Settings

BATCH, BATCHES, CADRES = 500, 60, 5000
TOPIC = "findings-audit"
BODY = os.urandom(350).hex().encode()
DOCUMENT = os.urandom(750).hex().encode()


async def batch(unit: UnitOfWork, worker: int, number: int, *, full: bool) -> None:
    """500 events, each an inbox row and a ledger line; ``full``: a dossier, a wake-up call and a queue row too."""
    first = number * BATCH
    ids = [f"{worker}-{first + at}" for at in range(BATCH)]
    keys = [f"cadre:{worker}-{(first + at) % CADRES}" for at in range(BATCH)]
    await unit.seen([("urn:hub:body:audit-M", one) for one in ids])
    if full:
        await unit.get(keys)
    for at, (one, key) in enumerate(zip(ids, keys, strict=True)):
        position = Position(TOPIC, worker, first + at)
        unit.receive(InboxRow("urn:hub:body:audit-M", one, "finding.reported", "accepted", b"h" * 32, position))
        unit.append(LedgerEntry(one, "out", "task.proposed", BODY, unit.now, key, "org-M", "tasks-org-M", key))
        if full:
            unit.put(key, DOCUMENT)
            unit.set_wakes(key, [Wake(key, "reply", unit.now.date())])
            unit.queue(
                QueueRow(one, "org-M", "task.proposed", "proposed", True, key, None, None, False, BODY, unit.now)
            )
    unit.span(TOPIC, worker, first, first + BATCH - 1)


async def work(store: PostgresStore, worker: int, *, full: bool) -> None:
    """One worker: batch after batch."""
    for number in range(BATCHES):
        async with store.begin() as unit:
            await batch(unit, worker, number, full=full)


async def round_of(settings: Settings, workers: int, *, full: bool) -> None:
    """Measure one way of working and print it."""
    schema = f"bench_{os.getpid()}"
    await migrate(settings.postgres, schema)
    async with PostgresStore.open(settings.postgres, schema) as store:
        rows = BATCH * BATCHES * workers
        began = perf_counter()
        await asyncio.gather(*(work(store, worker, full=full) for worker in range(workers)))
        flushed = perf_counter()
        while await store.seal(1000):
            pass
        sealed = perf_counter()
        await store.verify()
        verified = perf_counter()
        what = "all tables" if full else "inbox and ledger"
        print(
            f"{what}, {workers} worker(s): {rows / (flushed - began):,.0f} events/s, "
            f"sealed {rows / (sealed - flushed):,.0f}/s, verified {rows / (verified - sealed):,.0f}/s"
        )
        await store.pool.execute(f'drop schema "{schema}" cascade')


async def main() -> None:
    """Both ways, with one worker and with two."""
    for full in (False, True):
        for workers in (1, 2):
            await round_of(Settings(), workers, full=full)


if __name__ == "__main__":
    asyncio.run(main())
