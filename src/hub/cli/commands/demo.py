"""``hub demo``: a whole hub in a temporary folder, the sample story, and what comes of it."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hub import bootstrap
from hub import logging as hub_logging
from hub.adapters.embedded.roles import RoleSpec
from hub.cli import shown
from hub.cli.common import JsonOption, err, json_line, out
from hub.cli.demo_run import Stage, run
from hub.cli.setup_progress import SetupProgress
from hub.sample.story import Act
from hub.settings import Settings

QUIET = ("match.confirmed", "corroboration.updated")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    as_json: JsonOption = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder afterwards, to look at or go on with.")] = False,
) -> None:
    """Start a hub in a temporary folder, send it findings of seven bodies over HTTP and Kafka, show what comes out.

    Everyone in it is invented. With --json the last line on stdout holds the counts.

    Examples:

      hub demo
      hub demo --json | tail -n 1
      hub demo --keep
    """
    hub_logging.configure("ERROR")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: everything stopped, nothing left
    folder = Path(tempfile.mkdtemp(prefix="hub-demo-"))
    console = err() if as_json else out()
    try:
        result = asyncio.run(_demo(folder, console))
        _tell(result, console, as_json=as_json)
    finally:
        if keep:
            err().print(f"kept: {folder}  (hub up --data {folder} --sample)", markup=False)
        else:
            shutil.rmtree(folder, ignore_errors=True)


async def _demo(folder: Path, console: Console) -> dict[str, Any]:
    from hub.adapters.embedded.stack import EmbeddedStack  # not needed by the other commands, and slow to import

    begun = time.monotonic()

    async def prepared(settings: Settings) -> None:
        await bootstrap.prepare(settings, sample=True)

    def roles(settings: Settings) -> list[RoleSpec]:
        return bootstrap.stack_roles(settings, 1)

    with SetupProgress() as progress:
        stack = EmbeddedStack(Settings(data=folder), roles=roles, prepare=prepared, progress=progress)
        async with stack:
            progress.close()
            async with bootstrap.open_store(stack.settings) as store:
                counts = await run(stack.settings, store, _stage(console))
            return {**counts, "seconds": round(time.monotonic() - begun, 1)}


def _stage(console: Console) -> Stage:
    def act(told: Act) -> None:
        console.print(f"\n— {told.title['zh']} · {told.title['en']} ({len(told.steps)})", style="bold", markup=False)

    def event(found: dict[str, Any]) -> None:
        kind = str(found["type"]).removeprefix("hub.")
        if found["data"].get("to") and kind not in QUIET and not _is_receipt(kind):
            console.print(shown.line(found), style=_style(kind), markup=False)
            if kind in ("task.proposed", "clarification.proposed"):
                for sentence in shown.explained(found):
                    console.print(f"    {sentence}", markup=False)

    return Stage(act, event)


def _is_receipt(kind: str) -> bool:
    return kind.endswith((".accepted", ".rejected", ".parked", ".quarantined", ".ignored", ".returned_to_source"))


def _style(kind: str) -> str | None:
    return {"task.proposed": "cyan", "task.recalled": "yellow", "clarification.proposed": "green"}.get(kind)


def _tell(result: dict[str, Any], console: Console, *, as_json: bool) -> None:
    if as_json:
        json_line(result)
        return
    tasks = ", ".join(f"{shown.MEASURES[name]} {name} {count}" for name, count in result["tasks"].items())
    console.print(
        f"\n{result['findings_in']} findings in, {result['matched']} matched, {result['review']} for review; "
        f"tasks: {tasks}; {result['followups']} follow-ups, {result['clarifications']} clarifications, "
        f"{result['recalled']} recalled; {result['lost']} lost, {result['duplicates']} twice; {result['seconds']} s",
        markup=False,
    )
