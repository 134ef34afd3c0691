"""Plays histories on a whole hub in memory, through the service's own door."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from hub.domain.facts import Dossier
from hub.domain.pack import PackSet
from hub.sample.world import sample_world
from hub.scenarios.format import Scenario, plain
from hub.scenarios.hub_in_memory import HubInMemory, signed
from schemas.codec import encode_structured
from schemas.record import Record

Row = dict[str, Any]
Event = dict[str, Any]
WORLD: dict[str, Any] = plain(dict(sample_world()))
LAST = "d200"
KINDS = ("cadre:", "team:", "unit:")


def scenario(rows: Sequence[Row] = ()) -> Scenario:
    """A scenario of these rows in the sample world."""
    return Scenario("random", "", Path("random"), WORLD, list(rows))


@dataclass(slots=True)
class Moment:
    """What one row did: the events that followed, and all dossiers before and after it."""

    row: Row
    events: list[Event]
    before: dict[str, bytes]
    after: dict[str, bytes]

    def dossiers(self, *, before: bool = False) -> dict[str, Dossier]:
        """Dossiers as they stood after the row, or before it."""
        found = self.before if before else self.after
        return {key: Dossier.model_validate_json(body) for key, body in found.items()}

    def of_type(self, *types: str) -> list[Event]:
        """Events of these types."""
        return [event for event in self.events if event["type"].removeprefix("hub.") in types]


@dataclass(slots=True)
class Played:
    """A hub after a history, and everything that it published, in order."""

    hub: HubInMemory
    events: list[Event]
    moments: list[Moment] = field(default_factory=list)

    @property
    def dossiers(self) -> dict[str, Dossier]:
        """Every dossier by key."""
        return {key: Dossier.model_validate_json(body) for key, body in documents(self.hub).items()}

    def of_type(self, *types: str) -> list[Event]:
        """Published events of these types."""
        return [event for event in self.events if event["type"].removeprefix("hub.") in types]

    def current(self) -> list[str]:
        """The current outputs."""
        return asyncio.run(self.hub.current())


def documents(hub: HubInMemory) -> dict[str, bytes]:
    """Dossiers as stored."""
    return {key: body for key, body in hub.store.docs.items() if key.startswith(KINDS)}


async def _play(rows: Iterable[Row], *, batches: bool, watch: bool, packs: PackSet | None = None) -> Played:
    played = Played(HubInMemory(scenario(), packs), [])
    hub = played.hub
    await hub.start()
    for at, group in itertools.groupby(rows, key=lambda row: hub.scenario.moment(row["at"])):
        hub.clock.set(max(at, hub.clock.at))
        waiting = list(group)
        if batches:
            await deliver(hub, [row for row in waiting if not row.get("tick")])
        for row in () if batches else waiting:
            before = documents(hub) if watch else {}
            if not row.get("tick"):
                await deliver(hub, [row])
            elif watch:
                await hub.tick()
            await _note(played, row, before, watch)
        before = documents(hub) if watch else {}
        await hub.tick()
        await _note(played, {"tick": True, "at": waiting[0]["at"]}, before, watch)
    return played


async def _note(played: Played, row: Row, before: dict[str, bytes], watch: bool) -> None:
    fresh = await published(played.hub)
    played.events += fresh
    if watch:
        played.moments.append(Moment(row, fresh, before, documents(played.hub)))


async def _arrive(rows: Iterable[Row], day: str) -> Played:
    hub = HubInMemory(scenario())
    await hub.start()
    for place, row in enumerate(rows):
        hub.clock.set(hub.scenario.moment(day) + timedelta(seconds=place))
        await deliver(hub, [row])
    await hub.tick()
    return Played(hub, await published(hub))


async def deliver(hub: HubInMemory, rows: Sequence[Row]) -> None:
    """All of them in one call, as one delivery of Kafka."""
    records = []
    for row in rows:
        event = signed(hub.scenario, {**row, "time": row.get("time", row["at"])}, hub.registry)
        hub._offset += 1
        value = encode_structured(event.attributes, event.data)
        records.append(Record("scenario", 0, hub._offset, None, value, (), -1))
    await hub.service.receive(records)


async def published(hub: HubInMemory) -> list[Event]:
    """What a reader of all topics has got since the last call."""
    await hub.store.seal(100_000)
    fresh = await hub.store.unpublished(hub._read, 100_000)
    hub._read = fresh[-1].position if fresh else hub._read
    await hub.store.mark_published(hub._read)
    return [orjson.loads(sealed.entry.body) for sealed in fresh if sealed.entry.kind == "out"]


def play(rows: Iterable[Row], *, batches: bool = False, watch: bool = False, packs: PackSet | None = None) -> Played:
    """Play a history, each row on its day; ``watch`` notes what every row did."""
    return asyncio.run(_play(rows, batches=batches, watch=watch, packs=packs))


def arrive(rows: Iterable[Row], day: str = LAST) -> Played:
    """All rows one after another on one day, with the times of their sources."""
    return asyncio.run(_arrive(rows, day))


def facts_of(played: Played) -> dict[str, Any]:
    """The facts of every dossier without days of acceptance: what judgement rests on."""
    found: dict[str, Any] = {}
    held = ("statements", "acts", "tolerances", "notes")
    for key, dossier in played.dossiers.items():
        parts = dossier.model_dump(include={*held, "links", "unlinked", "merged_into", "standing"})
        for name in held:
            parts[name] = {ident: _timeless(one) for ident, one in sorted(parts[name].items())}
        if any(parts[name] for name in held):
            found[key] = parts
    return found


def _timeless(fact: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fact.items() if name not in ("accepted", "first_accepted")}
