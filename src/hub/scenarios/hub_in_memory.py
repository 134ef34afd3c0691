"""A whole hub in memory for one scenario: the real service, a store in memory, a clock that the runner moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from hub.adapters.calendar import ChinaCalendar
from hub.adapters.keys import Verifier
from hub.domain.pack import PackSet
from hub.policy.loader import shipped
from hub.sample.world import registry_from_world
from hub.scenarios.ending import Ending, current_of
from hub.scenarios.format import Scenario
from hub.scenarios.outputs import Output
from hub.scenarios.rebuild import check_rebuild
from hub.scenarios.seed import seed, signed, with_keys
from hub.service.hub import HubService
from hub.service.verdicts import Answer
from hub.settings import Settings
from hub.testing import FixedClock, MemoryStore
from schemas.codec import encode_structured
from schemas.record import Record

__all__ = ["HubInMemory", "signed"]
ROUNDS = 200
"""Ticks at one instant after which something must be wrong: what fell due once may not fall due again that day."""


class HubInMemory:
    """One scenario's hub. Outputs are read as a queue's reader would see them: sealed and published lines alone."""

    def __init__(self, scenario: Scenario, packs: PackSet | None = None) -> None:
        self.scenario = scenario
        self.clock = FixedClock(scenario.moment("d0"))
        self.store = MemoryStore(clock=self.clock)
        self.packs = packs or shipped(tuple(scenario.world.get("pack") or ()))
        self.calendar = ChinaCalendar()
        settings = Settings(accreditation=scenario.world.get("accreditation", "work_secret"))
        self.service = HubService(self.store, Verifier(), self.calendar, settings, self.packs)
        self.registry = with_keys(registry_from_world(scenario.world))
        self._ending = Ending(self.store, self.packs, self.calendar.is_workday)
        self._offset = 0
        self._read = 0

    async def start(self) -> None:
        """Registry and roster of the world."""
        await seed(self.store, self.scenario, self.registry)

    async def send(self, row: dict[str, Any]) -> None:
        """Read one event, as if it came from Kafka."""
        event = signed(self.scenario, row, self.registry)
        value = encode_structured(event.attributes, event.data)
        self._offset += 1
        await self.service.receive([Record("scenario", 0, self._offset, None, value, (), -1)])

    async def tick(self) -> None:
        """Let everything fire that has fallen due."""
        for _ in range(ROUNDS):
            if not await self.service.tick():
                return
        raise AssertionError("time stands still: something falls due again on every tick")

    async def ask(self, row: dict[str, Any]) -> Answer:
        """Put one question."""
        args = {key: value for key, value in row.items() if key not in ("at", "by", "ask", "id")}
        return await self.service.answer(str(row["by"]), str(row["ask"]), args)

    async def outputs(self) -> list[Output]:
        """What was published since the last call."""
        await self.store.seal(100_000)
        fresh = await self.store.unpublished(self._read, 100_000)
        stopped = "meta:halt" in self.store.docs
        found = []
        for sealed in fresh:
            self._read = sealed.position
            await self.store.mark_published(sealed.position)
            entry = sealed.entry
            if entry.kind == "out" and (not stopped or entry.topic == "hub-alerts"):
                found.append(Output.of(orjson.loads(entry.body), entry.recorded_at, entry.to))
        return found

    async def accesses(self) -> int:
        """How many access entries the ledger has."""
        return sum(line.kind == "access" for line in self.store.lines)

    async def alter(self, finding: str) -> None:
        """Change one byte of a finding's ledger entry behind the hub's back."""
        for index, line in enumerate(self.store.lines):
            if line.kind == "in" and line.id.endswith(f"/{finding}"):
                body = bytearray(line.body)
                body[len(body) // 2] ^= 1
                self.store.lines[index] = replace(line, body=bytes(body))
                return

    async def restart(self) -> None:
        """Throw the dossiers away and rebuild each from the ledger; they must come out equal byte for byte."""
        await check_rebuild(self.store, self.packs, self.calendar.is_workday)

    # ---- the end ----

    async def state_of(self, row: dict[str, Any]) -> dict[str, Any]:
        """What a ``finally`` entry asks about."""
        return await self._ending.state_of(row, self.clock.at.date())

    async def stored(self) -> str:
        """Everything stored, as text, for leak searches."""
        parts = [body.decode("utf-8", "replace") for body in self.store.docs.values()]
        parts += [line.body.decode("utf-8", "replace") for line in self.store.lines]
        parts += [str(row) for row in self.store.inbox.values()]
        return "\n".join(parts)

    async def current(self) -> list[str]:
        """The current outputs, without id, cause, time and due; what is merely suspended is left out."""
        return await current_of(self.store)

    async def close(self) -> None:
        """Nothing to close."""
