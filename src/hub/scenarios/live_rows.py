"""What a runner reads (and once alters) in the tables of a hub, past the hub itself."""

from __future__ import annotations

from typing import Any

from hub.adapters.postgres import PostgresStore
from schemas.topics import ALERTS

_READ = "select topic, max(last_offset) + 1 as up_to from span group by topic"
_PUBLISHED = """
select not exists (select from unsealed)
   and (select value from meta where name = 'published') >= (select coalesce(max(position), 0) from seal)"""
_LAST_ALERT = """
select coalesce(max(s.position), 0) from seal s join ledger l using (seq) where l.topic = $1
having not exists (select from unsealed) and exists (select from doc where key = 'meta:halt')"""
_PUBLISHED_LINES = """
select count(*) from seal s join ledger l using (seq) where l.kind = 'out' and l.topic is not null and (
    s.position <= (select value from meta where name = 'published')
    or l.topic = $1 and exists (select from doc where key = 'meta:halt'))"""
_ACCESSES = "select count(*) from ledger where kind = 'access'"
_ALTER = """
update ledger set body = set_byte(body, length(body) / 2, get_byte(body, length(body) / 2) # 1)
where kind = 'in' and right(id, length($1) + 1) = '/' || $1"""
TABLES = ("doc", "inbox", "ledger", "queue", "dead_letter", "wake")


async def read_up_to(store: PostgresStore) -> dict[str, int]:
    """Topic (of one partition) → the offset behind the last one dealt with."""
    return {row["topic"]: row["up_to"] for row in await store.pool.fetch(_READ)}


async def all_published(store: PostgresStore) -> bool:
    """Whether every ledger line is sealed, and every sealed one published."""
    return bool(await store.pool.fetchval(_PUBLISHED))


async def last_alert_if_stopped(store: PostgresStore) -> int | None:
    """Position of the last alert in a sealed ledger whose publication is stopped; None while it is not."""
    found: int | None = await store.pool.fetchval(_LAST_ALERT, ALERTS)
    return found


async def published_lines(store: PostgresStore) -> int:
    """How many ledger lines were published; of a ledger whose publication is stopped, all alerts are."""
    return int(await store.pool.fetchval(_PUBLISHED_LINES, ALERTS))


async def accesses(store: PostgresStore) -> int:
    """How many access entries the ledger has."""
    return int(await store.pool.fetchval(_ACCESSES))


async def alter(store: PostgresStore, finding: str) -> None:
    """Change one byte of a finding's ledger entry, as somebody with rights on the database could."""
    await store.pool.execute(_ALTER, finding)


async def dump(store: PostgresStore) -> str:
    """All rows of all tables that hold content, as text."""
    found = [row for table in TABLES for row in await store.pool.fetch(f"select * from {table}")]
    return "\n".join(_text(value) for row in found for value in row.values())


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
