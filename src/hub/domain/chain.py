"""The hash chain over the ledger: each line's hash covers the line before it.

So no line can be changed or taken out unseen. ``hash(n) = SHA-256(hash(n - 1) || fields of line n)``; the fields are
id, kind, type, dossier, to, topic, key, recorded_at (UTC, microseconds, ``+00:00``) and body, in that order, each as
a 4-byte big-endian length and its bytes; a missing field is the length ``0xFFFFFFFF`` alone. Anyone can recompute it
from an export with a few lines of code.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

GENESIS = sha256(b"cadre-hub ledger 1").digest()
"""What stands before the first line."""
_ABSENT = b"\xff\xff\xff\xff"


class Line(Protocol):
    """What of a ledger line is sealed (see :class:`hub.ports.LedgerEntry`)."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def dossier(self) -> str | None: ...
    @property
    def to(self) -> str | None: ...
    @property
    def topic(self) -> str | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def body(self) -> bytes: ...


def link(previous: bytes, line: Line) -> bytes:
    """The hash (32 bytes) of ``line`` after a line whose hash is ``previous`` (GENESIS for the first)."""
    return sha256(previous + canonical(line)).digest()


def canonical(line: Line) -> bytes:
    """The sealed bytes of one line: every field with its length, so that no two lines have the same bytes."""
    when = line.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    texts = (line.id, line.kind, line.type, line.dossier, line.to, line.topic, line.key, when)
    return b"".join([*map(_text, texts), _framed(line.body)])


def _text(value: str | None) -> bytes:
    return _ABSENT if value is None else _framed(value.encode())


def _framed(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value
