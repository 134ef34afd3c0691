"""``hub up``, ``hub status``, ``hub down``: the stack in a folder."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from hub import logging as hub_logging
from hub.adapters.embedded import lock
from hub.adapters.embedded.files import make_folders
from hub.adapters.embedded.state import StackInfo, find_stack
from hub.cli.setup_progress import SetupProgress
from hub.cli.stalls import stalls
from hub.errors import TransientError, UsageError
from hub.settings import Settings

STOP_S = 60.0
POLL_S = 0.05
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of the hub; HUB_DATA or .hub when left out.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on one line.")]


def register(app: typer.Typer) -> None:
    """Add the three commands."""
    app.command("up")(up)
    app.command("status")(status)
    app.command("down")(down)


def up(
    data: DataOption = None,
    http: Annotated[int, typer.Option(help="Port of the API; 0 = any free one.", min=0, max=65535)] = 0,
    workers: Annotated[int, typer.Option(help="Processes that read findings.", min=1, max=64)] = 2,
    sample: Annotated[bool, typer.Option("--sample", help="Fill in the invented sample world.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Start a whole hub in the foreground: broker, database, API, relay, workers. Ctrl-C stops it.

    Data stays in the folder; the next start goes on where this one stopped.

    Examples:

      hub up --sample                   a hub in .hub with the sample world
      hub up --data /srv/hub --http 8080 --workers 4
      hub up --data second --json       a second hub beside the first, its addresses as JSON
    """
    settings = Settings()
    _log_to((data or settings.data).absolute(), settings.log_level)
    changes: dict[str, Any] = {"data": data or settings.data, "http_port": http or settings.http_port}
    asyncio.run(_run(settings.model_copy(update=changes), workers=workers, sample=sample, as_json=as_json))


async def _run(settings: Settings, *, workers: int, sample: bool, as_json: bool) -> None:
    """Until a signal comes. A second signal hurries: what has not stopped by then is killed."""
    serving = asyncio.create_task(_serve(settings, workers=workers, sample=sample, as_json=as_json))
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a download under way in a thread would hold the process


async def _serve(settings: Settings, *, workers: int, sample: bool, as_json: bool) -> None:
    # Slow to import, and the other commands do without.
    from hub import bootstrap
    from hub.adapters.embedded.stack import EmbeddedStack

    with SetupProgress() as progress:
        stack = EmbeddedStack(
            settings,
            roles=partial(bootstrap.stack_roles, workers=workers),
            prepare=partial(bootstrap.prepare, sample=sample),
            progress=progress,
        )
        async with stack:
            progress.close()
            _tell(stack.info, as_json=as_json)
            await asyncio.Event().wait()


def _log_to(folder: Path, level: str) -> None:
    """The supervisor's own log, so that the terminal stays readable."""
    make_folders(folder)
    hub_logging.configure(level, (folder / "logs" / "supervisor.log").open("a", encoding="utf-8"))


def status(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Where the running hub is, its processes, and what stands still and why. Ends with 1 while it starts or stops.

    Examples:

      hub status
      hub status --data /srv/hub --json
    """
    found = find_stack(data, Settings())
    standing = stalls(found) if found.ready else []
    if as_json:
        print(json.dumps({**found.model_dump(), "stalled": [asdict(one) for one in standing]}), flush=True)
    else:
        _tell(found, as_json=False)
        for one in standing:
            typer.echo(f"{'STALLED':<12} {one.flow}: {one.reason} ({one.by})")
    if not found.ready:
        raise typer.Exit(1)


def down(data: DataOption = None) -> None:
    """Stop the running hub and wait until it has stopped. Its data stays.

    Example:

      hub down --data /srv/hub
    """
    settings = Settings()
    folder = (data or settings.data).absolute()
    pid = lock.holder(folder)
    if pid is None:
        raise UsageError(f"no hub is running in {folder}", hint="name its folder: hub down --data DIR")
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while lock.holder(folder) == pid:
        if time.monotonic() > deadline:
            raise TransientError(f"the hub (process {pid}) is still stopping", hint=f"see {folder / 'logs'}")
        time.sleep(POLL_S)
    typer.echo("stopped", err=True)


def _tell(info: StackInfo, *, as_json: bool) -> None:
    if as_json:
        print(info.model_dump_json(), flush=True)
        return
    state = "ready" if info.ready else "starting or stopping"
    for name, value in {"hub": state, **_addresses(info), "processes": _processes(info)}.items():
        typer.echo(f"{name:<12} {value}")


def _addresses(info: StackInfo) -> dict[str, str]:
    return {
        "http": info.http,
        "metrics": info.metrics,
        "kafka": info.kafka,
        "postgres": info.postgres,
        "admin token": info.admin_token,
        "data": info.data,
    }


def _processes(info: StackInfo) -> str:
    found = {name: [pid] if isinstance(pid, int) else pid for name, pid in info.pids.items()}
    return ", ".join(f"{name} {' '.join(map(str, pids))}" for name, pids in found.items()) or "none of its own"
