"""``hub retention``: seal or delete what is kept long enough."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from hub.bootstrap import open_hub
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.service.retention import Report
from hub.settings import Settings

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("retention")(retention)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which; change nothing.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="This hub sealed so far; from now on it deletes.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove the records whose retention has ended, as the hub does by itself once a day (R-CF-03).

    The period is retention_months in the committee's own rule pack; without one nothing ever ends. With HUB_ARCHIVE_KEY
    the content is sealed for that custodian, without it deleted; a hub that seals never deletes unless told to. The
    ledger keeps the fact of every event.

    Examples:

      hub retention --dry-run
      hub retention --json
    """
    report = asyncio.run(_run(running(data), dry_run=dry_run, delete=delete))
    if as_json:
        json_line({**asdict(report), "open": dict(report.open), "dry_run": dry_run})
    else:
        _print(report, dry_run=dry_run)


async def _run(settings: Settings, *, dry_run: bool, delete: bool) -> Report:
    async with open_hub(settings) as hub:
        return await hub.service.retain(dry_run=dry_run, delete=delete)


def _print(report: Report, *, dry_run: bool) -> None:
    console = out()
    done = f"would be {report.how}" if dry_run else report.how
    console.print(f"{report.looked} records looked at, {len(report.ended)} {done}")
    for key in report.ended[:SHOWN]:
        console.print(f"  {key}", markup=False)
    if report.waiting:
        console.print(f"{len(report.waiting)} wait until all of their lines are published (see hub doctor)")
    for code, count in sorted(report.open.items()):
        console.print(f"{count} have outlived their period but are kept: {code} still open", markup=False)
