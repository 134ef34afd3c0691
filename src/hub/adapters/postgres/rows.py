"""Between table rows and the dataclasses of the ports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from asyncpg import Record

from hub.adapters.clock import SHANGHAI
from hub.ports import DeadLetter, InboxRow, LedgerEntry, Position, QueueRow

LEDGER = "l.seq, l.id, l.kind, l.type, l.body, l.recorded_at, l.dossier, l.recipient, l.topic, l.key, l.body_digest"
LEDGER_WIDTH = 11
QUEUE = "id, organ, type, state, is_open, cadre, case_id, due, is_copy, body, updated_at"
DEAD_LETTER = "topic, partition, at_offset, source, id, reason, detail, value, attempts, kind, first_seen, last_seen"
INBOX = "source, id, type, verdict, content_hash, topic, partition, at_offset"


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into one list per column, for ``unnest``."""
    turned = [list(column) for column in zip(*rows, strict=True)]
    return turned or [[] for _ in range(width)]


def entry(row: Record) -> LedgerEntry:
    """A row of LEDGER."""
    _, id_, kind, type_, body, recorded_at, dossier, to, topic, key, digest = row
    return LedgerEntry(id_, kind, type_, body, recorded_at.astimezone(SHANGHAI), dossier, to, topic, key, digest)


def queue_row(row: Record) -> QueueRow:
    """A row of QUEUE."""
    id_, organ, type_, state, is_open, cadre, case, due, is_copy, body, at = row
    return QueueRow(id_, organ, type_, state, is_open, cadre, case, due, is_copy, body, at.astimezone(SHANGHAI))


def dead_letter(row: Record) -> DeadLetter:
    """A row of DEAD_LETTER."""
    topic, partition, offset, source, id_, reason, detail, value, attempts, kind, first, last = row
    at = Position(topic, partition, offset)
    seen = first.astimezone(SHANGHAI), last.astimezone(SHANGHAI)
    return DeadLetter(at, source, id_, reason, detail, value, attempts, kind, *seen)


def inbox_row(row: Record) -> InboxRow:
    """A row of INBOX."""
    source, id_, type_, verdict, content_hash, topic, partition, offset = row
    position = None if topic is None else Position(topic, partition, offset)
    return InboxRow(source, id_, type_, verdict, content_hash, position)
