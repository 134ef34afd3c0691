"""A whole schema into a file and back, by PostgreSQL's own tools. One consistent snapshot; the hub may go on meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from hub.adapters.embedded.account import installed
from hub.adapters.postgres.errors import translated
from hub.adapters.postgres.pool import application
from hub.errors import RefusedError, TransientError


async def dump(dsn: str, schema: str, file: Path) -> None:
    """Write everything of ``schema`` to ``file``. Raises TransientError where the database does not answer."""
    await _run(
        "pg_dump",
        dsn,
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--schema={_quoted(schema)}",
        f"--file={file}",
    )


async def restore(dsn: str, schema: str, file: Path) -> str:
    """Put the schema of ``file`` in place of ``schema``; all or nothing. Returns the name the old one has now.

    Raises RefusedError where a hub still uses the database, TransientError where it does not answer.
    """
    aside = f"{schema}_before_{datetime.now():%Y%m%d%H%M%S}"
    connection = await _connected(dsn)
    try:
        await _nobody_else(connection, schema)
        there = await connection.fetchval("select true from pg_namespace where nspname = $1", schema)
        if there:
            await connection.execute(f"alter schema {_quoted(schema)} rename to {_quoted(aside)}")
        try:
            await _run(
                "pg_restore", dsn, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(file)
            )
        except BaseException:
            if there:
                await _exchange(connection, schema, aside)
            raise
    finally:
        await connection.close()
    return aside if there else ""


async def put_back(dsn: str, schema: str, aside: str) -> None:
    """Undo a restore: ``aside`` is ``schema`` again."""
    connection = await _connected(dsn)
    try:
        await _exchange(connection, schema, aside)
    finally:
        await connection.close()


async def _exchange(connection: asyncpg.Connection[asyncpg.Record], schema: str, aside: str) -> None:
    await connection.execute(f"drop schema if exists {_quoted(schema)} cascade")
    await connection.execute(f"alter schema {_quoted(aside)} rename to {_quoted(schema)}")


async def drop(dsn: str, schema: str) -> None:
    """Take a schema away with everything in it."""
    connection = await _connected(dsn)
    try:
        await connection.execute(f"drop schema if exists {_quoted(schema)} cascade")
    finally:
        await connection.close()


async def _connected(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    with translated("connecting to the database"):
        return await asyncpg.connect(dsn, server_settings={"application_name": "cadre-hub restore"})


async def _nobody_else(connection: asyncpg.Connection[asyncpg.Record], schema: str) -> None:
    found = await connection.fetchval(
        "select count(*) from pg_stat_activity where application_name = $1 and datname = current_database()",
        application(schema),
    )
    if found:
        raise RefusedError(
            f"restoring: {found} connections of a running hub", reason="in_use", hint="stop all its processes first"
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tool(name: str) -> str:
    """The wheel's own tool, of the newest PostgreSQL that the hub works with, else the machine's."""
    own = installed() / "bin" / name
    return str(own) if own.exists() else shutil.which(name) or name


async def _run(tool: str, dsn: str, *arguments: str) -> None:
    """The password goes by the environment: arguments can be seen by everybody on the machine."""
    parts = urlsplit(dsn)
    password = unquote(parts.password or "")
    bare = urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")))
    process = await asyncio.create_subprocess_exec(
        _tool(tool), *arguments, f"--dbname={bare}",
        env={**os.environ, "PGPASSWORD": password}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode:
        why = said.decode(errors="replace").strip().splitlines()
        raise TransientError(f"{tool}: {why[0] if why else 'failed'}", hint="does the database answer, is there room?")
