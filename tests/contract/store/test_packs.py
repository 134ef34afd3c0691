"""Own rule packs: kept under a revision that every unit of work sees, replaced by one at a time."""

from __future__ import annotations

import asyncio

import pytest

from hub.adapters.postgres import PostgresStore
from hub.errors import TransientError
from hub.policy.files import version_file
from hub.policy.loader import shipped
from hub.policy.marks import Source, parsed
from hub.ports import StoredPacks
from hub.ports_operations import Operations
from hub.service.packs import ACTIVATED, activate, current
from tests.contract.store.samples import line

TEXT = version_file("local-m-2026-01-01").read_text(encoding="utf-8")


def pack(text: str = TEXT) -> list[Source]:
    return [parsed(text, "pack.yaml")]


async def stored(store: Operations) -> StoredPacks:
    async with store.begin() as unit:
        return unit.packs


async def save(store: Operations, body: bytes, *, fail: bool = False) -> None:
    async with store.begin() as unit:
        unit.save_packs(body)
        if fail:
            raise ZeroDivisionError


async def test_replaced_under_the_next_revision_and_seen_by_the_next_unit(store: Operations) -> None:
    assert await stored(store) == StoredPacks()
    async with store.begin() as unit:
        unit.save_packs(b"one")
        assert unit.packs == StoredPacks(1, b"one")
    assert await stored(store) == StoredPacks(1, b"one")
    await save(store, b"two")
    assert await stored(store) == StoredPacks(2, b"two")


async def test_a_failed_unit_of_work_leaves_them(store: Operations) -> None:
    await save(store, b"one")
    with pytest.raises(ZeroDivisionError):
        await save(store, b"two", fail=True)
    assert await stored(store) == StoredPacks(1, b"one")


async def test_an_open_unit_of_work_keeps_what_it_saw(store: Operations) -> None:
    async with store.begin() as unit:
        await save(store, b"one")
        assert unit.packs.revision == 0
        unit.append(line("e1"))
    assert await stored(store) == StoredPacks(1, b"one"), "and does not put it back"


async def test_the_registry_is_not_put_back_either(store: Operations) -> None:
    async with store.begin() as unit:
        async with store.begin() as other:
            other.save_registry(other.registry.model_copy(update={"version": 3}))
        unit.append(line("e1"))
    assert (await store.registry()).version == 3


async def test_two_at_once_one_is_told_to_retry(store: Operations) -> None:
    both = asyncio.Barrier(2)

    async def one(body: bytes) -> str:
        try:
            async with store.begin() as unit:
                await both.wait()
                unit.save_packs(body)
        except TransientError:
            return "retry"
        return "done"

    assert sorted(await asyncio.gather(one(b"a"), one(b"b"))) == ["done", "retry"]
    assert (await stored(store)).revision == 1


async def test_the_same_pack_from_two_sides_is_activated_and_recorded_once(store: Operations) -> None:
    results = await asyncio.gather(*(activate(store, shipped(), pack()) for _ in range(2)))
    assert sorted(len(fresh) for fresh in results) == [0, 1]
    lines = [one for _, one in await store.ledger() if one.type == ACTIVATED]
    assert [one.kind for one in lines] == ["note"]
    assert [one.name for one in (await current(store, shipped())).versions][-1] == "local-m-2026-01-01"


async def test_of_two_that_cross_each_other_one_is_refused(store: Operations) -> None:
    earlier = TEXT.replace("2026-01-01", "2025-07-01")
    results = await asyncio.gather(
        *(activate(store, shipped(), pack(text)) for text in (TEXT, TEXT.replace("S3: true", "S2: true"))),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in results) == ["UsageError", "list"]
    assert "another content" in str(next(one for one in results if isinstance(one, Exception)))
    with pytest.raises(Exception, match="same days"):
        await activate(store, shipped(), pack(earlier))
    assert (await stored(store)).revision == 1


@pytest.mark.stack
async def test_no_round_trip_is_added_while_nothing_changes(
    postgres: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await activate(postgres, shipped(), pack())
    await stored(postgres)
    asked: list[str] = []
    from hub.adapters.postgres.session import Session

    real = Session.fetch

    async def counting(self: Session, sql: str, *args: object) -> object:
        asked.append(sql)
        return await real(self, sql, *args)

    monkeypatch.setattr(Session, "fetch", counting)
    seen = await stored(postgres)
    assert seen.revision == 1
    assert len(asked) == 1, "registry and packs in one statement"
