"""What read_committed readers saw, beside what had to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from hub.adapters.outputs import KafkaOutputs
from hub.adapters.topics import own_topics
from hub.domain.registry import Registry
from hub.settings import Settings
from schemas.topics import ALERTS

SHOWN = 5


@dataclass(slots=True)
class Census:
    """Every output message by (id, topic), with how often it was there and what it was."""

    times: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, topic: str, value: bytes) -> None:
        """Take one message."""
        event = orjson.loads(value)
        self.times[event["id"], topic] += 1
        self.kinds[event["id"]] = f"{event['type']} of {event.get('causationid')}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """``lost``: expected and not there. ``twice``: there more than once. ``strange``: there and not expected."""

    expected: int
    seen: int
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    strange: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Every expected one exactly once, and nothing else."""
        return not (self.lost or self.twice or self.strange)

    def __str__(self) -> str:
        shown = {"lost": self.lost, "twice": self.twice, "strange": self.strange}
        told = (f"{len(ones)} {name} {list(ones[:SHOWN])}" for name, ones in shown.items())
        return f"expected {self.expected}, seen {self.seen}: {', '.join(told)}"


def output_topics(registry: Registry) -> list[str]:
    """Every topic that the hub writes for readers."""
    return [ALERTS, *(spec.name for source in registry.sources.values() for spec in own_topics(source))]


async def take_census(settings: Settings, registry: Registry) -> Census:
    """Read all output topics from their beginning to their present end. Raises TransientError."""
    census = Census()
    async for topic, value in KafkaOutputs(settings).once(output_topics(registry)):
        census.add(topic, value)
    return census


def judge(census: Census, wanted: Iterable[Mapping[str, str]]) -> Judgement:
    """Compare with what every sent event had to yield (id → topic)."""
    due = {pair for outputs in wanted for pair in outputs.items()}
    seen = census.times
    return Judgement(
        len(due),
        len(seen),
        tuple(f"{ident} in {topic}" for ident, topic in sorted(due - seen.keys())),
        tuple(f"{times} x {census.kinds[pair[0]]}" for pair, times in seen.items() if times > 1),
        tuple(f"{pair[0]} {census.kinds[pair[0]]} in {pair[1]}" for pair in sorted(seen.keys() - due)),
    )
