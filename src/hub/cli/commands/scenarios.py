"""``hub scenarios``: run, for legal staff and for CI."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.setup_progress import SetupProgress
from hub.logging import configure
from hub.scenarios.format import files, load
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.runner import Result
from hub.scenarios.runner import run as run_one

RUN_HELP = """Run scenario files on the real case code and say what is wrong.

One line each, then «N passed, N failed». Exit code 1 if one fails, 2 if a file cannot be read.

Examples:

  hub scenarios run scenarios/a-normal.yaml
  hub scenarios run scenarios --only A01,A02 --verbose
  hub scenarios run scenarios --live
"""


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(
        help="Scenarios: tests of the policy that legal staff can read. 情景：可读的政策测试。", no_args_is_help=True
    )
    app.add_typer(group, name="scenarios")
    group.command("run", help=RUN_HELP)(run)


def run(
    paths: Annotated[list[Path], typer.Argument(help="files or folders")],
    live: Annotated[bool, typer.Option("--live", help="run on a real stack: Kafka, Postgres, HTTP")] = False,
    at_once: Annotated[int, typer.Option(min=1, help="with --live: how many side by side")] = 3,
    only: Annotated[str, typer.Option(help="ids to run, separated by commas")] = "",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="print every output")] = False,
) -> None:
    """Run scenario files."""
    chosen = {one.strip() for one in only.split(",") if one.strip()}
    found = [one for path in files(paths) for one in load(path) if not chosen or one.id in chosen]
    if live:
        from hub.scenarios.live import run_live

        configure("WARNING")
        with SetupProgress() as progress:
            results = asyncio.run(run_live(found, report, at_once=at_once, progress=progress))
    else:
        results = []
        for one in found:
            results.append(asyncio.run(run_one(one, HubInMemory)))
            report(results[-1], verbose=verbose)
    failed = sum(not result.passed for result in results)
    typer.echo(f"{len(results) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


def report(result: Result, verbose: bool = False) -> None:
    """One line, and what is wrong below it."""
    mark = "passed" if result.passed else "FAILED"
    typer.echo(f"{mark}  {result.scenario.id}  {result.scenario.title}")
    for line in result.wrong:
        typer.echo(f"        {line}")
    if verbose:
        for one in result.outputs:
            about = one.data.get("cadre") or one.data.get("team") or ""
            rest = f"{about} {one.data.get('level', '')} {one.data.get('rules', '')}"
            typer.echo(f"        . {one.at:%m-%d %H:%M} {one.type} -> {one.to} {rest}")
