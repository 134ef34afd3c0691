"""Locks by key with deadlock detection, so that the fake store behaves as the database does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from hub.errors import TransientError


class KeyLocks:
    """Exclusive locks by key, held per owner until :meth:`release`. Costs one dict access where nobody competes."""

    def __init__(self) -> None:
        self._owner: dict[str, object] = {}
        self._queue: dict[str, list[asyncio.Future[None]]] = {}
        self._waits_for: dict[object, str] = {}

    async def acquire(self, owner: object, keys: Iterable[str]) -> None:
        """Take the keys in sorted order, waiting for each. Raises TransientError where waiting would never end."""
        for key in sorted(set(keys)):
            while (holder := self._owner.setdefault(key, owner)) is not owner:
                self._refuse_deadlock(owner, holder)
                await self._wait(owner, key)

    def release(self, owner: object, keys: Iterable[str]) -> None:
        """Give the keys back and wake who waits for them."""
        for key in keys:
            if self._owner.get(key) is owner:
                del self._owner[key]
                for waiter in self._queue.pop(key, ()):
                    if not waiter.done():
                        waiter.set_result(None)

    def _refuse_deadlock(self, owner: object, holder: object | None) -> None:
        while holder is not None:
            if holder is owner:
                raise TransientError("two units of work wait for each other's documents")
            key = self._waits_for.get(holder)
            holder = self._owner.get(key) if key is not None else None

    async def _wait(self, owner: object, key: str) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.setdefault(key, []).append(waiter)
        self._waits_for[owner] = key
        try:
            await waiter
        finally:
            self._waits_for.pop(owner, None)
