"""Dead letters handed to the service once more, in the order of the log; or rehearsed, to see what would come of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog

from hub import log_events
from hub.bootstrap import Hub
from hub.errors import TransientError
from hub.ports import DeadLetter, Position
from hub.service.watched import WatchedStore
from schemas.codec import STRUCTURED
from schemas.record import Record
from streams.failure import is_about_data
from streams.log_reader import LogReader, open_log

log = structlog.get_logger(__name__)
State = Literal["handled", "would_be_handled", "fails_again", "later_events", "content_gone"]


@dataclass(frozen=True, slots=True)
class Output:
    """Something that is published because of a redrive."""

    id: str
    type: str
    to: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter, or would.

    ``later``: offsets of events of the same key that were handled since; the case takes late events and publishes the
    difference, but whoever redrives should know. ``order_known`` is false where the log does not reach back any more.
    """

    position: Position
    state: State
    reason: str = ""
    outputs: list[Output] = field(default_factory=list)
    queue: list[str] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    order_known: bool = True


async def redrive(hub: Hub, letters: Sequence[DeadLetter], *, dry_run: bool, anyway: bool = False) -> list[Outcome]:
    """Try ``letters`` again, oldest place first. A letter that goes through is dropped; idempotent.

    One that later events of its key have overtaken is left, and those of the same key behind it too, unless ``anyway``.
    ``dry_run``: each by itself in a transaction that is rolled back. Raises TransientError.
    """
    ordered = sorted(letters, key=lambda one: (one.position.topic, one.position.partition, one.position.offset))
    outcomes: list[Outcome] = []
    for topic, several in itertools.groupby(ordered, key=lambda one: one.position.topic):
        async with open_log(hub.settings.kafka, hub.settings.app_id, [topic]) as reader:
            for letter in several:
                outcomes.append(await _one(hub, reader, letter, dry_run=dry_run, anyway=anyway))
    return outcomes


async def _one(hub: Hub, reader: LogReader, letter: DeadLetter, *, dry_run: bool, anyway: bool) -> Outcome:
    at = letter.position
    record, behind = await _read(reader, at)
    order_known = record is not None
    if record is None and letter.value:
        headers = (("content-type", STRUCTURED.encode()),)
        record = Record(at.topic, at.partition, at.offset, None, letter.value, headers, -1)
    if record is None:
        return Outcome(at, "content_gone", "the log no longer has it; ask the source to send it again")
    later = await _overtaken(hub, record, behind) if order_known else []
    if later and not anyway and not dry_run:
        return Outcome(at, "later_events", "later events of the same key were handled", later=later)
    watched = WatchedStore(hub.store, letter, keep=not dry_run)
    error = await _try(hub, watched, record)
    outputs, queue = await _difference(hub, watched, dry_run=dry_run)
    if error is not None or watched.noted.letters:
        reason = type(error).__name__ if error is not None else watched.noted.letters[0].reason
        return Outcome(at, "fails_again", reason, later=later, order_known=order_known)
    if not dry_run:
        await hub.store.drop_dead_letters([at])
        log.info(log_events.DEAD_LETTER_REDRIVEN, topic=at.topic, partition=at.partition, offset=at.offset)
    state: State = "would_be_handled" if dry_run else "handled"
    return Outcome(at, state, "", outputs, queue, later, order_known)


async def _try(hub: Hub, watched: WatchedStore, record: Record) -> Exception | None:
    """The error of data, if it fails again; then it is set aside once more."""
    service = hub.service.over(watched)
    try:
        await service.receive([record])
    except TransientError:
        raise
    except Exception as error:
        if not is_about_data(error):
            raise
        await service.poison(record, error)
        return error
    return None


async def _difference(hub: Hub, watched: WatchedStore, *, dry_run: bool) -> tuple[list[Output], list[str]]:
    """What is published because of it. Ids that the ledger had before say nothing new."""
    lines = [line for line in watched.noted.lines if line.kind == "out"]
    known = await hub.store.known_lines([line.id for line in lines]) if dry_run else set()
    outputs = [Output(line.id, line.type, line.to) for line in lines if line.id not in known]
    return outputs, [f"{row.type} {row.state} {row.organ}" for row in watched.noted.rows]


async def _read(reader: LogReader, at: Position) -> tuple[Record | None, list[Record]]:
    """The record, if the log still has it, and those behind it in its partition that the workers have committed."""
    bounds = reader.bounds.get((at.topic, at.partition))
    if bounds is None or at.offset < bounds.start or at.offset >= bounds.end:
        return None, []
    last = max(at.offset, min(bounds.end, bounds.committed) - 1)
    found: list[Record] = []
    key: bytes | None = None
    async for chunk in reader.chunks({(at.topic, at.partition): [(at.offset, last)]}):
        for record in chunk:
            if record.offset == at.offset or (found and record.key == key):
                key = record.key if not found else key
                found.append(record)
    if not found or found[0].offset != at.offset:
        return None, []
    return found[0], found[1:] if key is not None else []


async def _overtaken(hub: Hub, record: Record, behind: Sequence[Record]) -> list[int]:
    """Offsets behind it of the same key that are no dead letters themselves."""
    letters = await hub.store.dead_letters(topic=record.topic, limit=100_000)
    aside = {one.position.offset for one in letters if one.position.partition == record.partition}
    return [one.offset for one in behind if one.offset not in aside]
