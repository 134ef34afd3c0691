"""Writing what a unit of work gathered: one statement per table, whole columns at a time.

Rows go in in key order where several units of work may write the same ones, so that they wait for each other but do not
deadlock. The ledger keeps the order of append.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import orjson

from hub.adapters.postgres.keys import channel
from hub.adapters.postgres.rows import columns
from hub.adapters.postgres.session import Session
from hub.ports import DeadLetter, InboxRow, LedgerEntry, QueueRow, Wake
from schemas import topics

_PUT = """
insert into doc (key, body) select * from unnest($1::text[], $2::bytea[])
on conflict (key) do update set body = excluded.body"""
_RECEIVE = """
insert into inbox (source, id, type, verdict, content_hash, topic, partition, at_offset)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::int[],
  $8::bigint[])"""
_RECEIVE_AGAIN = """
on conflict (source, id) do update set type = excluded.type, verdict = excluded.verdict,
content_hash = excluded.content_hash, topic = excluded.topic, partition = excluded.partition,
at_offset = excluded.at_offset"""
_SPAN = """
with new as (select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as n (topic, part, first, last)),
gone as (
  delete from span s using new n
  where s.topic = n.topic and s.partition = n.part and s.first_offset <= n.last + 1 and s.last_offset >= n.first - 1
  returning s.topic, s.partition, s.first_offset, s.last_offset),
several as (
  select topic, part, range_agg(int8range(first, last, '[]')) as ranges
  from (select * from new union all select * from gone) as both_kinds (topic, part, first, last) group by topic, part)
insert into span (topic, partition, first_offset, last_offset)
select topic, part, lower(one), upper(one) - 1 from several, unnest(ranges) as one"""
_LEDGER = """
with added as (
  insert into ledger (id, kind, type, dossier, recipient, topic, key, recorded_at, body)
  select id, kind, type, dossier, recipient, topic, key, recorded_at, body
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[], $9::bytea[])
    with ordinality as n (id, kind, type, dossier, recipient, topic, key, recorded_at, body, place)
  order by place
  on conflict (id) do nothing returning seq)
insert into unsealed (seq) select seq from added"""
_RECEIPT = """
insert into receipt (recipient, cause, id) select * from unnest($1::text[], $2::text[], $3::text[])"""
_WAKE_GONE = """
delete from wake where key = any($1::text[])
and (key, due, clock) not in (select * from unnest($2::text[], $3::date[], $4::text[]))"""
_WAKE = """
insert into wake (key, due, clock) select * from unnest($1::text[], $2::date[], $3::text[]) on conflict do nothing"""
_QUEUE = """
insert into queue (id, organ, type, state, is_open, cadre, case_id, due, is_copy, body, updated_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::text[], $7::text[], $8::date[],
  $9::bool[], $10::bytea[], $11::timestamptz[])
on conflict (id) do update set organ = excluded.organ, type = excluded.type, state = excluded.state,
  is_open = excluded.is_open, cadre = excluded.cadre, case_id = excluded.case_id, due = excluded.due,
  is_copy = excluded.is_copy, body = excluded.body, updated_at = excluded.updated_at"""
_DEAD = """
insert into dead_letter (topic, partition, at_offset, source, id, reason, detail, value, attempts, kind, first_seen,
  last_seen)
select topic, part, at, source, id, reason, detail, value, attempts, kind, seen, seen
from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[],
  $9::int[], $10::text[], $11::timestamptz[])
  as n (topic, part, at, source, id, reason, detail, value, attempts, kind, seen)
on conflict (topic, partition, at_offset) do update set source = excluded.source, id = excluded.id,
  reason = excluded.reason, detail = excluded.detail, value = excluded.value, attempts = excluded.attempts, kind = excluded.kind,
  last_seen = excluded.last_seen"""


async def documents(session: Session, docs: Mapping[str, bytes | None]) -> None:
    """Write and delete documents."""
    kept = sorted((key, body) for key, body in docs.items() if body is not None)
    if kept:
        await session.execute(_PUT, *columns(kept, 2))
    gone = sorted(key for key, body in docs.items() if body is None)
    if gone:
        await session.execute("delete from doc where key = any($1::text[])", gone)


async def inbox(session: Session, rows: Iterable[InboxRow], *, known: bool) -> None:
    """Add inbox rows; ``known`` ones replace what was seen, others fail where somebody else was first."""
    values = sorted(
        (r.source, r.id, r.type, r.verdict, r.content_hash, *((p.topic, p.partition, p.offset) if p else (None,) * 3))
        for r in rows
        for p in (r.position,)
    )
    if values:
        await session.execute(_RECEIVE + (_RECEIVE_AGAIN if known else ""), *columns(values, 8))


async def spans(session: Session, ranges: Sequence[tuple[str, int, int, int]]) -> None:
    """Add ranges of offsets, joining them with their neighbours."""
    if ranges:
        await session.execute(_SPAN, *columns(ranges, 4))


async def receipts(session: Session, lines: Sequence[LedgerEntry]) -> None:
    """Note which event each receipt answers (:mod:`hub.adapters.receipts`)."""
    values = [
        (line.to, cause, line.id)
        for line in lines
        if line.to and line.kind == "out" and line.topic == topics.receipts(line.to)
        if (cause := orjson.loads(line.body).get("causationid")) is not None
    ]
    if values:
        await session.execute(_RECEIPT, *columns(values, 3))


async def ledger(session: Session, lines: Sequence[LedgerEntry]) -> None:
    """Append lines in order, dropping those whose id is there, and wake the relay."""
    if not lines:
        return
    values = [(e.id, e.kind, e.type, e.dossier, e.to, e.topic, e.key, e.recorded_at, e.body) for e in lines]
    await session.execute(_LEDGER, *columns(values, 9))
    await session.execute("select pg_notify($1, '')", channel(session.schema))


async def wakes(session: Session, calls: Mapping[str, Sequence[Wake]]) -> None:
    """Replace the wake-up calls of these dossiers; those that stay the same cost no write."""
    if not calls:
        return
    wanted = columns(sorted({(key, w.on, w.clock) for key, several in calls.items() for w in several}), 3)
    await session.execute(_WAKE_GONE, sorted(calls), *wanted)
    if wanted[0]:
        await session.execute(_WAKE, *wanted)


async def queue(session: Session, rows: Iterable[QueueRow]) -> None:
    """Insert or replace queue rows; a row keeps its place in the order."""
    values = [
        (r.id, r.organ, r.type, r.state, r.open, r.cadre, r.case, r.due, r.copy, r.body, r.updated_at) for r in rows
    ]
    if values:
        await session.execute(_QUEUE, *columns(values, 11))


async def unqueue(session: Session, ids: Iterable[str]) -> None:
    """Take queue rows out."""
    gone = sorted(ids)
    if gone:
        await session.execute("delete from queue where id = any($1::text[])", gone)


async def dead_letters(session: Session, letters: Iterable[DeadLetter], now: datetime) -> None:
    """Insert or replace dead letters by position; the time at which one was first seen stays."""
    values = [
        (p.topic, p.partition, p.offset, d.source, d.id, d.reason, d.detail, d.value, d.attempts, d.kind, now)
        for d in letters
        for p in (d.position,)
    ]
    if values:
        await session.execute(_DEAD, *columns(values, 11))
