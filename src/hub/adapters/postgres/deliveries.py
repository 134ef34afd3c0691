"""The delivery ledger: who is pushed what, how often it was tried, and what came of it. Rows are never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.adapters.clock import SHANGHAI
from hub.adapters.postgres.errors import translated
from hub.ports_deliveries import Delivery, DeliveryState

DUE, DELIVERED, FAILED = "due", "delivered", "failed"
_COLUMNS = "recipient, item, position, attempts, next_try, state, last_error"
_ADD = """
insert into webhook (recipient, url, at_position) values ($1, $2, $3)
on conflict (recipient) do update set url = excluded.url"""
_ENLIST = """
insert into delivery (recipient, item, position, next_try, updated_at)
select $1, item, position, $4, $4 from unnest($2::text[], $3::bigint[]) as n (item, position) on conflict do nothing"""
_NEXT = f"""
select {_COLUMNS} from delivery where recipient = $1 and state = 'due' order by position limit $2"""
_RECORD = """
update delivery set attempts = $3, next_try = $4, state = $5, last_error = $6, updated_at = $7
where recipient = $1 and item = $2"""
_FAILED = f"select {_COLUMNS} from delivery where state = 'failed' order by recipient, position limit $1"
_OF = f"""
select {_COLUMNS} from delivery
where recipient = $1 and ($2::text is null or state = $2) and position > $3 order by position limit $4"""
_AGAIN = """
update delivery set state = 'due', attempts = 0, next_try = $2, updated_at = $2
where state = 'failed' and recipient = $1 and ($3::text is null or item = $3) returning 1"""
_COUNTS = "select state, count(*) from delivery where recipient = $1 group by state"


@dataclass(frozen=True, slots=True)
class Webhook:
    """``recipient`` is pushed what is published to it behind ``position`` of the ledger."""

    recipient: str
    url: str
    position: int


class PostgresDeliveries:
    """``pool``: the store's. Every call raises TransientError where the database does not answer."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def webhooks(self) -> list[Webhook]:
        """All of them, by recipient."""
        rows = await self._fetch("select recipient, url, at_position from webhook order by recipient")
        return [Webhook(*row) for row in rows]

    async def add(self, recipient: str, url: str, position: int) -> None:
        """Push to ``url`` from ``position`` on; of one that is there only the address changes."""
        await self._fetch(_ADD, recipient, url, position)

    async def remove(self, recipient: str) -> bool:
        """Push nothing more; what was delivered stays on record. Whether there was one."""
        return bool(await self._fetch("delete from webhook where recipient = $1 returning 1", recipient))

    async def enlist(self, recipient: str, items: Sequence[tuple[str, int]], upto: int, now: datetime) -> None:
        """Owe ``items`` (id, position) and move the cursor, both or neither. Idempotent."""
        with translated("listing what is to be delivered"):
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_ENLIST, recipient, [i for i, _ in items], [p for _, p in items], now)
                await connection.execute("update webhook set at_position = $2 where recipient = $1", recipient, upto)

    async def next(self, recipient: str, limit: int) -> list[Delivery]:
        """What is owed, in the order of the ledger, whether its time has come or not."""
        return [_delivery(row) for row in await self._fetch(_NEXT, recipient, limit)]

    async def record(self, done: Delivery, now: datetime) -> None:
        """What came of a try."""
        await self._fetch(
            _RECORD, done.recipient, done.item, done.attempts, done.next_try, done.state, done.last_error, now
        )

    async def failed(self, limit: int = 1000) -> list[Delivery]:
        """What nobody tries any more."""
        return [_delivery(row) for row in await self._fetch(_FAILED, limit)]

    async def of(
        self, recipient: str, state: DeliveryState | None, *, after: int = 0, limit: int = 1000
    ) -> list[Delivery]:
        """Deliveries of a recipient behind position ``after``, in the order of the ledger."""
        return [_delivery(row) for row in await self._fetch(_OF, recipient, state, after, limit)]

    async def again(self, recipient: str, now: datetime, item: str | None = None) -> int:
        """Try what failed for this recipient, or one item of it, once more from the beginning; how many those are."""
        return len(await self._fetch(_AGAIN, recipient, now, item))

    async def counts(self, recipient: str) -> dict[str, int]:
        """State → number."""
        return {row[0]: row[1] for row in await self._fetch(_COUNTS, recipient)}

    async def _fetch(self, sql: str, *args: object) -> list[Any]:
        with translated("in the delivery ledger"):
            rows: list[Any] = await self._pool.fetch(sql, *args)
        return rows


def _delivery(row: Any) -> Delivery:
    recipient, item, position, attempts, next_try, state, error = row
    return Delivery(recipient, item, position, attempts, next_try.astimezone(SHANGHAI), state, error)
