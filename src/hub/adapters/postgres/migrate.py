"""Bringing a database up to date."""

from __future__ import annotations


async def migrate(dsn: str, schema: str) -> None:
    """Create the schema and apply every migration that it has not yet, in one transaction.

    Safe to run at every start and by several processes at once: the second waits, then finds nothing to do.
    Raises TransientError where the database does not answer.
    """
    from hub.adapters.postgres.upgrade import upgrade  # a second of imports that workers and relays start without

    await upgrade(dsn, schema)
