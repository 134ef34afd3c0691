"""A clock that a test runner moves through the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.adapters.clock import SHANGHAI
from hub.adapters.postgres.errors import translated

_SET = "insert into clock (at) values ($1) on conflict (only_row) do update set at = excluded.at"


class DatabaseClock:
    """The time in the table ``clock``, the same for all processes of a hub; the machine's time while none was set.

    For ``Settings.clock == "database"``. ``pool``: an asyncpg pool. Raises TransientError where it does not
    answer.
    """

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def now(self) -> datetime:
        """The time as last set."""
        with translated("reading the clock"):
            at = await self._pool.fetchval("select at from clock")
        return datetime.now(SHANGHAI) if at is None else at.astimezone(SHANGHAI)

    async def set(self, at: datetime) -> None:
        """Move the clock; naive values are read as Asia/Shanghai."""
        with translated("setting the clock"):
            await self._pool.execute(_SET, at if at.tzinfo else at.replace(tzinfo=SHANGHAI))
