"""The hash chain over the ledger: each line's hash covers the line before it.

So no line can be changed or taken out unseen. ``hash(n) = SHA-256(hash(n - 1) || fields of line n)``; the fields are
id, kind, type, dossier, to, topic, key, recorded_at (UTC, microseconds, ``+00:00``) and the SHA-256 of the body, in that
order, each as a 4-byte big-endian length and its bytes; a missing field is the length ``0xFFFFFFFF`` alone. Anyone can
recompute it from an export with a few lines of code.

Because the chain covers the body by its digest, a body can be removed when its retention ends (R-CF-03): the digest stays
beside the line, and the chain still proves that the event took place, when, and for whom. A body that is there must
match. A line without its body must be named by a line ``record.sealed_or_deleted`` behind it in the chain
(:func:`unaccounted`), so nobody can blank a line unseen either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from hub.domain.spans import Range, joined, without

GENESIS = sha256(b"cadre-hub ledger 2").digest()
"""What stands before the first line."""
REMOVAL = "record.sealed_or_deleted"
"""Type of the line that names, by their positions in the chain, the lines whose bodies were removed. It keeps its own."""
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
    @property
    def digest(self) -> bytes | None: ...


def link(previous: bytes, line: Line) -> bytes:
    """The hash (32 bytes) of ``line`` after a line whose hash is ``previous`` (GENESIS for the first)."""
    return sha256(previous + canonical(line)).digest()


def canonical(line: Line) -> bytes:
    """The sealed bytes of one line: every field with its length, so that no two lines have the same bytes."""
    when = line.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    texts = (line.id, line.kind, line.type, line.dossier, line.to, line.topic, line.key, when)
    return b"".join([*map(_text, texts), _framed(_content(line))])


def _content(line: Line) -> bytes:
    """A body that is there counts, whatever digest stands beside it."""
    return line.digest if line.digest is not None and not line.body else sha256(line.body).digest()


def _text(value: str | None) -> bytes:
    return _ABSENT if value is None else _framed(value.encode())


def _framed(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


class Walk:
    """Follows the chain from its beginning and notes, as ranges of positions, which lines have no body any more."""

    def __init__(self) -> None:
        self.position = 0
        self.emptied: list[Range] = []
        self._last = GENESIS

    def fits(self, line: Line, sealed: bytes) -> bool:
        """Whether the next line is the one that was sealed here."""
        self.position += 1
        self._last = link(self._last, line)
        if line.digest is not None and not line.body:
            self._note()
        return self._last == sealed

    def _note(self) -> None:
        if self.emptied and self.emptied[-1][1] == self.position - 1:
            self.emptied[-1] = (self.emptied[-1][0], self.position)
        else:
            self.emptied.append((self.position, self.position))


def unaccounted(emptied: Iterable[Range], removals: Iterable[tuple[int | None, bytes]]) -> int | None:
    """The first emptied position that no removal line names, or None.

    ``removals``: position (None while it waits to be sealed) and body of each line of type :data:`REMOVAL`. A removal
    speaks of what stands before it alone.
    """
    named = joined(one for position, body in removals for one in _named(position, body))
    gaps = (gap for one in emptied for gap in without(one, named))
    return next((first for first, _ in gaps), None)


def _named(position: int | None, body: bytes) -> list[Range]:
    ranges = [(int(first), int(last)) for first, last in json.loads(body or b"{}").get("positions", ())]
    return [one for one in ranges if position is None or one[1] < position]
