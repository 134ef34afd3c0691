"""Reads all outputs while the campaign runs, and says when the flow was back."""

from __future__ import annotations

import asyncio
import time

import orjson

from hub.adapters.outputs import KafkaOutputs
from hub.chaos.census import output_topics
from hub.chaos.feeder import Feeder
from hub.domain.registry import Registry
from hub.errors import TransientError
from hub.settings import Settings

LOOK_S = 0.2
FAR_BACK_S = 120.0
AGAIN_S = 0.5


Place = tuple[str, int]


class Watcher:
    """``seen``: output id → when a read_committed reader had it first (monotonic seconds)."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self._topics = output_topics(registry)
        self.seen: dict[str, float] = {}

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            try:
                async for _, value in KafkaOutputs(self._settings).follow(self._topics):
                    self.seen.setdefault(orjson.loads(value)["id"], time.monotonic())
            except TransientError:
                await asyncio.sleep(AGAIN_S)

    def moved(self, feeder: Feeder, since: float) -> dict[Place, float]:
        """Per partition of the inbound topics, when an event of it first came out after a moment."""
        found: dict[Place, float] = {}
        for ident, place in reversed(feeder.places.items()):
            at = max((self.seen.get(output, 0.0) for output in feeder.sent[ident].expected), default=0.0)
            if at >= since:
                found[place] = min(at, found.get(place, at))
            elif at and feeder.began[ident] < since - FAR_BACK_S:
                break
        return found

    async def flows(self, feeder: Feeder, since: float, within_s: float) -> float:
        """When every partition had moved again, and HTTP had taken an event again. Raises TimeoutError."""
        wanted = set(feeder.places.values())
        async with asyncio.timeout(within_s):
            while True:
                moved = self.moved(feeder, since)
                taken = next((at for at in feeder.web.values() if at >= since), None)
                if wanted <= moved.keys() and taken is not None:
                    return max(taken, *moved.values())
                await asyncio.sleep(LOOK_S)

    async def everything(self, feeder: Feeder, events: int, within_s: float) -> None:
        """Wait until the first ``events`` events have come out. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while True:
                first = list(feeder.sent.values())[:events]
                if len(first) == events and all(output in self.seen for one in first for output in one.expected):
                    return
                await asyncio.sleep(LOOK_S)
