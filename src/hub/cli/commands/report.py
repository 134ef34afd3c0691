"""``hub report``: what the hub's own work looks like in counts."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from hub.bootstrap import open_hub
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.domain.matching.calibration import Row
from hub.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Reports in counts, of nobody in particular.")
    group.command("calibration")(calibration)
    app.add_typer(group, name="report")


def calibration(
    since: Annotated[str, typer.Option(metavar="YYYY-MM", help="Leave out earlier months.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """How often reviewers agreed with the matcher, by month and by what it had stated.

    "first" is the share of answers that chose the first candidate, "at least" its one-sided 95 % bound. Compare a month with
    "all" to see drift. No answer is kept with a person; cells below the pack's small_cell are suppressed.

    Examples:

      hub report calibration
      hub report calibration --since 2026-03 --json
    """
    rows = asyncio.run(_rows(running(data), since))
    if as_json:
        json_line({"rows": [asdict(row) for row in rows]})
    elif not rows:
        out().print("no identity was reviewed yet")
    else:
        out().print(_table(rows))


async def _rows(settings: Settings, since: str) -> list[Row]:
    async with open_hub(settings) as hub:
        return await hub.service.calibration(since)


def _table(rows: list[Row]) -> Table:
    table = Table("month", "matcher said", "probability", "answers", "first", "at least")
    for row in rows:
        counts = [str(row.n), f"{row.confirmed:.3f}", f"{row.at_least:.3f}"] if row.n else ["suppressed", "", ""]
        table.add_row(row.month, row.said, row.stated, *counts)
    return table
