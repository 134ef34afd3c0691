"""Inbox, offsets, ledger, wake-up calls, queue, dead letters, registry, time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hub.domain.registry import Organ, Registry
from hub.ports_operations import Operations
from hub.testing import FixedClock
from tests.contract.store.samples import item, letter, line, received, wake

AUDIT = "urn:hub:body:audit-M"


async def test_time_stands_still_within_a_unit_of_work(store: Operations, clock: FixedClock) -> None:
    async with store.begin() as unit:
        began = unit.now
        clock.advance(timedelta(days=1))
        assert unit.now == began == clock.at - timedelta(days=1)
        assert unit.now.utcoffset() == timedelta(hours=8)


async def test_inbox_rows_are_seen_in_the_unit_and_after_it(store: Operations) -> None:
    events = [(AUDIT, "1"), (AUDIT, "2"), ("urn:hub:body:other", "1")]
    rejected = replace(received("2", "rejected", None), content_hash=None)
    async with store.begin() as unit:
        unit.receive(received("1"))
        unit.receive(rejected)
        assert set(await unit.seen(events)) == {(AUDIT, "1"), (AUDIT, "2")}
    async with store.begin() as unit:
        assert await unit.seen(events) == {(AUDIT, "1"): received("1"), (AUDIT, "2"): rejected}


async def test_a_seen_row_can_be_replaced(store: Operations) -> None:
    async with store.begin() as unit:
        unit.receive(received("1", "parked"))
    async with store.begin() as unit:
        await unit.seen([(AUDIT, "1")])
        unit.receive(received("1", "accepted"))
        assert (await unit.seen([(AUDIT, "1")]))[AUDIT, "1"].verdict == "accepted"
    async with store.begin() as unit:
        assert (await unit.seen([(AUDIT, "1")]))[AUDIT, "1"].verdict == "accepted"


async def test_offsets_join_into_few_ranges(store: Operations) -> None:
    for first, last in ((0, 4), (10, 14), (20, 29), (25, 30), (5, 8)):
        async with store.begin() as unit:
            unit.span("replies", 0, first, last)
            unit.span("replies", 1, first, last)
    async with store.begin() as unit:
        unit.span("replies", 1, 9, 9)
        unit.span("replies", 1, 14, 19)
        unit.span("roster", 0, 0, 0)
    assert await store.spans("replies") == {0: [(0, 8), (10, 14), (20, 30)], 1: [(0, 30)]}


async def test_the_ledger_keeps_the_order_and_drops_a_known_id(store: Operations) -> None:
    first = [line("a", dossier="cadre:1"), line("b"), line("c", topic=None), line("a")]
    async with store.begin() as unit:
        for entry in first:
            unit.append(entry)
    async with store.begin() as unit:
        unit.append(replace(line("b"), body=b"other"))
        unit.append(line("d", dossier="cadre:1"))
    lines = await store.ledger()
    assert [entry for _, entry in lines] == [*first[:3], line("d", dossier="cadre:1")]
    assert [number for number, _ in lines] == sorted({number for number, _ in lines})
    assert [entry.id for _, entry in await store.ledger(dossier="cadre:1")] == ["a", "d"]
    assert [entry.id for _, entry in await store.ledger(after=lines[1][0], limit=1)] == ["c"]


async def test_wakes_are_replaced_as_a_whole(store: Operations) -> None:
    async with store.begin() as unit:
        unit.set_wakes("cadre:b", [wake("cadre:b", 5), wake("cadre:b", 9, "feedback")])
        unit.set_wakes("cadre:a", [wake("cadre:a", 5)])
        unit.set_wakes("cadre:c", [wake("cadre:c", 4)])
        unit.set_wakes("cadre:d", [wake("cadre:d", 3)])
    async with store.begin() as unit:
        unit.set_wakes("cadre:d", [])
        unit.set_wakes("cadre:c", [wake("cadre:c", 20), wake("cadre:c", 4, "feedback")])
    assert await store.due(date(2026, 3, 3), 10) == []
    assert await store.due(date(2026, 3, 9), 10) == ["cadre:c", "cadre:a", "cadre:b"]
    assert await store.due(date(2026, 3, 9), 2) == ["cadre:c", "cadre:a"]
    assert await store.wakes(key="cadre:c") == [
        ("cadre:c", "feedback", date(2026, 3, 4)),
        ("cadre:c", "reply", date(2026, 3, 20)),
    ]


async def test_a_replaced_queue_row_keeps_its_place(store: Operations) -> None:
    async with store.begin() as unit:
        for row in (item("1"), item("2", organ="org-N"), item("3")):
            unit.queue(row)
    async with store.begin() as unit:
        unit.queue(item("1", state="decided", is_open=False))
        unit.queue(item("4"))
    assert await store.queue_rows() == [
        item("1", state="decided", is_open=False),
        item("2", organ="org-N"),
        item("3"),
        item("4"),
    ]
    assert await store.queue_rows(organ="org-M", open_only=True) == [item("3"), item("4")]
    assert await store.queue_rows(organ="org-M", limit=1) == [item("1", state="decided", is_open=False)]


async def test_dead_letters_are_kept_by_position(store: Operations) -> None:
    async with store.begin() as unit:
        unit.dead_letter(letter(7))
        unit.dead_letter(letter(7, reason="schema"))
        unit.dead_letter(letter(2, topic="roster"))
    async with store.begin() as unit:
        unit.dead_letter(letter(3))
    assert await store.dead_letters(topic="replies") == [letter(3), letter(7, reason="schema")]
    await store.drop_dead_letters([letter(3).position])
    assert await store.dead_letters() == [letter(7, reason="schema"), letter(2, topic="roster")]


async def test_the_registry_as_replaced_and_as_committed(store: Operations) -> None:
    registry = Registry(version=1, organs={"P-M": Organ(code="P-M", name="M市委")})
    async with store.begin() as unit:
        assert unit.registry == Registry()
        unit.save_registry(registry)
        assert unit.registry == registry
    async with store.begin() as unit:
        assert unit.registry == registry
    assert await store.registry() == registry
