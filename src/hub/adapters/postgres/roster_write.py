"""Bringing the roster's look-up index up to date, in the transaction that changes the roster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.adapters.postgres.roster_key import RosterKey
from hub.adapters.postgres.roster_rows import IndexRows
from hub.adapters.postgres.rows import columns
from hub.adapters.postgres.session import Session

_BUMP = "update meta set value = value + 1 where name = 'roster' returning value"
_NOTE = """
with known as (
  insert into roster_change (key, version) select key, $2 from unnest($1::text[]) as key
  on conflict (key) do update set version = excluded.version returning key)
update meta set value = case name when 'organs' then $2 else value + $3 end
where name = 'organs' and exists (select from known where key like 'organ:%') or name = 'cadres' and $3 > 0"""
_KNOWN = "select count(*) from roster_change where key = any($1::text[])"
_TABLES = ("roster_token", "roster_in", "roster_holder")
_TOKENS = (
    'insert into roster_token select k::"char", t, c from unnest($1::text[], $2::text[], $3::text[]) as n (k, t, c)'
)
_INSIDE = """
insert into roster_in
select o, k::"char", t, c from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as n (o, k, t, c)"""
_HOLDERS = "insert into roster_holder select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[])"
_MERGES = "insert into roster_merge select * from unnest($1::text[], $2::text[])"
_PEOPLE = """
select key, body from doc where key > $1 and key >= 'person:' and key < 'person;' order by key limit $2"""
_PAGE = 2_000

Progress = Callable[[int], None]


async def changed(session: Session, documents: Mapping[str, bytes], key: RosterKey) -> None:
    """These roster documents are written in this transaction: index them and raise the roster's version.

    The version's row stays locked until the transaction ends, so changes of the roster come one after the other.
    """
    version = await session.fetchval(_BUMP)
    id_key = await key.for_change(session)
    people = sorted(key for key in documents if key.startswith("person:"))
    fresh = len(people) - await session.fetchval(_KNOWN, people)
    await session.execute(_NOTE, sorted(documents), version, fresh)
    rows = IndexRows()
    for person in people:
        rows.add(person, documents[person], id_key)
    await _replace(session, [person.removeprefix("person:") for person in people], rows)


async def remade(session: Session, key: RosterKey, progress: Progress) -> int:
    """The whole index from the people's documents, in this transaction: others see the old one until it commits.

    Changes of the roster wait meanwhile. ``progress`` hears how many people are done.
    """
    await session.fetchval(_BUMP)
    id_key = await key.renewed(session)
    for table in (*_TABLES, "roster_merge"):
        await session.execute(f"delete from {table}")
    done, after = 0, ""
    while page := await session.fetch(_PEOPLE, after, _PAGE):
        rows = IndexRows()
        for person, body in page:
            rows.add(person, body, id_key)
        await _insert(session, rows)
        done, after = done + len(page), page[-1][0]
        progress(done)
    return done


async def _replace(session: Session, cadres: list[str], rows: IndexRows) -> None:
    for table in _TABLES:
        await session.execute(f"delete from {table} where cadre = any($1::text[])", cadres)
    await session.execute("delete from roster_merge where gone = any($1::text[])", cadres)
    await _insert(session, rows)


async def _insert(session: Session, rows: IndexRows) -> None:
    await session.execute(_TOKENS, *columns(sorted(rows.tokens), 3))
    await session.execute(_INSIDE, *columns(sorted(rows.inside), 4))
    await session.execute(_HOLDERS, *columns(sorted(rows.holders), 5))
    await session.execute(_MERGES, *columns(sorted(rows.merges), 2))
