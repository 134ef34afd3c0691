"""What recovery needs of a store: marks of what is in Kafka, a mark set back, places forgotten."""

from __future__ import annotations

from hub.ports_operations import Operations
from tests.contract.store.samples import letter, line


async def test_marked_ids_are_known_and_those_without_a_line_are_orphans(store: Operations) -> None:
    async with store.begin() as unit:
        unit.append(line("a"))
    await store.mark_out(["a", "b"])
    await store.mark_out(["b", "c"])
    assert await store.already_out(["a", "c", "d"]) == {"a", "c"}
    assert await store.orphans(10) == ["b", "c"]
    assert await store.orphans(1) == ["b"]
    assert await store.known_lines(["a", "b"]) == {"a"}


async def test_the_published_mark_goes_back_only_when_told(store: Operations) -> None:
    await store.mark_published(7)
    await store.mark_published(3)
    assert await store.published() == 7
    await store.rewind_published(3)
    assert await store.published() == 3


async def test_places_are_forgotten_together(store: Operations) -> None:
    async with store.begin() as unit:
        unit.span("findings-audit", 0, 0, 9)
    await store.forget_spans()
    assert await store.spans("findings-audit") == {}


async def test_a_letter_says_when_it_was_seen_first_and_last(store: Operations) -> None:
    for attempt in ("one", "two"):
        async with store.begin() as unit:
            unit.dead_letter(letter(1, reason=attempt))
            now = unit.now
    (found,) = await store.dead_letters()
    assert (found.reason, found.last_seen) == ("two", now)
    assert found.first_seen is not None
    assert found.first_seen <= now
