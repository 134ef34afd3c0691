"""``hub sweep``: is everything that lies in the log dealt with, and if not, deal with it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from hub.bootstrap import open_hub
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.settings import Settings

if TYPE_CHECKING:
    from streams.sweeper import Report

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep")(sweep_command)


def sweep_command(
    repair: Annotated[bool, typer.Option("--repair", help="Read again what is missing.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Look every event of the log up in the inbox; slow.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the inbound log with what was dealt with. Ends with 1 where something is missing and was not repaired.

    The workers do this themselves every ten minutes (HUB_SWEEP_EVERY_S). What a worker has not reached yet is not
    missing. What retention took away before anybody dealt with it is told as gone: its source has to send it again.

    Examples:

      hub sweep
      hub sweep --repair --json
      hub sweep --deep --repair         after a restore that you do not trust
    """
    report = asyncio.run(_sweep(running(data), repair=repair, deep=deep))
    if as_json:
        json_line({**asdict(report), "clean": report.clean})
    else:
        _print(report)
    if not report.clean:
        raise typer.Exit(1)


async def _sweep(settings: Settings, *, repair: bool, deep: bool) -> Report:
    from streams.sweeper import sweep  # slow to import, and the other commands do without

    async with open_hub(settings) as hub:
        return await sweep(settings, hub.store, hub.service, repair=repair, deep=deep)


def _print(report: Report) -> None:
    console = out()
    if report.clean and not report.missing:
        console.print(f"{report.partitions} partitions: everything that was read is dealt with ({report.seconds} s)")
        return
    console.print(f"{report.missing} events missing, {report.repaired} of them read again ({report.seconds} s)")
    for at in report.positions[:SHOWN]:
        console.print(f"  {at.topic} {at.partition} {at.offset}", markup=False)
    if report.missing > report.repaired:
        console.print("  -> hub sweep --repair reads them again")
    for place, count in report.gone.items():
        console.print(f"{place}: {count} offsets left the log before they were dealt with", markup=False)
        console.print("  -> ask the sources of that topic to send that time again; what is known is ignored")
    for place in report.replaced:
        console.print(f"{place}: the log ends before what was dealt with there: it is another log", markup=False)
        console.print("  -> were the broker's data lost? see docs/operations.md, hub relay adopt")
