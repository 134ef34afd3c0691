"""The store in memory: what :mod:`hub.adapters.postgres` keeps in tables, in dictionaries. For tests and scenarios."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING

from hub.adapters.clock import SystemClock
from hub.domain.chain import GENESIS, REMOVAL, Walk, link, unaccounted
from hub.domain.registry import Registry
from hub.testing.locks import KeyLocks
from hub.testing.memory_roster import MemoryRoster
from hub.testing.memory_unit import MemoryUnit

if TYPE_CHECKING:
    from hub.ports import Clock, DeadLetter, InboxRow, LedgerEntry, Position, QueueRow, Sealed, StoredPacks, Wake


def _no_packs() -> StoredPacks:
    from hub.ports import StoredPacks

    return StoredPacks()


class MemoryStore:
    """Implements ``Store``, ``SealStore`` and ``Operations``. One event loop at a time; nothing is durable.

    ``clock`` gives :attr:`UnitOfWork.now`; exchange it whenever no unit of work is open.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or SystemClock()
        self.docs: dict[str, bytes] = {}
        self.inbox: dict[tuple[str, str], InboxRow] = {}
        self.lines: list[LedgerEntry] = []
        self.line_ids: set[str] = set()
        self.calls: dict[str, tuple[Wake, ...]] = {}
        self.rows: dict[str, QueueRow] = {}
        self.dead: dict[tuple[str, int, int], DeadLetter] = {}
        self.dealt: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self.current = Registry()
        self.packs = _no_packs()
        self.roster = MemoryRoster()
        self.locks = KeyLocks()
        self.appended = asyncio.Event()
        self._hashes: list[bytes] = []
        self._published = 0
        self._out: set[str] = set()
        self._shards: set[int] = set()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[MemoryUnit]:
        """Open a unit of work: an overlay that is laid over the store when the block ends without an error."""
        unit = MemoryUnit(self, await self.clock.now())
        try:
            yield unit
            unit.commit()
        finally:
            unit.close()

    async def due(self, today: date, limit: int) -> list[str]:
        """Dossiers with a wake-up call on or before ``today``."""
        first = ((min(wake.on for wake in wakes), key) for key, wakes in self.calls.items() if wakes)
        return [key for _, key in sorted(one for one in first if one[0] <= today)[:limit]]

    async def ledger(
        self, *, dossier: str | None = None, after: int = 0, limit: int = 1000
    ) -> list[tuple[int, LedgerEntry]]:
        """Ledger lines with their sequence number, from 1."""
        found: list[tuple[int, LedgerEntry]] = []
        for number in range(max(after, 0), len(self.lines)):
            if len(found) >= limit:
                break
            line = self.lines[number]
            if dossier is None or line.dossier == dossier:
                found.append((number + 1, line))
        return found

    async def queue_rows(
        self, *, organ: str | None = None, open_only: bool = False, limit: int = 1000
    ) -> list[QueueRow]:
        """Queue rows, oldest first."""
        fits = (r for r in self.rows.values() if (organ is None or r.organ == organ) and (r.open or not open_only))
        return [row for row, _ in zip(fits, range(limit), strict=False)]

    async def documents(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        """Documents by key prefix, in key order."""
        found = [(key, body) for key, body in self.docs.items() if key.startswith(prefix) and key > after]
        return sorted(found, key=itemgetter(0))[:limit]

    async def registry(self) -> Registry:
        """The registry as committed."""
        return self.current

    async def dead_letters(self, *, topic: str | None = None, limit: int = 1000) -> list[DeadLetter]:
        """Dead letters in order of topic, partition, offset."""
        return [self.dead[at] for at in sorted(self.dead) if topic is None or at[0] == topic][:limit]

    async def drop_dead_letters(self, positions: Sequence[Position]) -> None:
        """Forget dead letters."""
        for at in positions:
            self.dead.pop((at.topic, at.partition, at.offset), None)

    async def wakes(self, *, key: str | None = None, limit: int = 1000) -> list[tuple[str, str, date]]:
        """Wake-up calls by day."""
        several = self.calls.values() if key is None else [self.calls.get(key, ())]
        return [(k, c, d) for d, k, c in sorted({(w.on, w.key, w.clock) for ws in several for w in ws})][:limit]

    async def spans(self, topic: str) -> dict[int, list[tuple[int, int]]]:
        """Per partition the ranges of offsets dealt with."""
        return {at[1]: list(ranges) for at, ranges in sorted(self.dealt.items()) if at[0] == topic}

    async def forget_spans(self) -> None:
        """The log begins anew."""
        self.dealt.clear()

    async def mark_out(self, ids: Sequence[str]) -> None:
        """These ids are in Kafka."""
        self._out.update(ids)

    async def already_out(self, ids: Sequence[str]) -> set[str]:
        """Which of these are marked."""
        return self._out & set(ids)

    async def orphans(self, limit: int) -> list[str]:
        """Marked ids that the ledger does not have."""
        return sorted(self._out - self.line_ids)[:limit]

    async def known_lines(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids the ledger has."""
        return self.line_ids & set(ids)

    async def rewind_published(self, position: int) -> None:
        """Set the mark back."""
        self._published = position

    @asynccontextmanager
    async def lock(self, shard: int) -> AsyncIterator[bool]:
        """Hold the shard's lock."""
        free = shard not in self._shards
        if free:
            self._shards.add(shard)
        try:
            yield free
        finally:
            if free:
                self._shards.discard(shard)

    async def holds(self, shard: int) -> bool:
        """Whether the shard's lock is held."""
        return shard in self._shards

    async def news(self, timeout_s: float) -> None:
        """Return when lines were committed, or after ``timeout_s``."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.appended.wait(), timeout_s)
        self.appended.clear()

    async def unsealed(self) -> int:
        """How many lines wait to be sealed."""
        return len(self.lines) - len(self._hashes)

    async def sealed(self) -> tuple[int, bytes]:
        """The end of the chain."""
        return len(self._hashes), self._hashes[-1] if self._hashes else GENESIS

    async def hash_at(self, position: int) -> bytes | None:
        """The hash at one position."""
        return self._hashes[position - 1] if 0 < position <= len(self._hashes) else None

    async def seal(self, limit: int) -> int:
        """Chain up to ``limit`` further lines."""
        todo = self.lines[len(self._hashes) : len(self._hashes) + limit]
        for line in todo:
            self._hashes.append(link(self._hashes[-1] if self._hashes else GENESIS, line))
        return len(todo)

    async def unpublished(self, after: int, limit: int) -> list[Sealed]:
        """Sealed lines above ``after``."""
        from hub.ports import Sealed

        upto = min(after + limit, len(self._hashes))
        return [Sealed(n + 1, self._hashes[n], self.lines[n]) for n in range(after, upto)]

    async def mark_published(self, position: int) -> None:
        """Move the mark, never back."""
        self._published = max(self._published, position)

    async def published(self) -> int:
        """The mark."""
        return self._published

    async def verify(self) -> str | None:
        """The first line that does not fit the chain."""
        walk = Walk()
        for line, sealed in zip(self.lines, self._hashes, strict=False):
            if not walk.fits(line, sealed):
                return line.id
        removals = [(place, line.body) for place, line in enumerate(self.lines, 1) if line.type == REMOVAL]
        bad = unaccounted(walk.emptied, removals)
        return None if bad is None else self.lines[bad - 1].id
