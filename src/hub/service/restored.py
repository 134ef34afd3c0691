"""What a hub still has to do after its database was restored to an older point. Marks in the store, cleared when done."""

from __future__ import annotations

import orjson

from hub.ports import LedgerEntry, Store, UnitOfWork

SWEEP_KEY = "meta:restored-sweep"
"""There while the log was not yet read again from where the restored database ends."""
RELAY_KEY = "meta:restored-relay"
"""There while the relay has not yet found out what was published after the restored point."""


def mark(unit: UnitOfWork, backup: str, position: int) -> None:
    """Say that this database is an older one. ``backup``: its id; ``position``: the end of its hash chain.

    A ledger line says so too: from there on the chain is another than the one that was lost.
    """
    about = orjson.dumps({"backup": backup, "position": position, "at": unit.now.isoformat()})
    for key in (SWEEP_KEY, RELAY_KEY):
        unit.put(key, about)
    ident = f"restored:{backup}:{unit.now.isoformat()}"
    unit.append(LedgerEntry(ident, "note", "ledger.restored", about, unit.now))


async def is_pending(store: Store, key: str) -> bool:
    """Whether ``key`` is still to be done."""
    return any(found == key for found, _ in await store.documents(key, limit=1))


async def settled(store: Store, key: str) -> None:
    """It is done."""
    async with store.begin() as unit:
        unit.put(key, None)
