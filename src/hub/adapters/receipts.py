"""Finding the receipts of one event in the ledger (:class:`hub.api.parts.Receipts`)."""

from __future__ import annotations

import orjson

from hub.adapters.postgres import PostgresStore
from hub.adapters.postgres.errors import translated
from hub.adapters.postgres.rows import LEDGER, entry
from hub.ports import LedgerEntry, Store
from schemas.topics import receipts

PAGE = 1_000
_OF = f"""
select {LEDGER} from ledger l
where recipient = $1 and topic = $2 and position($3::bytea in body) > 0 order by seq"""


def cause(event_id: str) -> bytes:
    """How the hub writes the cause of an outbound event."""
    return b'"causationid":' + orjson.dumps(event_id)


class ScannedReceipts:
    """Reads the whole ledger of any store; for tests."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, source: str, event_id: str) -> list[LedgerEntry]:
        """Receipts in ledger order."""
        found, after = list[LedgerEntry](), 0
        while page := await self._store.ledger(after=after, limit=PAGE):
            after = page[-1][0]
            found += [one for _, one in page if one.topic == receipts(source) and cause(event_id) in one.body]
        return found


class PostgresReceipts:
    """Asks the database. Raises TransientError where it does not answer."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    async def of(self, source: str, event_id: str) -> list[LedgerEntry]:
        """Receipts in ledger order."""
        with translated("looking for receipts"):
            rows = await self._store.pool.fetch(_OF, source, receipts(source), cause(event_id))
        return [entry(row) for row in rows]
