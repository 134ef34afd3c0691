"""Documents: what was put comes back byte for byte, and a failed unit of work leaves nothing."""

from __future__ import annotations

import pytest

from hub.ports_operations import Operations
from tests.contract.store.samples import item, letter, line, received, wake

BODY = b'{"b":1, "a": "\xe5\xbc\xa0", "n": 1.0}\x00\xff'


async def _put(store: Operations, **documents: bytes | None) -> None:
    async with store.begin() as unit:
        for key, body in documents.items():
            unit.put(key, body)


async def test_bytes_come_back_as_they_were(store: Operations) -> None:
    await _put(store, a=BODY, b=b"")
    async with store.begin() as unit:
        assert await unit.get(["a", "b", "c"]) == {"a": BODY, "b": b""}
        assert await unit.peek(["a", "c"]) == {"a": BODY}


async def test_writes_are_visible_within_the_unit_and_deletes_too(store: Operations) -> None:
    await _put(store, a=b"1", b=b"2")
    async with store.begin() as unit:
        assert await unit.get(["a"]) == {"a": b"1"}
        unit.put("a", b"new")
        unit.put("b", None)
        unit.put("c", b"3")
        assert await unit.get(["a", "b", "c"]) == {"a": b"new", "c": b"3"}
        assert await unit.peek(["a", "b", "c"]) == {"a": b"new", "c": b"3"}
    assert await store.documents("") == [("a", b"new"), ("c", b"3")]


async def test_documents_by_prefix_in_pages(store: Operations) -> None:
    await _put(store, **{f"ref:{n}": b"x" for n in ("1", "2", "张", "Z", "a")}, **{"reg:1": b"y", "re": b"z"})
    first = await store.documents("ref:", limit=3)
    rest = await store.documents("ref:", after=first[-1][0], limit=3)
    assert [key for key, _ in first + rest] == ["ref:1", "ref:2", "ref:Z", "ref:a", "ref:张"]
    assert await store.documents("re") != []
    assert await store.documents("nothing:") == []


async def test_a_failed_unit_of_work_leaves_nothing(store: Operations) -> None:
    await _put(store, old=b"1")
    with pytest.raises(ZeroDivisionError):
        await _everything_then_fail(store)
    assert await store.documents("") == [("old", b"1")]
    assert await store.ledger() == []
    assert await store.queue_rows() == []
    assert await store.dead_letters() == []
    assert await store.spans("replies") == {}
    assert await store.wakes() == []
    assert (await store.registry()).version == 0
    async with store.begin() as unit:
        assert await unit.seen([("urn:hub:body:audit-M", "1")]) == {}


async def _everything_then_fail(store: Operations) -> None:
    async with store.begin() as unit:
        await unit.get(["old", "new"])
        unit.put("old", None)
        unit.put("new", b"2")
        unit.receive(received("1"))
        unit.span("replies", 0, 1, 2)
        unit.append(line("e1"))
        unit.set_wakes("cadre:c1", [wake("cadre:c1", 5)])
        unit.queue(item("q1"))
        unit.dead_letter(letter(1))
        unit.save_registry(unit.registry.model_copy(update={"version": 9}))
        await unit.roster_changed({"organ:o": b'{"organ_id": "o", "names": [{"name": "o"}]}'})
        raise ZeroDivisionError


async def test_the_locks_of_a_failed_unit_are_free_again(store: Operations) -> None:
    with pytest.raises(ZeroDivisionError):
        await _everything_then_fail(store)
    async with store.begin() as unit:
        assert await unit.get(["old", "new"]) == {}
