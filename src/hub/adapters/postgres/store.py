"""The store in Postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Any

from hub import faults
from hub.adapters.clock import SystemClock
from hub.adapters.keys.citizen_numbers import NumberKeys
from hub.adapters.postgres.errors import translated
from hub.adapters.postgres.pool import create_pool
from hub.adapters.postgres.roster import IN_MEMORY, Roster
from hub.adapters.postgres.roster_write import Progress
from hub.adapters.postgres.rows import DEAD_LETTER, LEDGER, QUEUE, dead_letter, entry, queue_row
from hub.adapters.postgres.seal import PostgresSeals
from hub.adapters.postgres.session import Record, Session
from hub.adapters.postgres.unit import PostgresUnit
from hub.domain.registry import Registry
from hub.ports import Clock, DeadLetter, LedgerEntry, Position, QueueRow, StoredPacks

_REVISIONS = """
select value, coalesce((select value from meta where name = 'packs'), 0) from meta where name = 'registry'"""
_PACKS = "select value, body from meta where name = 'packs'"
_REGISTRY = "select value, body from meta where name = 'registry'"
_DUE = 'select key from wake where due <= $1 group by key order by min(due), key collate "C" limit $2'
_LEDGER_OF = (
    f"select {LEDGER} from ledger l where seq > $1 and ($2::text is null or dossier = $2) order by seq limit $3"
)
_QUEUE = f"""
select {QUEUE} from queue where ($1::text is null or organ = $1) and (is_open or not $2) order by n limit $3"""
_DOCS = "select key, body from doc where key > $1 and key >= $2 and key < $3 order by key limit $4"
_DEAD = f"""
select {DEAD_LETTER} from dead_letter where $1::text is null or topic = $1
order by topic, partition, at_offset limit $2"""
_DROP_DEAD = """
delete from dead_letter d using unnest($1::text[], $2::int[], $3::bigint[]) as g (topic, partition, at_offset)
where (d.topic, d.partition, d.at_offset) = (g.topic, g.partition, g.at_offset)"""
_SPANS = """
select partition, first_offset, last_offset from span where topic = $1 order by partition, first_offset"""
_WAKES = "select key, clock, due from wake where $1::text is null or key = $1 order by due, key, clock limit $2"
_LAST = "\U0010ffff"


class PostgresStore(PostgresSeals):
    """Implements ``Store``, ``SealStore`` and ``Operations``. Made by :meth:`open`; safe to share between tasks."""

    def __init__(self, dsn: str, schema: str, pool: Any, clock: Clock, roster: Roster) -> None:
        super().__init__(dsn, schema, pool)
        self.clock = clock
        self._registry: tuple[int, Registry] = (0, Registry())
        self._packs = StoredPacks()
        self._roster = roster

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        dsn: str,
        schema: str,
        *,
        clock: Clock | None = None,
        size: int = 8,
        roster_in_memory: int = IN_MEMORY,
        number_keys: NumberKeys | None = None,
    ) -> AsyncIterator[PostgresStore]:
        """A store over a migrated schema, closed when the block ends. ``clock``: None = the machine's.

        ``size``: connections at most; ``roster_in_memory``: cadres up to which the roster is kept in memory;
        ``number_keys``: the key of the roster's citizen numbers (None: a store that neither changes nor asks the roster).
        Raises TransientError where the database does not answer.
        """
        pool = await create_pool(dsn, schema, size)
        try:
            roster = Roster(in_memory=roster_in_memory, keys=number_keys)
            yield cls(dsn, schema, pool, clock or SystemClock(), roster)
        finally:
            await pool.close()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[PostgresUnit]:
        """Open a unit of work. READ COMMITTED; the locks of its ``get`` keep others off what it changes."""
        now = await self.clock.now()
        with translated("opening a unit of work"):
            connection = await self.pool.acquire()
        try:
            transaction = connection.transaction()
            with translated("opening a unit of work"):
                await transaction.start()
            try:
                session = Session(connection, self.schema)
                unit = PostgresUnit(session, now, *await self._registry_in(session), self._roster)
                yield unit
                await unit.flush()
            except BaseException:
                await _roll_back(transaction)
                raise
            faults.reached(faults.BEFORE_STORE_COMMIT)
            with translated("committing"):
                await transaction.commit()
        finally:
            with suppress(Exception):  # a connection that cannot be given back is gone; all that matters was decided
                await self.pool.release(connection)

    async def _registry_in(self, session: Session) -> tuple[Registry, int, StoredPacks]:
        """Registry, its revision, and the own rule packs: one round trip while neither was replaced."""
        revision, packs = (await session.fetch(_REVISIONS))[0]
        if revision != self._registry[0]:
            row = (await session.fetch(_REGISTRY))[0]
            self._registry = (row[0], Registry.model_validate_json(row[1]))
        if packs != self._packs.revision:
            row = (await session.fetch(_PACKS))[0]
            self._packs = StoredPacks(row[0], row[1])
        return self._registry[1], self._registry[0], self._packs

    async def remake_roster_index(self, progress: Progress = lambda done: None) -> int:
        """Make the roster's look-up index anew from its documents, under the installation's key of citizen numbers.

        All or nothing; ``progress`` hears how many people are done; returns how many there are.
        """
        async with self._session() as session:
            return await self._roster.remade(session, progress)

    async def roster_has_no_key(self) -> bool:
        """Whether the index was made before there were keys: it has to be made anew."""
        async with self._session() as session:
            return await self._roster.has_no_key(session)

    async def roster_fits(self) -> None:
        """Raises TransientError, reason ``roster_key``, where the index does not stand under this installation's key."""
        async with self._session() as session:
            await self._roster.candidates(session, (), {})

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        with translated("using the roster's index"):
            async with self.pool.acquire() as connection, connection.transaction():
                yield Session(connection, self.schema)

    async def due(self, today: date, limit: int) -> list[str]:
        """Dossiers with a wake-up call on or before ``today``."""
        return [row[0] for row in await self._fetch(_DUE, today, limit)]

    async def ledger(
        self, *, dossier: str | None = None, after: int = 0, limit: int = 1000
    ) -> list[tuple[int, LedgerEntry]]:
        """Ledger lines with their sequence number; numbers have holes, a lower one may appear after a higher one."""
        return [(row[0], entry(row)) for row in await self._fetch(_LEDGER_OF, after, dossier, limit)]

    async def queue_rows(
        self, *, organ: str | None = None, open_only: bool = False, limit: int = 1000
    ) -> list[QueueRow]:
        """Queue rows, oldest first."""
        return [queue_row(row) for row in await self._fetch(_QUEUE, organ, open_only, limit)]

    async def documents(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        """Documents by key prefix, in key order (by code point)."""
        rows = await self._fetch(_DOCS, after, prefix, prefix + _LAST, limit)
        return [(row[0], row[1]) for row in rows]

    async def registry(self) -> Registry:
        """The registry as committed."""
        row = (await self._fetch(_REGISTRY))[0]
        return Registry() if row[1] is None else Registry.model_validate_json(row[1])

    async def spans(self, topic: str) -> dict[int, list[tuple[int, int]]]:
        """Per partition the ranges of offsets dealt with."""
        found: dict[int, list[tuple[int, int]]] = {}
        for partition, first, last in await self._fetch(_SPANS, topic):
            found.setdefault(partition, []).append((first, last))
        return found

    async def forget_spans(self) -> None:
        """The log begins anew."""
        await self._fetch("delete from span")

    async def dead_letters(self, *, topic: str | None = None, limit: int = 1000) -> list[DeadLetter]:
        """Dead letters in order of topic, partition, offset."""
        return [dead_letter(row) for row in await self._fetch(_DEAD, topic, limit)]

    async def drop_dead_letters(self, positions: Sequence[Position]) -> None:
        """Forget dead letters."""
        await self._fetch(
            _DROP_DEAD, [p.topic for p in positions], [p.partition for p in positions], [p.offset for p in positions]
        )

    async def wakes(self, *, key: str | None = None, limit: int = 1000) -> list[tuple[str, str, date]]:
        """Wake-up calls by day."""
        return [(row[0], row[1], row[2]) for row in await self._fetch(_WAKES, key, limit)]

    async def _fetch(self, sql: str, *args: object) -> list[Record]:
        with translated("reading from the store"):
            rows: list[Record] = await self.pool.fetch(sql, *args)
        return rows


async def _roll_back(transaction: Any) -> None:
    try:
        with translated("rolling back"):
            await transaction.rollback()
    except Exception:  # the connection is gone, and the transaction with it; the first error is the one to tell
        return
