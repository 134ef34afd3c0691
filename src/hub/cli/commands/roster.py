"""``hub roster``: the roster of cadres from files, and its look-up index."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hub import bootstrap
from hub.adapters.topics import make_topics, own_topics
from hub.cli.common import DataOption, JsonOption, err, json_line, out, running
from hub.service import roster_load
from hub.service.roster_load import LoadReport
from hub.settings import Settings

SHOWN = 20
Bad = list[tuple[int, str]]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(help="The roster of cadres, organs and who manages which post.", no_args_is_help=True)
    group.command("load")(load)
    group.command("reindex")(reindex)
    app.add_typer(group, name="roster")


def load(
    file: Annotated[Path, typer.Argument(help="JSON lines {type, data}, or CSV, XLSX, Parquet.", show_default=False)],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load cadres, tenures, organs and management rows. What is there already is brought up to date.

    Departments named by management rows are registered and get their topics. Rows that break the contract are listed
    and left out (exit code 1). A load that was cut short is run again from its beginning.

    Examples:

      hub roster load roster.jsonl
      hub roster load cadres.parquet --data /srv/hub --json
    """
    bad: Bad = []
    settings = running(data)
    with _progress() as progress:
        task = progress.add_task("rows", total=None)
        report = asyncio.run(_load(settings, file, bad, lambda done: progress.update(task, completed=done)))
    _tell(report, bad, as_json=as_json)
    if bad:
        raise typer.Exit(1)


def reindex(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Make the roster's look-up index anew from what is recorded of each person; the hub may run meanwhile.

    Needed where the key of citizen numbers (DATA/keys/citizen-numbers.key) is lost: put it back from a backup if you can, or
    this makes a new one. Some 5,000 people a second; all or nothing.

    Examples:

      hub roster reindex
      hub roster reindex --data /srv/hub --json
    """
    settings = running(data)
    with _progress() as progress:
        task = progress.add_task("people", total=None)
        people = asyncio.run(_reindex(settings, lambda done: progress.update(task, completed=done)))
    if as_json:
        json_line({"people": people})
    else:
        out().print(f"the look-up index holds {people:,} people")


async def _reindex(settings: Settings, progress: roster_load.Progress) -> int:
    async with bootstrap.open_store(settings) as store:
        return await store.remake_roster_index(progress)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err(), transient=True, disable=not err().is_terminal)


async def _load(settings: Settings, file: Path, bad: Bad, progress: roster_load.Progress) -> LoadReport:
    def refused(row: int, why: str) -> None:
        bad.append((row, why))

    async with bootstrap.open_store(settings) as store:
        report = await roster_load.load(store, _records(file, bad), progress=progress, refused=refused)
        registry = await store.registry()
    wanted = (spec for code in report.departments for spec in own_topics(registry.sources[code]))
    await make_topics(settings, wanted)
    return report


def _records(file: Path, bad: Bad) -> Iterator[dict[str, Any]]:
    from hub.adapters.roster_files import BadRow, checked, read  # slow to import, and needed here alone

    for row in checked(read(file)):
        if isinstance(row, BadRow):
            bad.append((row.number, row.reason))
        else:
            yield {"type": row.type, "data": row.data, "row": row.number}


def _tell(report: LoadReport, bad: Bad, *, as_json: bool) -> None:
    if as_json:
        json_line({**vars(report), "bad": [{"row": row, "reason": why} for row, why in sorted(bad)]})
        return
    for row, why in sorted(bad)[:SHOWN]:
        err().print(f"row {row:,}: {why}", style="red", markup=False)
    if len(bad) > SHOWN:
        err().print(f"and {len(bad) - SHOWN:,} more")
    told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.records.items())) or "nothing"
    out().print(f"loaded {told}; {report.changed:,} documents changed, {len(bad):,} rows left out")
    if report.departments:
        out().print(f"new departments: {', '.join(sorted(report.departments))}")
