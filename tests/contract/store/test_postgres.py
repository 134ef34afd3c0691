"""What only the store in Postgres has: migrations, tampering found, lost connections, the moved clock."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import uuid4

import pytest

from hub.adapters.postgres import PostgresStore, migrate
from hub.adapters.postgres.clock import DatabaseClock
from hub.adapters.postgres.keys import lock_number
from hub.errors import TransientError
from hub.settings import Settings
from hub.testing import FixedClock
from tests.contract.store.samples import line

pytestmark = pytest.mark.stack


async def test_two_migrations_at_once_and_again(stack: Settings) -> None:
    name = f'test "{uuid4().hex[:8]}'
    await asyncio.gather(*(migrate(stack.postgres, name) for _ in range(3)))
    await migrate(stack.postgres, name)
    async with PostgresStore.open(stack.postgres, name) as store:
        assert await store.ledger() == []
        await store.pool.execute('drop schema "{}" cascade'.format(name.replace('"', '""')))


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        ("update ledger set body = 'x' where id = 'b'", "b"),
        ("update ledger set body = '', body_digest = sha256(body) where id = 'b'", "b"),
        ("update ledger set body = '', body_digest = sha256('x') where id = 'b'", "b"),
        ("update ledger set body = '' where id = 'b'", "b"),
        ("update ledger set recipient = 'org-N' where id = 'c'", "c"),
        ("delete from ledger where id = 'b'", "position 2"),
        ("delete from seal where position = 2", "position 2"),
        ("update seal set hash = sha256('x') where position = 3", "c"),
    ],
)
async def test_tampering_is_found(postgres: PostgresStore, tamper: str, found: str) -> None:
    async with postgres.begin() as unit:
        for name in "abcd":
            unit.append(line(name))
    await postgres.seal(10)
    assert await postgres.verify() is None
    await postgres.pool.execute(tamper)
    assert await postgres.verify() == found


async def test_two_sealers_make_one_chain(postgres: PostgresStore) -> None:
    async with postgres.begin() as unit:
        for number in range(300):
            unit.append(line(f"e{number}"))

    async def seal_all() -> None:
        while await postgres.unsealed():
            try:
                await postgres.seal(20)
            except TransientError:
                await asyncio.sleep(0)

    await asyncio.gather(seal_all(), seal_all(), seal_all())
    assert (await postgres.sealed())[0] == 300
    assert await postgres.verify() is None


async def test_no_database_is_transient() -> None:
    with pytest.raises(TransientError):
        async with PostgresStore.open("postgresql://nobody@127.0.0.1:9/none", "x"):
            pass


_KILL = """
select pg_terminate_backend(pid, 5000) from pg_locks
where locktype = 'advisory' and granted and ((classid::bigint << 32) | objid::bigint) = $1"""


async def _kill_holder(store: PostgresStore, name: str) -> None:
    """End the connection that holds an advisory lock; returns when it is gone."""
    assert await store.pool.fetchval(_KILL, lock_number(store.schema, name))


async def test_a_killed_connection_is_transient_and_the_next_unit_works(postgres: PostgresStore) -> None:
    async def write_on_a_lost_connection() -> None:
        async with postgres.begin() as unit:
            await unit.get(["a"])
            unit.put("a", b"1")
            await _kill_holder(postgres, "a")

    with pytest.raises(TransientError):
        await write_on_a_lost_connection()
    async with postgres.begin() as unit:
        assert await unit.get(["a"]) == {}


async def test_a_lost_lock_is_noticed(postgres: PostgresStore) -> None:
    async with postgres.lock(0) as got:
        assert got
        await _kill_holder(postgres, "relay:0")
        assert not await postgres.holds(0)
        async with postgres.lock(0) as another:
            assert another


async def test_the_moved_clock_is_one_for_all(postgres: PostgresStore, fresh: Settings) -> None:
    at = datetime(2030, 1, 2, 3, 4)
    await DatabaseClock(postgres.pool).set(at)
    async with PostgresStore.open(fresh.postgres, fresh.schema_name) as other:
        other.clock = DatabaseClock(other.pool)
        async with other.begin() as unit:
            assert unit.now == FixedClock(at).at


async def test_thousands_of_locks_in_one_unit(postgres: PostgresStore) -> None:
    async with postgres.begin() as unit:
        assert await unit.get(f"cadre:{n}" for n in range(5000)) == {}


async def test_documents_are_not_readable_before_the_commit(postgres: PostgresStore) -> None:
    async with postgres.begin() as unit:
        unit.put("a", b"1")
        await unit.roster_changed({"organ:o": b'{"organ_id": "o", "names": [{"name": "o"}]}'})
        assert await postgres.documents("") == []
    assert [key for key, _ in await postgres.documents("")] == ["a", "organ:o"]
