"""One connection inside one transaction; every error that a retry may cure comes out as TransientError."""

from __future__ import annotations

from typing import Any

import asyncpg

from hub.adapters.postgres.errors import translated

Record = asyncpg.Record


class Session:
    """The few calls that a unit of work needs. Statements are prepared once per connection by asyncpg."""

    def __init__(self, connection: Any, schema: str) -> None:
        self._connection = connection
        self.schema = schema

    async def fetch(self, sql: str, *args: object) -> list[Record]:
        """All rows."""
        with translated("reading from the store"):
            rows: list[Record] = await self._connection.fetch(sql, *args)
        return rows

    async def fetchval(self, sql: str, *args: object) -> Any:
        """The first column of the first row, None where there is none."""
        with translated("reading from the store"):
            return await self._connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> None:
        """No rows."""
        with translated("writing to the store"):
            await self._connection.execute(sql, *args)
