"""Alembic at work. Slow to import; only who migrates does."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.adapters.postgres.errors import translated
from hub.adapters.postgres.keys import lock_number
from hub.adapters.postgres.migrations import FOLDER


async def upgrade(dsn: str, schema: str) -> None:
    """As :func:`hub.adapters.postgres.migrate.migrate`."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        with translated("migrating the database"):
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade, schema)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, schema: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote_identifier(schema)
    connection.exec_driver_sql(f"select pg_advisory_xact_lock({lock_number(schema, 'migrate')})")
    connection.exec_driver_sql(f"create schema if not exists {quoted}")
    connection.exec_driver_sql(f"set local search_path to {quoted}")
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes.update(connection=connection, schema=schema)
    command.upgrade(config, "head")
