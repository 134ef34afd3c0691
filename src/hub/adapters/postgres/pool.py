"""Connections of one hub: every one of them looks into the hub's schema first."""

from __future__ import annotations

import asyncpg

from hub.adapters.postgres.errors import translated

LOCK_TIMEOUT_S = 30


def session_settings(schema: str) -> dict[str, str]:
    """What every connection sets at its start. A lock that is not got in time is an error that a retry may cure."""
    quoted = '"' + schema.replace('"', '""') + '"'
    name = application(schema)
    return {"search_path": quoted, "lock_timeout": f"{LOCK_TIMEOUT_S}s", "application_name": name, "jit": "off"}


def application(schema: str) -> str:
    """The name of a hub's connections in ``pg_stat_activity``."""
    return f"cadre-hub {schema}"[:63]


async def create_pool(dsn: str, schema: str, size: int) -> asyncpg.Pool[asyncpg.Record]:
    """A pool of up to ``size`` connections. Raises TransientError where the database does not answer."""
    with translated("connecting to the database"):
        return await asyncpg.create_pool(dsn, min_size=1, max_size=size, server_settings=session_settings(schema))


async def connect(dsn: str, schema: str) -> asyncpg.Connection[asyncpg.Record]:
    """One connection outside the pool, for locks that live as long as it."""
    with translated("connecting to the database"):
        return await asyncpg.connect(dsn, server_settings=session_settings(schema))
