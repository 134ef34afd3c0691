"""``hub scenarios``: run, for legal staff and for CI."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.setup_progress import SetupProgress
from hub.errors import UsageError
from hub.logging import configure
from hub.scenarios.format import files, load
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.runner import Result
from hub.scenarios.runner import run as run_one
from hub.scenarios.timeline import timeline
from hub.scenarios.tools import packs_of, write_template

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
    group.command("new")(new)
    group.command("explain")(explain)


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


def new(file: Annotated[Path, typer.Argument(help="file to write")]) -> None:
    """Write a commented scenario to begin with.

    Example:

      hub scenarios new my-scenarios.yaml
    """
    write_template(file)
    typer.echo(f"{file}: written; run it with hub scenarios run {file}")


def explain(
    path: Annotated[Path, typer.Argument(help="a scenario file or folder")],
    only: Annotated[str, typer.Option(help="ids, separated by commas")] = "",
    language: Annotated[str, typer.Option("--lang", help="zh, en or both")] = "both",
) -> None:
    """Tell scenarios as timelines: what arrived, what was said to whom, which rules fired, which gate stopped it.

    Examples:

      hub scenarios explain scenarios/a-normal.yaml --only A01
      hub scenarios explain my-scenarios.yaml --lang zh
    """
    if language not in ("zh", "en", "both"):
        raise UsageError(f"--lang {language}: there is no text in this language", hint="choose zh, en or both")
    chosen = {one.strip() for one in only.split(",") if one.strip()}
    found = [one for file in files([path]) for one in load(file) if not chosen or one.id in chosen]
    if not found:
        raise UsageError(f"{path}: no scenario {only}", hint="hub scenarios run lists the ids")
    for scenario in found:
        result = asyncio.run(run_one(scenario, HubInMemory, orders=False))
        pack = packs_of(scenario, ()).on(scenario.moment(scenario.given[-1]["at"]).date())
        for one in ("zh", "en") if language == "both" else (language,):
            for line in timeline(result, pack, one):
                typer.echo(line)


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
