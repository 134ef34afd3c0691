"""``hub tail``: what the hub publishes, as its readers see it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Literal

import orjson
import typer

from hub import bootstrap
from hub.adapters.outputs import KafkaOutputs
from hub.cli import shown
from hub.cli.common import DataOption, JsonOption, err, out, running
from hub.errors import UsageError
from hub.settings import Settings
from schemas import topics

FAMILIES = {"tasks": topics.tasks, "clarifications": topics.clarifications, "receipts": topics.receipts}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tail")(tail)


def tail(
    what: Annotated[Literal["tasks", "clarifications", "receipts"], typer.Argument(show_default=False)],
    department: Annotated[str | None, typer.Option(help="One recipient of tasks or clarifications.")] = None,
    source: Annotated[str | None, typer.Option(help="One source's receipts.")] = None,
    follow: Annotated[bool, typer.Option("--follow/--once", help="Go on, or stop at what is there now.")] = True,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show tasks and follow-ups, clarifications or receipts from the beginning; of everybody, or of one recipient.

    Only what is published is shown (read_committed). --json prints every CloudEvent as it is.

    Examples:

      hub tail tasks --department org-M
      hub tail receipts --source audit-M --once --json
      hub tail clarifications
    """
    settings = running(data)
    with suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(_tail(settings, what, department or source, follow=follow, as_json=as_json))


async def _tail(settings: Settings, what: str, recipient: str | None, *, follow: bool, as_json: bool) -> None:
    async with bootstrap.open_store(settings) as store:
        known = sorted((await store.registry()).sources)
    if recipient is not None and recipient not in known:
        raise UsageError(f"there is no recipient {recipient}", hint=f"registered: {', '.join(known) or 'none'}")
    names = [FAMILIES[what](code) for code in ([recipient] if recipient else known)]
    outputs = KafkaOutputs(settings)
    async for _, value in outputs.follow(names) if follow else outputs.once(names):
        _show(value, as_json=as_json)


def _show(value: bytes, *, as_json: bool) -> None:
    if as_json:
        print(value.decode(), flush=True)
        return
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError:
        err().print("a message that is no JSON", style="yellow")
        return
    out().print(shown.line(event), markup=False)
    for sentence in shown.explained(event):
        out().print(f"    {sentence}", markup=False)
