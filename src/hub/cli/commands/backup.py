"""``hub backup`` and ``hub restore``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hub.adapters.embedded import lock
from hub.adapters.embedded.state import connected
from hub.bootstrap import backup as use
from hub.cli.common import DataOption, JsonOption, json_line, out
from hub.errors import UsageError
from hub.logging import configure
from hub.settings import Settings

FileArgument = Annotated[Path, typer.Argument(help="The backup.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(file: FileArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Write the database, keys and tokens to FILE, from one moment, while the hub goes on. FILE opens everything.

    Kafka's log is not in it: after a restore the hub reads from the log what came after the backup.

    Examples:

      hub backup /backup/hub-2026-03-02.tar
      hub backup hub.tar --data /srv/hub
    """
    configure("ERROR")
    made = asyncio.run(_backup(data, file))
    _tell(
        f"backup {made.id} of {made.made}: {made.position} ledger lines, {len(made.sums)} files", made, as_json=as_json
    )


def restore(file: FileArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Put a backup in place of the database, keys and tokens. The hub must be stopped.

    At its next start the hub reads what the log has and the backup has not, and publishes nothing twice.

    Examples:

      hub down && hub restore /backup/hub-2026-03-02.tar && hub up
      hub restore hub.tar --data /srv/hub
    """
    configure("ERROR")
    found = asyncio.run(_restore(data, file))
    _tell(f"restored {found.id} of {found.made}; start the hub: it reads what came after", found, as_json=as_json)


async def _backup(data: Path | None, file: Path) -> use.Manifest:
    async with _database(data) as settings:
        return await use.backup(settings, file)


async def _restore(data: Path | None, file: Path) -> use.Manifest:
    settings = Settings()
    if (data is not None or not settings.postgres) and lock.holder((data or settings.data).absolute()) is not None:
        raise UsageError("the hub is running", hint="hub down first; then hub restore, then hub up")
    async with _database(data) as settings:
        return await use.restore(settings, file)


@asynccontextmanager
async def _database(data: Path | None) -> AsyncIterator[Settings]:
    """The running hub's database; where none runs in the folder, broker and database alone, stopped afterwards."""
    settings = Settings()
    folder = (data or settings.data).absolute()
    if (data is None and settings.postgres) or lock.holder(folder) is not None:
        yield connected(data, settings)
        return
    from hub.adapters.embedded.stack import EmbeddedStack  # slow to import

    async with EmbeddedStack(settings.model_copy(update={"data": folder})) as stack:
        yield stack.settings


def _tell(line: str, made: use.Manifest, *, as_json: bool) -> None:
    if as_json:
        json_line({name: value for name, value in asdict(made).items() if name != "sums"})
    else:
        out().print(line, markup=False)
