"""The hash chain and the publishing marks."""

from __future__ import annotations

import asyncio
from hashlib import sha256

from hub.domain.chain import GENESIS, link
from hub.ports import LedgerEntry
from hub.ports_operations import Operations
from tests.contract.store.samples import line


async def _append(store: Operations, *entries: LedgerEntry) -> None:
    async with store.begin() as unit:
        for entry in entries:
            unit.append(entry)


async def test_lines_are_chained_in_order_without_holes(store: Operations) -> None:
    lines = [line("a"), line("b", topic=None), line("c")]
    await _append(store, lines[0], lines[0])
    await _append(store, *lines[1:])
    assert await store.unsealed() == 3
    assert await store.sealed() == (0, GENESIS)
    assert [await store.seal(2), await store.seal(2), await store.seal(2)] == [2, 1, 0]
    sealed = await store.unpublished(0, 10)
    assert [(one.position, one.entry) for one in sealed] == list(enumerate(lines, 1))
    assert sealed[0].hash == link(GENESIS, lines[0])
    assert sealed[2].hash == link(link(link(GENESIS, lines[0]), lines[1]), lines[2])
    assert [one.position for one in await store.unpublished(1, 1)] == [2]
    assert await store.sealed() == (3, sealed[2].hash)
    assert [await store.hash_at(2), await store.hash_at(4), await store.hash_at(0)] == [sealed[1].hash, None, None]
    assert await store.unsealed() == 0
    assert await store.verify() is None


async def test_the_mark_never_goes_back(store: Operations) -> None:
    assert await store.published() == 0
    await store.mark_published(5)
    await store.mark_published(3)
    assert await store.published() == 5


async def test_one_holder_per_shard(store: Operations) -> None:
    async with store.lock(0) as first, store.lock(0) as second, store.lock(1) as other:
        assert (first, second, other) == (True, False, True)
        assert await store.holds(0)
        assert not await store.holds(2)
    assert not await store.holds(0)
    async with store.lock(0) as again:
        assert again


async def test_the_holder_hears_of_new_lines(store: Operations) -> None:
    async with store.lock(0):
        waiting = asyncio.create_task(store.news(60))
        await _append(store, line("a"))
        await asyncio.wait_for(waiting, 5)


def test_the_chain_can_be_recomputed_from_its_description() -> None:
    entry = line("张", topic=None)
    when = "2026-03-02T01:30:00.123456+00:00"
    fields: list[str | None] = ["张", "note", "task.proposed", None, "org-M", None, None, when]
    framed = b"".join(b"\xff" * 4 if f is None else len(f.encode()).to_bytes(4, "big") + f.encode() for f in fields)
    assert (
        link(GENESIS, entry) == sha256(GENESIS + framed + b"\x00\x00\x00\x20" + sha256(b'{"a": 1}').digest()).digest()
    )
