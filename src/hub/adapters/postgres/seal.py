"""Sealing and publishing marks in Postgres: the hash chain stands beside the ledger, of which only bodies are ever removed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from hub.adapters.postgres.errors import translated
from hub.adapters.postgres.keys import channel, lock_number
from hub.adapters.postgres.pool import connect
from hub.adapters.postgres.rows import LEDGER, LEDGER_WIDTH, entry
from hub.domain.chain import GENESIS, REMOVAL, Walk, link, unaccounted
from hub.errors import TransientError
from hub.ports import Sealed

_TODO = f"select {LEDGER} from ledger l join unsealed u using (seq) order by seq limit $1"
_HEAD = "select position, hash from seal order by position desc limit 1"
_SEAL = """
with gone as (delete from unsealed where seq = any($2::bigint[]))
insert into seal (position, seq, hash) select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])"""
_SEALED = f"""
select {LEDGER}, s.position, s.hash from seal s join ledger l using (seq)
where s.position > $1 order by s.position limit $2"""
_CHAIN = f"""
select {LEDGER}, s.position, s.hash
from seal s left join ledger l using (seq) where s.position > $1 order by s.position limit $2"""
_REMOVALS = (
    f"select s.position, l.body from ledger l left join seal s using (seq) where l.type = '{REMOVAL}' order by l.seq"
)
_AT = "select l.id from seal s join ledger l using (seq) where s.position = $1"
_MARK = "update meta set value = greatest(value, $1) where name = 'published'"
_REWIND = "update meta set value = $1 where name = 'published'"
_MARK_OUT = "insert into already_out select unnest($1::text[]) on conflict do nothing"
_OUT = "select id from already_out where id = any($1::text[])"
_KNOWN = "select id from ledger where id = any($1::text[])"
_ORPHANS = """
select o.id from already_out o where not exists (select 1 from ledger l where l.id = o.id) order by o.id limit $1"""
_PAGE = 2000
_ANSWER_S = 5


class PostgresSeals:
    """Implements :class:`hub.ports.SealStore` and what of Operations belongs to it."""

    def __init__(self, dsn: str, schema: str, pool: Any) -> None:
        self.schema = schema
        self.pool = pool
        self._dsn = dsn
        self._held: dict[int, asyncpg.Connection[asyncpg.Record]] = {}
        self._news = asyncio.Event()

    @asynccontextmanager
    async def lock(self, shard: int) -> AsyncIterator[bool]:
        """Hold the shard's advisory lock on a connection of its own, which also listens for new ledger lines."""
        connection = await connect(self._dsn, self.schema)
        try:
            number = lock_number(self.schema, f"relay:{shard}")
            with translated("taking the relay's lock"):
                got = bool(await connection.fetchval("select pg_try_advisory_lock($1)", number))
                if got:
                    self._held[shard] = connection
                    await connection.add_listener(channel(self.schema), self._announced)
            yield got
        finally:
            if self._held.get(shard) is connection:
                del self._held[shard]
            with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=_ANSWER_S)

    def _announced(self, *_: object) -> None:
        self._news.set()

    async def holds(self, shard: int) -> bool:
        """Whether the connection that carries the lock answers."""
        connection = self._held.get(shard)
        try:
            with translated("checking the relay's lock"):
                return connection is not None and await connection.fetchval("select 1", timeout=_ANSWER_S) == 1
        except TransientError:
            return False

    async def news(self, timeout_s: float) -> None:
        """Return on a notification or after ``timeout_s``."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout_s)
        self._news.clear()

    async def seal(self, limit: int) -> int:
        """Chain up to ``limit`` further lines. Two sealers at once: one gets TransientError, the chain stays one."""
        with translated("sealing the ledger"):
            async with self.pool.acquire() as connection, connection.transaction():
                todo = await connection.fetch(_TODO, limit)
                if todo:
                    head = await connection.fetchrow(_HEAD)
                    position, last = head or (0, GENESIS)
                    hashes = _chained(last, todo)
                    places = list(range(position + 1, position + 1 + len(todo)))
                    await connection.execute(_SEAL, places, [row[0] for row in todo], hashes)
        return len(todo)

    async def unpublished(self, after: int, limit: int) -> list[Sealed]:
        """Sealed lines above ``after``."""
        with translated("reading the sealed ledger"):
            rows = await self.pool.fetch(_SEALED, after, limit)
        return [Sealed(row["position"], row["hash"], entry(row[:LEDGER_WIDTH])) for row in rows]

    async def mark_published(self, position: int) -> None:
        """Move the mark, never back."""
        with translated("marking what is published"):
            await self.pool.execute(_MARK, position)

    async def published(self) -> int:
        """The mark."""
        with translated("reading what is published"):
            return int(await self.pool.fetchval("select value from meta where name = 'published'"))

    async def rewind_published(self, position: int) -> None:
        """Set the mark, back too."""
        with translated("setting the published mark back"):
            await self.pool.execute(_REWIND, position)

    async def mark_out(self, ids: Sequence[str]) -> None:
        """Remember that these are in Kafka."""
        with translated("marking what is in Kafka"):
            await self.pool.execute(_MARK_OUT, list(ids))

    async def already_out(self, ids: Sequence[str]) -> set[str]:
        """Which of these are marked as being in Kafka."""
        with translated("asking what is in Kafka"):
            return {row[0] for row in await self.pool.fetch(_OUT, list(ids))}

    async def orphans(self, limit: int) -> list[str]:
        """Marked ids that the ledger does not have."""
        with translated("asking what is in Kafka alone"):
            return [row[0] for row in await self.pool.fetch(_ORPHANS, limit)]

    async def known_lines(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids the ledger has."""
        with translated("asking for ledger lines"):
            return {row[0] for row in await self.pool.fetch(_KNOWN, list(ids))}

    async def unsealed(self) -> int:
        """How many lines wait to be sealed."""
        with translated("counting unsealed lines"):
            return int(await self.pool.fetchval("select count(*) from unsealed"))

    async def sealed(self) -> tuple[int, bytes]:
        """The end of the chain."""
        with translated("reading the end of the chain"):
            head = await self.pool.fetchrow(_HEAD)
        return (head[0], head[1]) if head else (0, GENESIS)

    async def hash_at(self, position: int) -> bytes | None:
        """The hash at one position."""
        with translated("reading the chain"):
            found: bytes | None = await self.pool.fetchval("select hash from seal where position = $1", position)
        return found

    async def verify(self) -> str | None:
        """The first line that does not fit: its id, or ``position <n>`` where the line itself is gone."""
        walk = Walk()
        while True:
            with translated("reading the sealed ledger"):
                rows = await self.pool.fetch(_CHAIN, walk.position, _PAGE)
            for row in rows:
                if row["id"] is None or row["position"] != walk.position + 1:
                    return f"position {walk.position + 1}"
                if not walk.fits(entry(row[:LEDGER_WIDTH]), row["hash"]):
                    return str(row["id"])
            if len(rows) < _PAGE:
                return await self._blanked(walk)

    async def _blanked(self, walk: Walk) -> str | None:
        """The first line without a body that no removal names. Removals are read last: what was emptied meanwhile is named."""
        if not walk.emptied:
            return None
        with translated("reading what was removed"):
            removals = [(row[0], row[1]) for row in await self.pool.fetch(_REMOVALS)]
            bad = unaccounted(walk.emptied, removals)
            return None if bad is None else str(await self.pool.fetchval(_AT, bad))


def _chained(last: bytes, rows: list[asyncpg.Record]) -> list[bytes]:
    hashes: list[bytes] = []
    for row in rows:
        last = link(last, entry(row))
        hashes.append(last)
    return hashes
