"""One run of the demo: the story sent to a running hub, what comes out read back and counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from hub.adapters.clock import SHANGHAI
from hub.adapters.outputs import KafkaOutputs
from hub.adapters.topics import own_topics
from hub.bootstrap.folder import read_token
from hub.cli.envelopes import event_of
from hub.cli.sender import Sent, by_http, by_kafka
from hub.domain.registry import Registry
from hub.errors import TransientError, UsageError
from hub.ports_operations import Operations
from hub.sample.story import Act, Step, story
from hub.settings import Settings

WITHIN_S = 60.0
LOOK_EVERY_S = 0.1
PAGE = 1_000
FOLLOWUPS = frozenset({
    "verify.requested", "reminder.suggested", "talk.suggested", "key_assessment.suggested", "referral.made",
    "personnel.held", "task.review.requested",
})  # fmt: skip
Event = dict[str, Any]


@dataclass
class Seen:
    """What a read_committed reader of every output topic saw, in order of arrival."""

    events: list[Event] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)

    def add(self, value: bytes) -> Event | None:
        """Take a message; the event where it is a new one."""
        event: Event = orjson.loads(value)
        self.ids[event["id"]] += 1
        if self.ids[event["id"]] > 1:
            return None
        self.events.append(event)
        return event

    def of(self, kind: str) -> list[Event]:
        """Events of one type, copies for co-managers left out."""
        return [one for one in self.events if one["type"] == f"hub.{kind}" and not one["data"].get("copy")]


@dataclass(frozen=True, slots=True)
class Stage:
    """Who hears what happens: an act begins; an event was published."""

    act: Callable[[Act], None]
    event: Callable[[Event], None]


async def run(settings: Settings, store: Operations, stage: Stage) -> dict[str, Any]:
    """Play the whole story and count. Raises TransientError where something that was sent does not come out in time."""
    registry = await store.registry()
    acts = story(datetime.now(SHANGHAI).date())
    seen = Seen()
    reader = asyncio.create_task(_read(settings, registry, seen, stage))
    try:
        for act in acts:
            stage.act(act)
            await _send(settings, registry, act.steps)
            await _until(partial(_unread, store, registry, act.steps), "reading the events of the demo")
            await _until(partial(_unseen, store, seen), "reading back what was published")
        lost = len(await _unread(store, registry, [step for act in acts for step in act.steps]))
    finally:
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader
    return counted(acts, seen, lost)


async def _read(settings: Settings, registry: Registry, seen: Seen, stage: Stage) -> None:
    names = [spec.name for source in registry.sources.values() for spec in own_topics(source)]
    async for _, value in KafkaOutputs(settings).follow(names):
        event = seen.add(value)
        if event is not None:
            stage.event(event)


async def _send(settings: Settings, registry: Registry, steps: Sequence[Step]) -> None:
    """Everything of one act; each sender its own way, one after the other."""
    for by, via in dict.fromkeys((step.by, step.via) for step in steps):
        source = registry.sources[by]
        mine = [step for step in steps if (step.by, step.via) == (by, via)]
        events = [event_of({"type": one.type, "id": one.id, "data": one.data}, source, settings.data) for one in mine]
        if via == "kafka":
            await by_kafka(settings, source, events)
            continue
        url = f"http://{settings.http_host}:{settings.http_port}"
        _all_taken(await by_http(url, read_token(settings.data, by) or "", events))


def _all_taken(sent: Sequence[Sent]) -> None:
    refused = next((one for one in sent if not one.ok), None)
    if refused is not None:
        raise UsageError(f"the hub refused {refused.id}: {refused.problem}", hint=refused.hint)


async def _unread(store: Operations, registry: Registry, steps: Sequence[Step]) -> list[str]:
    """Which of these events have no verdict yet."""
    wanted = [(registry.sources[step.by].urn, step.id) for step in steps]
    async with store.begin() as unit:
        known = await unit.seen(wanted)
    return [event_id for urn, event_id in wanted if (urn, event_id) not in known]


async def _unseen(store: Operations, seen: Seen) -> list[str]:
    """Which outbound entries of the ledger the reader has not got yet."""
    missing: list[str] = []
    after = 0
    while page := await store.ledger(after=after, limit=PAGE):
        after = page[-1][0]
        missing += [one.id for _, one in page if one.kind == "out" and one.to and one.id not in seen.ids]
    return missing


async def _until(missing: Callable[[], Awaitable[list[str]]], doing: str) -> None:
    try:
        async with asyncio.timeout(WITHIN_S):
            while await missing():  # noqa: ASYNC110 - what is awaited happens in other processes
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError as error:
        raise TransientError(
            f"{doing}: not within {WITHIN_S:.0f} s", hint="see DATA/logs; hub demo --keep keeps them"
        ) from error


def counted(acts: Sequence[Act], seen: Seen, lost: int) -> dict[str, Any]:
    """The numbers of the last line."""
    proposed = Counter(one["data"].get("measure") for one in seen.of("task.proposed"))
    return {
        "findings_in": sum(step.type.startswith("finding.") for act in acts for step in act.steps),
        "matched": len(seen.of("match.confirmed")) + len(seen.of("match.probable")),
        "review": len(seen.of("match.review.requested")),
        "tasks": {measure: proposed[measure] for measure in ("REMOVE", "ADJUST", "DEMOTE")},
        "followups": sum(len(seen.of(kind)) for kind in sorted(FOLLOWUPS)),
        "clarifications": len(seen.of("clarification.proposed")),
        "recalled": len(seen.of("task.recalled")),
        "lost": lost,
        "duplicates": sum(count - 1 for count in seen.ids.values()),
    }
