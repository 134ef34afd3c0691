"""``hub doctor``: what is wrong with this installation, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import asdict

import typer

from hub import bootstrap
from hub.cli.checks import Found, all_checks, calendar, disk
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.errors import HubError, UsageError
from hub.ports_operations import Operations
from hub.settings import Settings

MARKS = {"ok": ("ok", "green"), "warning": ("warning", "yellow"), "wrong": ("WRONG", "red")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Look at every part of the hub and say what is wrong and what to do. Ends with 1 where something is wrong.

    Examples:

      hub doctor
      hub doctor --data /srv/hub --json
    """
    try:
        checks = examined(running(data))
    except UsageError as error:
        settings = Settings()
        checks = without_hub(settings.model_copy(update={"data": data or settings.data}), error)
    if asyncio.run(_examine(checks, as_json=as_json)):
        raise typer.Exit(1)


async def without_hub(settings: Settings, error: UsageError) -> AsyncIterator[Found]:
    """What can be said about a folder in which no hub runs."""
    yield Found("hub", "wrong", str(error), error.hint or "")
    yield disk(settings)
    yield calendar(settings)


async def _examine(checks: AsyncIterator[Found], *, as_json: bool) -> bool:
    bad = False
    async for found in checks:
        bad = bad or found.state == "wrong"
        if as_json:
            json_line(asdict(found))
        else:
            _print(found)
    return bad


async def examined(settings: Settings) -> AsyncIterator[Found]:
    """Every check of this installation."""
    async with AsyncExitStack() as stack:
        store: Operations | None = None
        reason = ""
        try:
            store = await stack.enter_async_context(bootstrap.open_store(settings))
            await store.registry()
        except (HubError, OSError) as error:
            store, reason = None, str(error)
        async for found in all_checks(settings, store, reason):
            yield found


def _print(found: Found) -> None:
    mark, style = MARKS[found.state]
    console = out()
    console.print(f"{mark:8}", style=style, end="")
    console.print(f"{found.check:13} {found.says}", markup=False)
    if found.do:
        console.print(f"{'':8}{'':13} -> {found.do}", markup=False)
