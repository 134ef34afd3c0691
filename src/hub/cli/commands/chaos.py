"""``hub chaos``: a hub of its own, broken on purpose, and whether anything was lost or came twice."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from hub import logging as hub_logging
from hub.cli.common import JsonOption, err, json_line
from hub.settings import Settings

SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("chaos")(chaos)


def chaos(
    seed: Annotated[int, typer.Option(help="The same seed makes the same history and the same faults.")] = 1,
    kills: Annotated[int, typer.Option(help="How many faults.", min=0)] = 25,
    seconds: Annotated[float, typer.Option(help="No new fault after so long.", min=1)] = 600.0,
    unprotected: Annotated[
        bool,
        typer.Option("--unprotected", help="Control run: plain Faust, no inbox, no watermark. It has to go wrong."),
    ] = False,
    only: Annotated[str, typer.Option(help="Faults whose name begins so: worker, kafka:cut, postgres:SIGKILL …")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder afterwards, logs and all.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Start a hub in a temporary folder, send it a generated history, break its parts, compare what came out.

    Ends with 0 where nothing was lost and nothing came twice, else with 1. Touches no other hub. With --json the last
    line on stdout holds the result.

    Examples:

      hub chaos
      hub chaos --seed 7 --kills 200 --seconds 3600 --json
      hub chaos --unprotected --kills 10
    """
    from hub.chaos.campaign import Campaign  # not needed by the other commands, and slow to import

    hub_logging.configure("ERROR")
    logging.disable(logging.CRITICAL)  # a broker that is away on purpose is no news
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="hub-chaos-"))
    console = err()
    try:
        settings = Settings(data=folder)
        run = Campaign(
            settings,
            seed=seed,
            kills=kills,
            seconds=seconds,
            unprotected=unprotected,
            only=only,
            say=lambda text: console.print(text, markup=False),
        )
        result = asyncio.run(run.run())
    finally:
        if keep:
            console.print(f"kept: {folder}", markup=False)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    for name, found in (("lost", result.lost), ("twice or not expected", result.duplicates)):
        for one in found[:SHOWN]:
            console.print(f"{name}: {one}", markup=False)
    line = result.line()
    if as_json:
        json_line(line)
    else:
        for key, value in line.items():
            console.print(f"{key:<12} {value}", markup=False)
    raise typer.Exit(1 if result.lost or result.duplicates else 0)
