"""Units of work at the same time: one after the other on the same documents, refused where neither could go on."""

from __future__ import annotations

import asyncio

import pytest

from hub.errors import TransientError
from hub.ports_operations import Operations
from tests.contract.store.samples import received


async def _add_one(store: Operations, key: str) -> None:
    async with store.begin() as unit:
        before = (await unit.get([key])).get(key, b"0")
        await asyncio.sleep(0)
        unit.put(key, str(int(before) + 1).encode())


async def test_no_update_is_lost_even_where_the_document_was_absent(store: Operations) -> None:
    await asyncio.gather(*(_add_one(store, "cadre:new") for _ in range(20)))
    assert await store.documents("cadre:") == [("cadre:new", b"20")]


async def test_many_keys_in_opposite_order_in_one_call_wait_but_never_deadlock(store: Operations) -> None:
    keys = [f"cadre:{n}" for n in range(50)]

    async def take(order: list[str]) -> None:
        async with store.begin() as unit:
            found = await unit.get(order)
            await asyncio.sleep(0)
            for key in keys:
                unit.put(key, found.get(key, b"") + b"x")

    await asyncio.gather(take(keys), take(keys[::-1]), take(keys), take(keys[::-1]))
    assert {body for _, body in await store.documents("cadre:")} == {b"xxxx"}


async def test_opposite_order_in_two_calls_ends_with_one_told_to_retry(store: Operations) -> None:
    first_has, second_has = asyncio.Event(), asyncio.Event()

    async def take(mine: str, other: str, has: asyncio.Event, wait: asyncio.Event) -> str:
        try:
            async with store.begin() as unit:
                await unit.get([mine])
                has.set()
                await wait.wait()
                await unit.get([other])
                unit.put(mine, b"done")
        except TransientError:
            return "retry"
        return "done"

    outcomes = await asyncio.gather(
        take("cadre:a", "cadre:b", first_has, second_has), take("cadre:b", "cadre:a", second_has, first_has)
    )
    assert sorted(outcomes) == ["done", "retry"]
    assert len(await store.documents("cadre:")) == 1


async def test_a_waiting_unit_reads_what_the_other_wrote(store: Operations) -> None:
    locked = asyncio.Event()

    async def writer() -> None:
        async with store.begin() as unit:
            await unit.get(["cadre:a"])
            locked.set()
            unit.put("cadre:a", b"new")

    async def reader() -> bytes:
        async with store.begin() as unit:
            await unit.peek(["cadre:a"])
            await locked.wait()
            return (await unit.get(["cadre:a"]))["cadre:a"]

    assert (await asyncio.gather(writer(), reader()))[1] == b"new"


async def test_one_event_received_twice_at_once_is_kept_once(store: Operations) -> None:
    both = asyncio.Barrier(2)

    async def receive() -> str:
        try:
            async with store.begin() as unit:
                assert await unit.seen([("urn:hub:body:audit-M", "1")]) == {}
                await both.wait()
                unit.receive(received("1"))
                unit.put("note:1", b"x")
        except TransientError:
            return "retry"
        return "done"

    assert sorted(await asyncio.gather(receive(), receive())) == ["done", "retry"]


async def test_two_registries_at_once_one_is_told_to_retry(store: Operations) -> None:
    both = asyncio.Barrier(2)

    async def save() -> str:
        try:
            async with store.begin() as unit:
                await both.wait()
                unit.save_registry(unit.registry.model_copy(update={"version": unit.registry.version + 1}))
        except TransientError:
            return "retry"
        return "done"

    assert sorted(await asyncio.gather(save(), save())) == ["done", "retry"]
    assert (await store.registry()).version == 1


async def test_an_error_of_the_caller_passes_unchanged(store: Operations) -> None:
    with pytest.raises(KeyError):
        async with store.begin():
            raise KeyError("x")
