"""What one turn of the relay ships."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.adapters.clock import SHANGHAI
from hub.adapters.kafka.watermark import Watermark
from hub.ports import LedgerEntry
from hub.testing import MemoryStore
from streams.relay_step import step

AT = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


class Ship:
    """Keeps what was published."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def publish(self, shard: int, entries: Sequence[LedgerEntry], watermark: Watermark) -> None:
        self.sent += [entry.id for entry in entries]


async def test_what_was_removed_is_not_published_again() -> None:
    store, ship = MemoryStore(), Ship()
    async with store.begin() as unit:
        for name in "abc":
            unit.append(LedgerEntry(name, "out", "task.proposed", b"{}", AT, topic="tasks-org-M", key="A"))
    await store.seal(10)
    start, _ = await step(store, ship, 0, Watermark(0, ""), halted=False)
    assert ship.sent == ["a", "b", "c"]
    async with store.begin() as unit:
        await unit.empty(["a", "c"])
    await store.rewind_published(0)
    again, count = await step(store, ship, 0, Watermark(0, ""), halted=False)
    assert (again, count, ship.sent[3:]) == (start, 1, ["b"])
