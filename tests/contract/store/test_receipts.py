"""The receipts of one event, in memory and in Postgres."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
import pytest

from hub.adapters.postgres import PostgresStore
from hub.adapters.postgres.migrations import FOLDER
from hub.adapters.receipts import _OF, PostgresReceipts, ScannedReceipts
from hub.api.parts import Receipts
from hub.ports import LedgerEntry
from hub.ports_operations import Operations
from schemas import topics
from tests.contract.store.samples import line

ODD = "a/1\" 'ü🏛"


def said(id_: str, cause: str | None, to: str = "audit-M", topic: str = "", **changes: Any) -> LedgerEntry:
    body = orjson.dumps({"id": id_, "causationid": cause, "data": {"event": "causationid"}})
    return replace(line(id_, topic=topic or topics.receipts(to)), to=to, body=body, **changes)


@pytest.fixture
def receipts(store: Operations) -> Receipts:
    return PostgresReceipts(store) if isinstance(store, PostgresStore) else ScannedReceipts(store)


async def test_an_events_receipts_are_found_in_the_order_they_were_given(store: Operations, receipts: Receipts) -> None:
    for several in ([said("r2", ODD), said("r9", "other")], [said("r1", ODD)]):
        async with store.begin() as unit:
            for one in several:
                unit.append(one)
    assert [one.id for one in await receipts.of("audit-M", ODD)] == ["r2", "r1"]
    assert await receipts.of("audit-M", "a/1") == []


async def test_nothing_but_receipts_of_that_source(store: Operations, receipts: Receipts) -> None:
    async with store.begin() as unit:
        unit.append(said("mine", "e1"))
        unit.append(said("other", "e1", "disc-M"))
        unit.append(said("task", "e1", topic=topics.tasks("audit-M")))
        unit.append(said("note", "e1", kind="note"))
        unit.append(said("none", None))
    assert [one.id for one in await receipts.of("audit-M", "e1")] == ["mine"]
    assert [one.id for one in await receipts.of("disc-M", "e1")] == ["other"]


async def test_a_receipt_that_was_given_before_is_not_given_twice(store: Operations, receipts: Receipts) -> None:
    for _ in range(2):
        async with store.begin() as unit:
            unit.append(said("r1", "e1"))
    assert [one.id for one in await receipts.of("audit-M", "e1")] == ["r1"]


async def test_of_what_did_not_commit_there_is_no_receipt(store: Operations, receipts: Receipts) -> None:
    with suppress(ZeroDivisionError):
        async with store.begin() as unit:
            unit.append(said("r1", "e1"))
            raise ZeroDivisionError
    assert await receipts.of("audit-M", "e1") == []


@pytest.mark.stack
async def test_looking_up_reads_no_ledger(postgres: PostgresStore) -> None:
    async with postgres.begin() as unit:
        for number in range(5_000):
            unit.append(said(f"r{number}", f"e{number}"))
    await postgres.pool.execute("analyze")
    plan = "\n".join(row[0] for row in await postgres.pool.fetch(f"explain {_OF}", "audit-M", "e77"))
    assert "Seq Scan" not in plan
    assert [one.id for one in await PostgresReceipts(postgres).of("audit-M", "e77")] == ["r77"]


@pytest.mark.stack
async def test_receipts_of_an_older_release_are_found_too(postgres: PostgresStore) -> None:
    """The migration fills the table from the ledger."""
    async with postgres.begin() as unit:
        for one in (said("r1", ODD), said("r2", None), said("task", "e1", topic=topics.tasks("audit-M"))):
            unit.append(one)
    text = (FOLDER / "versions" / "0006_receipts.sql").read_text()
    async with postgres.pool.acquire() as connection, connection.transaction():
        await connection.execute("drop table receipt")
        await connection.execute(text)
    assert [one.id for one in await PostgresReceipts(postgres).of("audit-M", ODD)] == ["r1"]
    assert await postgres.pool.fetchval("select count(*) from receipt") == 1
