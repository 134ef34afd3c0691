"""The delivery ledger, in memory and in Postgres."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hub.adapters.clock import SHANGHAI
from hub.adapters.postgres import PostgresStore
from hub.adapters.postgres.deliveries import PostgresDeliveries
from hub.ports_deliveries import Deliveries, Delivery
from hub.testing import MemoryDeliveries

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
LATER = NOON + timedelta(hours=1)


def one(item: str, position: int, state: str, recipient: str = "org-M") -> Delivery:
    error = "status 500" if state == "failed" else ""
    return Delivery(recipient, item, position, 3, NOON, state, error)


ROWS = [one("c", 30, "failed"), one("a", 10, "failed"), one("b", 20, "delivered"), one("x", 15, "failed", "org-K")]


@pytest.fixture
def in_memory() -> Deliveries:
    return MemoryDeliveries(*ROWS)


@pytest.fixture
async def in_postgres(postgres: PostgresStore) -> Deliveries:
    found = PostgresDeliveries(postgres.pool)
    for row in ROWS:
        await found.enlist(row.recipient, [(row.item, row.position)], 0, NOON)
        await found.record(row, NOON)
    return found


@pytest.fixture(params=["in_memory", pytest.param("in_postgres", marks=pytest.mark.stack)])
def ledger(request: pytest.FixtureRequest) -> Deliveries:
    found: Deliveries = request.getfixturevalue(request.param)
    return found


async def test_a_recipient_sees_its_own_in_the_order_of_the_ledger(ledger: Deliveries) -> None:
    assert await ledger.of("org-M", "failed") == [ROWS[1], ROWS[0]]
    assert await ledger.of("org-M", None) == [ROWS[1], ROWS[2], ROWS[0]]
    assert await ledger.of("org-M", None, after=10, limit=1) == [ROWS[2]]
    assert await ledger.of("nobody", None) == []


async def test_one_item_is_tried_again_and_the_others_stay(ledger: Deliveries) -> None:
    assert await ledger.again("org-M", LATER, "a") == 1
    assert await ledger.again("org-M", LATER, "a") == 0, "it has not failed any more"
    assert await ledger.again("org-M", LATER, "b") == 0, "what was taken is not pushed again"
    (due,) = await ledger.of("org-M", "due")
    assert (due.item, due.attempts, due.next_try) == ("a", 0, LATER)
    assert await ledger.of("org-M", "failed") == [ROWS[0]]


async def test_all_that_failed_for_one_is_tried_again(ledger: Deliveries) -> None:
    assert await ledger.again("org-M", LATER) == 2
    assert [row.item for row in await ledger.of("org-M", "due")] == ["a", "c"]
    assert await ledger.of("org-K", "failed") == [ROWS[3]]
