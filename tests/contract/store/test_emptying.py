"""Removing bodies of ledger lines: the chain still verifies, and nobody can do it unseen."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import orjson
import pytest

from hub.domain.chain import REMOVAL
from hub.errors import RefusedError
from hub.ports import LedgerEntry
from hub.ports_operations import Operations
from tests.contract.store.samples import item, line

NAMES = "abcde"


def removal(*positions: list[int], ident: str = "removal") -> LedgerEntry:
    """The line that names what was emptied."""
    body = orjson.dumps({"positions": positions})
    return replace(line(ident, topic=None), type=REMOVAL, body=body)


async def _published(store: Operations) -> None:
    """Five lines, of which two belong to a dossier; all published."""
    async with store.begin() as unit:
        for name in NAMES:
            unit.append(line(name, dossier="cadre:A" if name in "bd" else None))
    await store.seal(10)
    await store.mark_published(5)


async def _empty(store: Operations, ids: str, *more: LedgerEntry) -> list[tuple[int, int]]:
    async with store.begin() as unit:
        places = await unit.empty(ids)
        for entry in more:
            unit.append(entry)
    return places


async def test_lines_of_a_dossier_and_by_id_in_order_and_each_once(store: Operations) -> None:
    await _published(store)
    async with store.begin() as unit:
        assert [one.id for one in await unit.lines(dossier="cadre:A", ids=["e", "b", "none"])] == ["b", "d", "e"]
        assert [one.id for one in await unit.lines(ids=["c"])] == ["c"]
        assert await unit.lines() == []


async def test_an_emptied_line_keeps_its_digest_and_place(store: Operations) -> None:
    await _published(store)
    before = await store.unpublished(0, 10)
    assert await _empty(store, "bcd", removal([2, 4])) == [(2, 4)]
    after = (await store.unpublished(0, 10))[:5]
    assert [one.hash for one in after] == [one.hash for one in before]
    assert [one.entry.body for one in after] == [b'{"a": 1}', b"", b"", b"", b'{"a": 1}']
    digest = sha256(b'{"a": 1}').digest()
    assert after[1].entry == replace(before[1].entry, body=b"", digest=digest)
    assert [one.entry.emptied for one in after] == [False, True, True, True, False]


async def test_it_verifies_while_the_removal_waits_to_be_sealed_and_afterwards(store: Operations) -> None:
    await _published(store)
    await _empty(store, "bd", removal([2, 2], [4, 4]))
    assert await store.verify() is None
    await store.seal(10)
    assert await store.verify() is None


async def test_emptying_twice_changes_nothing_more(store: Operations) -> None:
    await _published(store)
    await _empty(store, "b", removal([2, 2]))
    await _empty(store, "b")
    assert (await store.ledger())[1][1].digest == sha256(b'{"a": 1}').digest()
    assert await store.verify() is None


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ([], "b"),
        ([removal([2, 2])], "d"),
        ([removal([3, 5])], "b"),
        ([replace(removal([2, 4]), type="dossier.step")], "b"),
        ([removal([2, 2]), removal([4, 4], ident="another")], None),
    ],
    ids=["no removal", "one is not named", "others are named", "a line of another type", "two removals"],
)
async def test_what_no_removal_names_is_found(store: Operations, more: list[LedgerEntry], found: str | None) -> None:
    await _published(store)
    await _empty(store, "bd", *more)
    await store.seal(10)
    assert await store.verify() == found


async def test_a_removal_does_not_speak_of_what_stands_behind_it(store: Operations) -> None:
    async with store.begin() as unit:
        unit.append(removal([1, 9]))
    await _published(store)
    await store.seal(10)
    await store.mark_published(6)
    await _empty(store, "b")
    assert await store.verify() == "b"


async def test_an_emptied_removal_names_nothing(store: Operations) -> None:
    await _published(store)
    await _empty(store, "b", removal([2, 2]))
    await store.seal(10)
    await store.mark_published(6)
    async with store.begin() as unit:
        await unit.empty(["removal"])
        unit.append(removal([6, 6], ident="another"))
    assert await store.verify() == "b"


@pytest.mark.parametrize(("sealed", "published"), [(3, 3), (5, 3)], ids=["not sealed", "not published"])
async def test_a_line_that_is_not_published_is_never_emptied(store: Operations, sealed: int, published: int) -> None:
    async with store.begin() as unit:
        for name in NAMES:
            unit.append(line(name))
    await store.seal(sealed)
    await store.mark_published(published)
    with pytest.raises(RefusedError) as refused:
        await _empty(store, "ad")
    assert refused.value.reason == "unpublished"
    assert not any(one.emptied for _, one in await store.ledger())


async def test_a_unit_that_fails_empties_nothing(store: Operations) -> None:
    await _published(store)

    async def fails() -> None:
        async with store.begin() as unit:
            await unit.empty(["b"])
            unit.unqueue(["q"])
            raise ValueError("on purpose")

    async with store.begin() as unit:
        unit.queue(item("q"))
    with pytest.raises(ValueError, match="on purpose"):
        await fails()
    assert not any(one.emptied for _, one in await store.ledger())
    assert [row.id for row in await store.queue_rows()] == ["q"]


async def test_rows_leave_the_queue_for_good(store: Operations) -> None:
    async with store.begin() as unit:
        unit.queue(item("q"))
        unit.queue(item("r"))
    async with store.begin() as unit:
        unit.unqueue(["q", "none"])
    assert [row.id for row in await store.queue_rows()] == ["r"]
