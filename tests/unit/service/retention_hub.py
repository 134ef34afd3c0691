"""A hub in memory whose committee M keeps records for a year, and a false accusation that was cleared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hub.adapters.keys import Verifier
from hub.adapters.postgres import PostgresStore
from hub.domain.pack import PackSet, Version
from hub.policy.loader import shipped
from hub.scenarios.hub_in_memory import HubInMemory
from hub.service.hub import HubService
from hub.service.removal import Archive
from hub.settings import Settings
from hub.testing import MemoryStore
from tests.properties import stories
from tests.properties.play import Event, Row, deliver, published, scenario

A = "cadre:A"
CASE = {"cadre": "A", "issue": "i1"}
ACCUSED = stories.found("f1", "audit-M", status="untrue", harm=["H2"])
CLEARED: list[Row] = [
    ACCUSED,
    stories.act("a1", "false_accusation", 2, by="committee-M", about=["f1"], cadre="A", fabrication=True, intent=True),
    stories.reply("y1", "talk.held", 3, cadre="A", on="2026-03-05"),
    stories.reply("y2", "followup.done", 4, by="disc-M", of=CASE, on="2026-03-06", recorded_by="x"),
    stories.reply("y3", "clarification.approved", 8, case=CASE, organ="audit-M", forms=["written"], consent=True, scope="i1"),
    stories.reply("y4", "clarification.done", 10, case=CASE, organ="audit-M", forms=["written"], on="2026-03-12"),
]  # fmt: skip
"""Ends on 2026-03-12 (d10); with twelve months the record has ended on 2027-03-13 (d376)."""
LAST_DAY, AFTER = "d375", "d376"


def packs(months: int | None = 12) -> PackSet:
    """The shipped packs, and one of committee M with a retention."""
    body: dict[str, Any] = {"level": "local", "committee": "M", "parameters": {"retention_months": months}}
    return shipped().extended([Version("local-m-2026-01-01", "local-m", date(2026, 1, 1), None, body)])


async def hub_of(
    rows: Sequence[Row],
    archive: Archive | None = None,
    *,
    months: int | None = 12,
    store: MemoryStore | PostgresStore | None = None,
) -> HubInMemory:
    """A hub that has seen these rows, all of it published; over another store where one is given."""
    hub = HubInMemory(scenario(), packs(months))
    if store is not None:
        store.clock = hub.clock
        hub.store = store  # type: ignore[assignment]  # the tests that give one ask it by its port alone
    hub.service = service(hub, archive)
    await hub.start()
    for row in rows:
        await see(hub, row)
    return hub


def service(hub: HubInMemory, archive: Archive | None) -> HubService:
    """The hub's use cases in a process with these settings."""
    return HubService(hub.store, Verifier(), hub.calendar, Settings(), hub.packs, archive)


async def see(hub: HubInMemory, row: Row) -> list[Event]:
    """One row on its day; what was published for it."""
    await at(hub, row["at"])
    await deliver(hub, [row])
    return await out(hub)


async def at(hub: HubInMemory, day: str) -> None:
    """A day comes, and the clockwork does its work."""
    hub.clock.set(hub.scenario.moment(day))
    await hub.tick()
    await out(hub)


async def out(hub: HubInMemory) -> list[Event]:
    """What a reader got since the last call; the relay marks it."""
    found = await published(hub)
    await hub.store.mark_published((await hub.store.sealed())[0])
    return found


def told(events: Sequence[Event]) -> list[str]:
    """Types without prefix."""
    return [event["type"].removeprefix("hub.") for event in events]
