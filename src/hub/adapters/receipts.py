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
where l.id in (select id from receipt where recipient = $1 and cause = $2) and length(l.body) > 0 order by l.seq"""


class ScannedReceipts:
    """Reads the whole ledger of any store; for tests."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, source: str, event_id: str) -> list[LedgerEntry]:
        """Receipts in ledger order."""
        wanted = ("out", source, receipts(source))
        found, after = list[LedgerEntry](), 0
        while page := await self._store.ledger(after=after, limit=PAGE):
            after = page[-1][0]
            found += [one for _, one in page if (one.kind, one.to, one.topic) == wanted]
        return [one for one in found if one.body and orjson.loads(one.body).get("causationid") == event_id]


class PostgresReceipts:
    """Asks the database, by an index (table ``receipt``). Raises TransientError where it does not answer."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    async def of(self, source: str, event_id: str) -> list[LedgerEntry]:
        """Receipts in ledger order."""
        with translated("looking for receipts"):
            rows = await self._store.pool.fetch(_OF, source, event_id)
        return [entry(row) for row in rows]
