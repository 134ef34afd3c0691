"""Reads all outputs while the campaign runs, and says when an event's outputs were all there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

import orjson

from hub.adapters.outputs import KafkaOutputs
from hub.chaos.census import output_topics
from hub.domain.registry import Registry
from hub.errors import TransientError
from hub.settings import Settings

LOOK_S = 0.05
AGAIN_S = 0.5


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

    async def all_there(self, wanted: Callable[[], Iterable[str] | None], within_s: float) -> float:
        """When the last of these outputs was read; ``wanted`` is None while it is not known yet. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while True:
                ids = wanted()
                if ids is not None and all(one in self.seen for one in ids):
                    return max((self.seen[one] for one in ids), default=time.monotonic())
                await asyncio.sleep(LOOK_S)
