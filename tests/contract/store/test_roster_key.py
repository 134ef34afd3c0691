"""Citizen numbers lie in the look-up index under a key, and an index under another key is never asked."""

from __future__ import annotations

import stat
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from hub.adapters.keys.citizen_numbers import FILE, NumberKeys, in_folder, in_memory
from hub.adapters.postgres import PostgresStore
from hub.errors import TransientError
from hub.settings import Settings
from tests.contract.store.test_roster import NUMBERS, QUERIES, ROSTER, cadre, find, plain, record, tables

__all__ = ["tables"]
pytestmark = pytest.mark.stack
QUERY = QUERIES["number"]
INDEX = ("roster_token", "roster_in", "roster_holder", "roster_merge", "roster_change", "meta")


def opened(fresh: Settings, keys: NumberKeys, in_memory: int = 0) -> AbstractAsyncContextManager[PostgresStore]:
    return PostgresStore.open(fresh.postgres, fresh.schema_name, roster_in_memory=in_memory, number_keys=keys)


async def test_no_table_but_the_documents_holds_a_number(tables: PostgresStore) -> None:
    await record(tables, ROSTER)
    names = await tables.pool.fetch("select tablename from pg_tables where schemaname = $1", tables.schema)
    holding = set()
    for (name,) in names:
        rows = await tables.pool.fetch(f'select * from "{name}"')
        if any(number in repr(tuple(row)) for row in rows for number in NUMBERS):
            holding.add(name)
    assert holding == {"doc"}
    assert await tables.pool.fetchval("select count(*) from roster_token where kind = 'i'") == len(NUMBERS)


@pytest.mark.parametrize("in_memory_upto", [0, 1000])
async def test_another_key_finds_nobody_silently_never(
    tables: PostgresStore, fresh: Settings, in_memory_upto: int
) -> None:
    await record(tables, ROSTER)
    async with opened(fresh, in_memory(b"x" * 32), in_memory_upto) as other:
        with pytest.raises(TransientError, match="another key") as caught:
            await find(other, QUERY)
        assert caught.value.reason == "roster_key"
        assert "hub roster reindex" in str(caught.value.hint)
        with pytest.raises(TransientError, match="another key"):
            await record(other, [cadre("c8", "钱新", citizen_id=NUMBERS[1])])
        with pytest.raises(TransientError, match="another key"):
            await other.roster_fits()
    await tables.roster_fits()


async def test_made_anew_under_another_key_it_answers_as_before(tables: PostgresStore, fresh: Settings) -> None:
    await record(tables, ROSTER)
    await record(tables, [("cadre.merged", {"from": "c2", "into": "c3"})])
    before = await find(tables, *QUERIES.values())
    heard: list[int] = []
    async with opened(fresh, in_memory(b"x" * 32)) as other:
        assert await other.remake_roster_index(heard.append) == heard[-1] == 5
        assert list(map(plain, await find(other, *QUERIES.values()))) == list(map(plain, before))
        with pytest.raises(TransientError, match="another key"):
            await find(tables, QUERY)


async def test_an_index_of_a_time_before_keys_is_made_anew(tables: PostgresStore) -> None:
    await record(tables, ROSTER)
    assert not await tables.roster_has_no_key()
    await tables.pool.execute("delete from meta where name = 'roster_key'")
    assert await tables.roster_has_no_key()
    with pytest.raises(TransientError, match="without a key"):
        await find(tables, QUERY)
    await tables.remake_roster_index()
    assert not await tables.roster_has_no_key()
    assert (await find(tables, QUERY))[0].people


async def test_a_lost_key_stops_matching_until_it_is_back(
    tables: PostgresStore, fresh: Settings, tmp_path: Path
) -> None:
    await tables.pool.execute("delete from meta where name = 'roster_key'")
    async with opened(fresh, in_folder(tmp_path)) as store:
        await record(store, ROSTER)
        file = tmp_path / FILE
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        kept = file.read_text()
    file.unlink()
    async with opened(fresh, in_folder(tmp_path)) as store:
        with pytest.raises(TransientError, match="no key of citizen numbers"):
            await find(store, QUERY)
        assert not file.exists(), "a key is made for an empty index alone"
        file.write_text(kept)
        assert [one.cadre_id for one in (await find(store, QUERY))[0].people][:1] == ["c1"]
