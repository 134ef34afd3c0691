"""Plays histories on a whole hub in memory, through the service's own door."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from hub.domain.facts import Dossier
from hub.sample.world import sample_world
from hub.scenarios.format import Scenario, plain
from hub.scenarios.hub_in_memory import HubInMemory, signed
from schemas.codec import encode_structured
from schemas.record import Record

Row = dict[str, Any]
WORLD: dict[str, Any] = plain(dict(sample_world()))
LAST = "d200"


def scenario(rows: Sequence[Row] = ()) -> Scenario:
    """A scenario of these rows in the sample world."""
    return Scenario("random", "", Path("random"), WORLD, list(rows))


@dataclass(slots=True)
class Played:
    """A hub after a history, and everything that it published, in order."""

    hub: HubInMemory
    events: list[dict[str, Any]]

    @property
    def dossiers(self) -> dict[str, Dossier]:
        """Every dossier by key."""
        keys = ("cadre:", "team:", "unit:")
        return {key: Dossier.model_validate_json(body) for key, body in self.hub.store.docs.items() if key.startswith(keys)}

    def of_type(self, *types: str) -> list[dict[str, Any]]:
        """Published events of these types."""
        return [event for event in self.events if event["type"].removeprefix("hub.") in types]


async def _play(rows: Iterable[Row], *, arrive: str | None, batches: bool) -> Played:
    whole = scenario()
    hub = HubInMemory(whole)
    await hub.start()
    waiting: list[Row] = []
    last = None
    for place, row in enumerate(rows):
        now = whole.moment(arrive or row["at"]) + timedelta(seconds=place if arrive else 0)
        if batches and last is not None and (now.date() != last or row.get("tick")):
            await _batch(hub, waiting)
        if hub.clock.at < now:
            hub.clock.set(now)
        last = now.date()
        if row.get("tick"):
            await hub.tick()
        elif batches:
            waiting.append(row)
        else:
            await hub.send({**row, "time": row.get("time", row["at"])})
        if not arrive and not batches:
            await hub.tick()
    await _batch(hub, waiting)
    await hub.tick()
    return Played(hub, await published(hub))


async def _batch(hub: HubInMemory, rows: list[Row]) -> None:
    """All of them in one call, as one delivery of Kafka."""
    records = []
    for row in rows:
        event = signed(hub.scenario, {**row, "time": row.get("time", row["at"])}, hub.registry)
        hub._offset += 1
        records.append(Record("scenario", 0, hub._offset, None, encode_structured(event.attributes, event.data), (), -1))
    rows.clear()
    await hub.service.receive(records)


async def published(hub: HubInMemory) -> list[dict[str, Any]]:
    """What a reader of all topics has got since the last call."""
    await hub.store.seal(100_000)
    fresh = await hub.store.unpublished(hub._read, 100_000)
    hub._read = fresh[-1].position if fresh else hub._read
    return [orjson.loads(sealed.entry.body) for sealed in fresh if sealed.entry.kind == "out"]


def play(rows: Iterable[Row], *, arrive: str | None = None, batches: bool = False) -> Played:
    """Play a history: each row on its day, or all of them one after another on the day ``arrive``."""
    return asyncio.run(_play(rows, arrive=arrive, batches=batches))


def facts_of(played: Played) -> dict[str, Any]:
    """The facts of every dossier without days of acceptance: what judgement rests on."""
    found: dict[str, Any] = {}
    for key, dossier in played.dossiers.items():
        parts = dossier.model_dump(include={"statements", "acts", "tolerances", "notes", "links", "unlinked", "merged_into", "standing"})
        for name in ("statements", "acts", "tolerances", "notes"):
            parts[name] = {ident: {k: v for k, v in one.items() if k not in ("accepted", "first_accepted")} for ident, one in sorted(parts[name].items())}
        if any(parts[name] for name in ("statements", "acts", "tolerances", "notes")):
            found[key] = parts
    return found
