"""Dossiers kept between transactions, so that a large one is not read from JSON again with every batch."""

from __future__ import annotations

from collections import OrderedDict

from hub.domain.facts import Dossier


class Kept:
    """A bounded memory of dossiers with the bytes they were stored as. ``limit`` is in bytes of JSON.

    A dossier is handed out once and only where the stored bytes are still the same; whoever took it keeps it again after its
    transaction was committed. What a transaction that failed has changed is therefore never seen again.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._found: OrderedDict[str, tuple[bytes, Dossier]] = OrderedDict()

    def take(self, key: str, body: bytes) -> Dossier | None:
        """The dossier that was stored as exactly these bytes, taken out; None where there is none."""
        known = self._found.pop(key, None)
        if known is None:
            return None
        self._size -= len(known[0])
        return known[1] if known[0] == body else None

    def keep(self, written: dict[str, tuple[bytes, Dossier]]) -> None:
        """Keep what a committed transaction wrote; the longest unused are forgotten beyond the limit."""
        for key, (body, dossier) in written.items():
            old = self._found.pop(key, None)
            self._size += len(body) - (len(old[0]) if old else 0)
            self._found[key] = (body, dossier)
        while self._size > self._limit and self._found:
            _, (body, _) = self._found.popitem(last=False)
            self._size -= len(body)
