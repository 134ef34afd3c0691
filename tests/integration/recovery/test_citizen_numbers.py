"""Where citizen numbers lie when a hub has worked, and that the key under which they are looked up comes back with a backup."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import orjson
import pytest

from hub.adapters.keys.citizen_numbers import FILE
from hub.adapters.postgres import PostgresStore
from hub.bootstrap import open_hub, open_store, prepare
from hub.bootstrap.backup import backup, restore
from hub.domain.matching import SubjectQuery
from hub.errors import TransientError
from hub.settings import Settings
from tests.integration.recovery.mill import Mill, steps

pytestmark = pytest.mark.stack
NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9X](?![0-9])")


async def tables_with_numbers(store: PostgresStore) -> dict[str, set[str]]:
    """Table to what holds a number in it: of documents the kind of key, of others the table itself."""
    found: dict[str, set[str]] = {}
    for (name,) in await store.pool.fetch("select tablename from pg_tables where schemaname = $1", store.schema):
        for row in await store.pool.fetch(f'select * from "{name}"'):
            texts = [one.decode(errors="replace") if isinstance(one, bytes) else str(one) for one in row.values()]
            if any(NUMBER.search(text) for text in texts):
                found.setdefault(name, set()).add(texts[0].partition(":")[0] if name == "doc" else name)
    return found


async def test_numbers_lie_in_what_was_said_and_in_the_roster_and_nowhere_else(mill: Mill) -> None:
    await mill.send(steps())
    await mill.work()
    await mill.publish()
    assert await mill.said(), "something was decided and published"
    assert await tables_with_numbers(mill.store) == {"doc": {"act", "finding", "person"}}
    for event in await mill.outputs():
        assert not NUMBER.search(orjson.dumps(event).decode()), event["type"]


async def found_by_number(settings: Settings) -> list[str]:
    async with open_store(settings) as store:
        documents = await store.documents("person:", limit=1)
        record = orjson.loads(documents[0][1])["record"]
        query = SubjectQuery.from_wire({"citizen_id": record["citizen_id"]}, date(2026, 3, 2))
        async with store.begin() as unit:
            people = (await unit.candidates([query]))[0].people
    return [one.cadre_id for one in people if one.id_relation == "equal"]


async def test_the_key_comes_back_with_a_backup(settings: Settings, tmp_path: Path) -> None:
    before = await found_by_number(settings)
    await backup(settings, tmp_path / "hub.tar")
    shutil.rmtree(settings.data / "keys")
    with pytest.raises(TransientError, match="no key of citizen numbers"):
        await found_by_number(settings)
    await restore(settings, tmp_path / "hub.tar")
    assert await found_by_number(settings) == before != []


async def test_a_lost_key_is_replaced_by_hand_alone(settings: Settings) -> None:
    before = await found_by_number(settings)
    (settings.data / "keys" / FILE).unlink()
    await prepare(settings)
    with pytest.raises(TransientError, match="no key of citizen numbers"):
        await found_by_number(settings)
    async with open_hub(settings) as hub:
        await hub.store.remake_roster_index()
    assert await found_by_number(settings) == before


async def test_an_index_of_a_time_before_keys_is_made_anew_at_the_next_start(settings: Settings) -> None:
    before = await found_by_number(settings)
    async with open_store(settings) as store:
        await store.pool.execute("delete from meta where name = 'roster_key'")
        await store.pool.execute("update roster_token set token = '330171199001010000' where kind = 'i'")
        assert "roster_token" in await tables_with_numbers(store)
    await prepare(settings)
    assert await found_by_number(settings) == before
    async with open_store(settings) as store:
        assert "roster_token" not in await tables_with_numbers(store)
