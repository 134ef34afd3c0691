"""``hub relay adopt``: an operator's way out where Kafka and the ledger do not belong together."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from hub.bootstrap import open_store
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.settings import Settings

TOLD = {
    "fits": "watermark and ledger fit together; nothing was done",
    "ledger": "publishing goes on behind what was marked as published; older messages are no longer in Kafka",
    "republish": "the whole ledger is published again, under the same ids",
    "recovery": "the ledger is an older one: the relay finds out what Kafka has, then hub sweep --repair reads the rest",
}


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The relay, which brings the ledger to Kafka.", no_args_is_help=True)
    group.callback()(_group)
    group.command("adopt")(adopt)
    app.add_typer(group, name="relay")


def _group() -> None:
    """The relay, which brings the ledger to Kafka."""


def adopt(
    republish: Annotated[
        bool, typer.Option("--republish", help="Publish everything again, under the same ids.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Where the relay stopped because Kafka lost its data, or because the database is an older one: go on from here.

    Readers who know ids they had (every reader should) are safe with --republish. Without it what was published before
    is in Kafka no more; it stands in the ledger and in the queues.

    Examples:

      hub relay adopt
      hub relay adopt --republish
    """
    done = asyncio.run(_adopt(running(data), republish=republish))
    if as_json:
        json_line({"adopted": done})
    else:
        out().print(TOLD[done])


async def _adopt(settings: Settings, *, republish: bool) -> str:
    from streams.adopt import adopt as use  # slow to import, and the other commands do without

    async with open_store(settings) as store:
        return await use(settings, store, republish=republish)
