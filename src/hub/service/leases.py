"""Claiming a queue item: a lease with a fencing token, so that two people do not complete one item."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import orjson

from hub.errors import NotFoundError, RefusedError
from hub.ports import QueueRow, Store, UnitOfWork

ROWS = 100_000
STALE = "stale_token"
CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds an item and until when (ISO 8601). ``token`` rises with every claim and never falls."""

    item: str
    holder: str
    token: int
    until: str

    def live(self, now: datetime) -> bool:
        """Whether it still holds."""
        return bool(self.holder) and now < datetime.fromisoformat(self.until)


async def open_item(store: Store, organ: str, item: str) -> QueueRow:
    """The open item ``item`` of ``organ``'s queue. Raises NotFoundError."""
    for row in await store.queue_rows(organ=organ, open_only=True, limit=ROWS):
        if row.id == item and not row.copy:
            return row
    raise NotFoundError("no such open item in this queue", hint="read the queue again: it may be decided or taken back")


async def claim(store: Store, item: str, holder: str, minutes: int) -> Lease:
    """Lease an item. The same holder claiming again gets a new token, and the old one is stale.

    Raises RefusedError (``claimed``) while somebody else's lease lives.
    """
    async with store.begin() as unit:
        found = await _read(unit, item)
        if found.live(unit.now) and found.holder != holder:
            raise RefusedError(f"claimed until {found.until}", reason=CLAIMED, hint="wait, or ask its holder")
        until = (unit.now + timedelta(minutes=minutes)).isoformat()
        lease = Lease(item, holder, found.token + 1, until)
        _write(unit, lease)
    return lease


async def check(store: Store, item: str, token: int) -> None:
    """Raises RefusedError (``stale_token``) unless ``token`` is the newest and its lease lives."""
    async with store.begin() as unit:
        await _current(unit, item, token)


async def end(store: Store, item: str, token: int) -> None:
    """End a lease; its token is stale from now on. Raises RefusedError (``stale_token``) where it was already."""
    async with store.begin() as unit:
        lease = await _current(unit, item, token)
        _write(unit, Lease(item, "", lease.token, unit.now.isoformat()))


async def leases(store: Store, items: list[str]) -> dict[str, Lease]:
    """The living leases of these items."""
    async with store.begin() as unit:
        found = await unit.peek(_key(item) for item in items)
        read = (Lease(**orjson.loads(body)) for body in found.values())
        return {lease.item: lease for lease in read if lease.live(unit.now)}


def _key(item: str) -> str:
    return f"lease:{item}"


async def _read(unit: UnitOfWork, item: str) -> Lease:
    body = (await unit.get([_key(item)])).get(_key(item))
    return Lease(item, "", 0, "") if body is None else Lease(**orjson.loads(body))


async def _current(unit: UnitOfWork, item: str, token: int) -> Lease:
    lease = await _read(unit, item)
    if lease.token != token or not lease.live(unit.now):
        raise RefusedError(
            "the lease has ended or somebody else has claimed the item", reason=STALE, hint="claim it anew"
        )
    return lease


def _write(unit: UnitOfWork, lease: Lease) -> None:
    unit.put(_key(lease.item), orjson.dumps(asdict(lease)))
