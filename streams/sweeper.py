"""The sweeper: compares the log with what was dealt with, and hands to the service what is missing.

Below what the workers have committed every offset was dealt with in a transaction of the store (its *span*), or it is
no record: the mark of a transaction, compacted away, aborted. What is neither was lost, by a restore of the database to
an older point or by a mistake, and is read again. The service finds out by itself what it knows already.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import structlog

from hub import log_events
from hub.domain.spans import Range, joined, without
from hub.errors import InvariantError
from hub.ports import Position
from hub.ports_operations import Operations
from hub.settings import Settings
from schemas.codec import Malformed, decode
from schemas.record import Record
from schemas.topics import INBOUND_TOPICS
from streams import metrics
from streams.breaker import Breaker, Stalls
from streams.failure import Courier
from streams.handler import BatchHandler
from streams.log_reader import Bounds, LogReader, Place, open_log

log = structlog.get_logger(__name__)
FAMILY = "sweep"
SHOWN = 1_000
"""Positions that a report names; it counts all."""


@dataclass
class Report:
    """What a sweep found. ``gone``: offsets that nobody dealt with and that the log no longer holds, per partition.

    ``replaced``: partitions whose log is shorter than what was dealt with there: another log under the same name.
    """

    partitions: int = 0
    missing: int = 0
    repaired: int = 0
    positions: list[Position] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Nothing is missing, or all of it was read again."""
        return self.missing == self.repaired and not self.gone and not self.replaced

    def add(self, records: Sequence[Record]) -> None:
        """Note what is missing."""
        self.missing += len(records)
        room = SHOWN - len(self.positions)
        self.positions += [Position(r.topic, r.partition, r.offset) for r in records[:room]]


async def sweep(
    settings: Settings, store: Operations, handler: BatchHandler, *, repair: bool, deep: bool = False
) -> Report:
    """Compare, and with ``repair`` hand what is missing to ``handler``, oldest first. Idempotent.

    ``deep``: trust no span; every event that the log still holds is looked up in the inbox. Records that no worker has
    reached yet are not missing. Raises TransientError where Kafka or the store does not answer.
    """
    begun = time.monotonic()
    report = Report()
    topics = [settings.topic_prefix + name for name in INBOUND_TOPICS]
    async with open_log(settings.kafka, settings.app_id, topics) as reader:
        wanted = await _wanted(store, reader, report, deep=deep)
        stalls = handler if isinstance(handler, Stalls) else None
        breaker = Breaker(FAMILY, stalls, limit=settings.breaker_after)
        courier = Courier(FAMILY, handler, breaker=breaker, leave=_refuse)
        async for records in reader.chunks(wanted):
            missing = await _unknown(store, records) if deep else records
            report.add(missing)
            if repair and missing:
                await courier.deliver(missing)
                report.repaired += len(missing)
    if repair:
        await _note(store, wanted)
    report.seconds = round(time.monotonic() - begun, 2)
    _tell(report)
    return report


async def _wanted(store: Operations, reader: LogReader, report: Report, *, deep: bool) -> dict[Place, list[Range]]:
    """The stretches to read, per partition; notes what cannot be read any more."""
    dealt = {topic: await store.spans(topic) for topic in sorted({place[0] for place in reader.bounds})}
    wanted: dict[Place, list[Range]] = {}
    for place, bounds in reader.bounds.items():
        known = joined(dealt[place[0]].get(place[1], ()))
        wanted[place] = _holes(place, bounds, known, report, deep=deep)
    report.partitions = len(wanted)
    return wanted


def _holes(place: Place, bounds: Bounds, known: list[Range], report: Report, *, deep: bool) -> list[Range]:
    end = min(bounds.end, bounds.committed) - 1
    name = f"{place[0]}/{place[1]}"
    if known and known[-1][1] >= bounds.end:
        report.replaced.append(name)
    lost = sum(last - first + 1 for first, last in without((0, min(bounds.start, bounds.committed) - 1), known))
    if lost and not deep:
        report.gone[name] = lost
    if end < bounds.start:
        return []
    return [(bounds.start, end)] if deep else without((bounds.start, end), known)


async def _unknown(store: Operations, records: Sequence[Record]) -> list[Record]:
    """Those whose event has neither an inbox row nor a dead letter."""
    named = {r: found for r in records if (found := _name(r)) is not None}
    registry = await store.registry()
    async with store.begin() as unit:
        seen = await unit.seen([*named.values()])
    topic = records[0].topic
    aside = {
        (p.partition, p.offset) for p in (d.position for d in await store.dead_letters(topic=topic, limit=100_000))
    }
    return [
        r
        for r, name in named.items()
        if name not in seen and registry.by_urn(name[0]) and (r.partition, r.offset) not in aside
    ]


def _name(record: Record) -> tuple[str, str] | None:
    try:
        event = decode(record.value, record.headers)
    except Malformed:
        return None
    return str(event.attributes["source"]), str(event.attributes["id"])


async def _note(store: Operations, wanted: dict[Place, list[Range]]) -> None:
    """What was looked at is dealt with, the offsets without a record too: nobody need read there again."""
    async with store.begin() as unit:
        for (topic, partition), ranges in wanted.items():
            for first, last in ranges:
                unit.span(topic, partition, first, last)


def _refuse(code: int) -> NoReturn:
    raise InvariantError("an event that is missing cannot be handled", hint="the log names it and the error")


def _tell(report: Report) -> None:
    metrics.SWEEP_MISSING.set(report.missing - report.repaired)
    metrics.SWEEP_GONE.set(sum(report.gone.values()))
    metrics.SWEEP_REPAIRED.inc(report.repaired)
    metrics.SWEEP_AT.set_to_current_time()
    found = {"missing": report.missing, "repaired": report.repaired, "gone": sum(report.gone.values())}
    if any(found.values()) or report.replaced:
        log.warning(log_events.SWEEP_FOUND, **found, replaced=report.replaced, seconds=report.seconds)
    else:
        log.info(log_events.SWEEP_DONE, partitions=report.partitions, seconds=report.seconds)
