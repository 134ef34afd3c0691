"""One transaction of the store in memory: everything written waits in an overlay until the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from hub.domain.registry import Registry
from hub.domain.spans import joined
from hub.errors import RefusedError, TransientError

if TYPE_CHECKING:
    from hub.domain.matching import Candidates, SubjectQuery
    from hub.ports import DeadLetter, InboxRow, LedgerEntry, QueueRow, StoredPacks, Wake
    from hub.testing.memory import MemoryStore


class MemoryUnit:
    """Implements :class:`hub.ports.UnitOfWork`."""

    def __init__(self, store: MemoryStore, now: datetime) -> None:
        self._store = store
        self._now = now
        self._registry_read = self._registry = store.current
        self._packs_read = self._packs = store.packs
        self._held: set[str] = set()
        self._docs: dict[str, bytes | None] = {}
        self._inbox: dict[tuple[str, str], InboxRow] = {}
        self._inbox_known: set[tuple[str, str]] = set()
        self._spans: list[tuple[str, int, int, int]] = []
        self._lines: list[LedgerEntry] = []
        self._wakes: dict[str, tuple[Wake, ...]] = {}
        self._rows: dict[str, QueueRow] = {}
        self._emptied: set[str] = set()
        self._unqueued: set[str] = set()
        self._dead: list[DeadLetter] = []
        self._roster: dict[str, bytes | None] = {}

    @property
    def now(self) -> datetime:
        """The time at which the unit of work began."""
        return self._now

    @property
    def registry(self) -> Registry:
        """The registry as read or as replaced here."""
        return self._registry

    def save_registry(self, registry: Registry) -> None:
        """Replace the registry."""
        self._registry = registry

    @property
    def packs(self) -> StoredPacks:
        """The own rule packs as read or as replaced here."""
        return self._packs

    def save_packs(self, body: bytes) -> None:
        """Replace the own rule packs."""
        self._packs = replace(self._packs_read, revision=self._packs_read.revision + 1, body=body)

    async def get(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Documents by key, locked."""
        wanted = list(keys)
        fresh = [key for key in wanted if key not in self._held]
        if fresh:
            self._held.update(fresh)
            await self._store.locks.acquire(self, fresh)
        return self._read(wanted)

    async def peek(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Documents by key, not locked."""
        return self._read(keys)

    def _read(self, keys: Iterable[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for key in keys:
            body = self._docs[key] if key in self._docs else self._store.docs.get(key)
            if body is not None:
                found[key] = body
        return found

    def put(self, key: str, body: bytes | None) -> None:
        """Write or delete a document."""
        self._docs[key] = body

    async def seen(self, events: Sequence[tuple[str, str]]) -> dict[tuple[str, str], InboxRow]:
        """Inbox rows, those added here included."""
        found: dict[tuple[str, str], InboxRow] = {}
        for event in events:
            row = self._inbox.get(event) or self._store.inbox.get(event)
            if row is not None:
                found[event] = row
                self._inbox_known.add(event)
        return found

    def receive(self, row: InboxRow) -> None:
        """Add an inbox row, or replace one that was seen."""
        self._inbox[row.source, row.id] = row

    def span(self, topic: str, partition: int, first: int, last: int) -> None:
        """Offsets dealt with."""
        self._spans.append((topic, partition, first, last))

    def append(self, entry: LedgerEntry) -> None:
        """Add a ledger line."""
        self._lines.append(entry)

    async def lines(self, *, dossier: str | None = None, ids: Iterable[str] = ()) -> list[LedgerEntry]:
        """Ledger lines as committed."""
        wanted = set(ids)
        found = self._store.lines
        return [one for one in found if (dossier is not None and one.dossier == dossier) or one.id in wanted]

    async def empty(self, ids: Iterable[str]) -> list[tuple[int, int]]:
        """Remove bodies with the commit."""
        wanted = set(ids)
        places = [place for place, line in enumerate(self._store.lines, 1) if line.id in wanted]
        if places and places[-1] > min((await self._store.sealed())[0], await self._store.published()):
            raise RefusedError("a line is not published yet", reason="unpublished", hint="the relay publishes it first")
        self._emptied |= wanted
        return joined((place, place) for place in places)

    def set_wakes(self, key: str, wakes: Sequence[Wake]) -> None:
        """Replace a dossier's wake-up calls."""
        self._wakes[key] = tuple(wakes)

    def queue(self, row: QueueRow) -> None:
        """Insert or replace a queue row."""
        self._rows[row.id] = row

    def unqueue(self, ids: Iterable[str]) -> None:
        """Take queue rows out."""
        self._unqueued.update(ids)

    def dead_letter(self, letter: DeadLetter) -> None:
        """Keep a dead letter."""
        self._dead.append(letter)

    async def candidates(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Ask the roster, changes made here included."""
        return self._store.roster.candidates(self._roster, queries)

    async def roster_changed(self, documents: Mapping[str, bytes]) -> None:
        """The documents are written here and the index is built anew when it is next asked for."""
        self._docs.update(documents)
        self._roster.update(documents)

    def commit(self) -> None:
        """Lay the overlay over the store. Raises TransientError, keeping nothing, where another unit was first."""
        store = self._store
        self._refuse_conflicts()
        for key, body in self._docs.items():
            if body is None:
                store.docs.pop(key, None)
            else:
                store.docs[key] = body
        store.inbox.update(self._inbox)
        for place, line in enumerate(store.lines if self._emptied else ()):
            if line.id in self._emptied and not line.emptied:
                store.lines[place] = replace(line, body=b"", digest=sha256(line.body).digest())
        for line in self._lines:
            if line.id not in store.line_ids:
                store.line_ids.add(line.id)
                store.lines.append(line)
        store.calls.update(self._wakes)
        store.rows.update(self._rows)
        for ident in self._unqueued:
            store.rows.pop(ident, None)
        for letter in self._dead:
            at = letter.position.topic, letter.position.partition, letter.position.offset
            since = store.dead[at].first_seen if at in store.dead else self._now
            store.dead[at] = replace(letter, first_seen=since, last_seen=self._now)
        for topic, partition, first, last in self._spans:
            store.dealt[topic, partition] = joined([*store.dealt.get((topic, partition), ()), (first, last)])
        if self._lines:
            store.appended.set()
        if self._registry is not self._registry_read:
            store.current = self._registry
        if self._packs is not self._packs_read:
            store.packs = self._packs
        if self._roster:
            store.roster.changed(self._roster)

    def _refuse_conflicts(self) -> None:
        if any(key in self._store.inbox and key not in self._inbox_known for key in self._inbox):
            raise TransientError("another unit of work received one of these events first")
        if self._registry is not self._registry_read and self._store.current is not self._registry_read:
            raise TransientError("another unit of work replaced the registry first")
        if self._packs is not self._packs_read and self._store.packs is not self._packs_read:
            raise TransientError("another unit of work activated rule packs first")

    def close(self) -> None:
        """Give the locks back."""
        self._store.locks.release(self, self._held)
