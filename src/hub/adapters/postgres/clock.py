"""A clock that a test runner moves through the database, and with it the say over when deadlines fire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.adapters.clock import SHANGHAI
from hub.adapters.postgres.errors import translated

TIMERS_KEY = "meta:timers"
"""Document: absent = deadlines fire as the clock goes; ``held`` = not at all; ``fire`` = all that are due, once."""
HELD = b"held"
FIRE = b"fire"
_SET = "insert into clock (at) values ($1) on conflict (only_row) do update set at = excluded.at"
_TIMERS = "insert into doc (key, body) values ($1, $2) on conflict (key) do update set body = excluded.body"
_FIRED = "update doc set body = $2 where key = $1 and body = $3"


class DatabaseClock:
    """The time in the table ``clock``, the same for all processes of a hub; the machine's time while none was set.

    For ``Settings.clock == "database"``. ``pool``: an asyncpg pool. Raises TransientError where it does not
    answer.

    What arrives at one instant is read before deadlines fire. A runner that wants that of running timers holds them
    before it moves the clock, sends, waits until all is read, lets them fire, and waits until they are held again: they
    hold themselves as soon as nothing is due. So the clock never moves under a round of theirs.
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

    async def hold_timers(self) -> None:
        """No deadline fires from here on. While a round is under way, it may still end: hold before the first one."""
        await self._set_timers(HELD)

    async def let_timers_fire(self) -> None:
        """Let all that is due fire, once; see :meth:`held`."""
        await self._set_timers(FIRE)

    async def held(self) -> bool:
        """Whether no deadline may fire: held, or the round that was let is over."""
        with translated("reading whether deadlines may fire"):
            body = await self._pool.fetchval("select body from doc where key = $1", TIMERS_KEY)
        return bool(body == HELD)

    async def fired(self) -> None:
        """Nothing is due any more: the round that was let is over. Said by the timers; nothing happens without a round."""
        with translated("ending a round of deadlines"):
            await self._pool.execute(_FIRED, TIMERS_KEY, HELD, FIRE)

    async def _set_timers(self, body: bytes) -> None:
        with translated("setting whether deadlines may fire"):
            await self._pool.execute(_TIMERS, TIMERS_KEY, body)
