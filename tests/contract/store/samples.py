"""Rows to put into a store."""

from __future__ import annotations

from datetime import date, datetime

from hub.adapters.clock import SHANGHAI
from hub.ports import DeadLetter, InboxRow, LedgerEntry, Position, QueueRow, Wake

AT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=SHANGHAI)


def line(id_: str, *, dossier: str | None = None, topic: str | None = "tasks-org-M") -> LedgerEntry:
    key = "c1" if topic else None
    return LedgerEntry(id_, "out" if topic else "note", "task.proposed", b'{"a": 1}', AT, dossier, "org-M", topic, key)


def received(id_: str, verdict: str = "accepted", offset: int | None = 3) -> InboxRow:
    position = None if offset is None else Position("findings-audit", 0, offset)
    return InboxRow("urn:hub:body:audit-M", id_, "finding.reported", verdict, b"h" * 32, position)


def item(id_: str, *, organ: str = "org-M", is_open: bool = True, state: str = "proposed") -> QueueRow:
    return QueueRow(id_, organ, "task.proposed", state, is_open, "c1", None, date(2026, 4, 1), False, b"{}", AT)


def letter(offset: int, *, topic: str = "replies", reason: str = "not_json") -> DeadLetter:
    return DeadLetter(Position(topic, 1, offset), None, None, reason, "line 1", b"\xff\x00", 2)


def wake(key: str, day: int, clock: str = "reply") -> Wake:
    return Wake(key, clock, date(2026, 3, day))
