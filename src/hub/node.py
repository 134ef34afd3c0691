"""A whole hub in one process, one after another: API, relay and worker of the hub that stdin names. For test runners.

Python takes seconds to start; a runner that tries a hundred hubs starts a few nodes and hands them one hub each.
Lines of JSON: in ``{"settings": {…}}`` starts a hub (fields of :class:`hub.settings.Settings`), out ``{"http": url}`` once
it listens; in ``{"stop": true}`` ends it, out ``{"stopped": true}``. Where a hub ends by itself: ``{"failed": text}``.
The end of stdin ends the process. What the hub itself promises, it promises for this process, too: kill it at any time.
"""

from __future__ import annotations

import asyncio
import os
import sys
from importlib import import_module
from typing import Any

import orjson
import uvloop

from hub.bootstrap import open_store
from hub.errors import HubError
from hub.logging import configure
from hub.roles import serve, work
from hub.settings import Settings


async def run_node() -> None:
    """Serve until the end of stdin."""
    lines = await _stdin()
    while line := await lines.readline():
        asked = orjson.loads(line)
        if "settings" in asked and not await _run_hub(Settings(**asked["settings"]), lines):
            return


async def _run_hub(settings: Settings, lines: asyncio.StreamReader) -> bool:
    """One hub until a line says stop; False where stdin ended or the hub did."""
    stop = asyncio.Event()
    hub = asyncio.create_task(_hub(settings, stop))
    told = asyncio.create_task(lines.readline())
    await asyncio.wait({hub, told}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    try:
        await hub
    except BaseExceptionGroup as group:
        if group.split(HubError)[1] is not None:
            raise
        _say(failed="; ".join(str(error) for error in group.exceptions))
        return False
    if not told.done():
        told.cancel()
        _say(failed="the hub ended by itself")
        return False
    if told.result():
        _say(stopped=True)
    return bool(told.result())


async def _hub(settings: Settings, stop: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as parts:
        parts.create_task(serve(settings, lambda url: _say(http=url), stop))
        parts.create_task(work(settings, stop))
        parts.create_task(_relay(settings, stop))


async def _relay(settings: Settings, stop: asyncio.Event) -> None:
    from streams.relay import run_relay

    async with open_store(settings) as store:
        await run_relay(settings, store, stop=stop)


async def _stdin() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def _say(**fields: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(fields) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Run one node in this process."""
    for name in ("hub.api", "streams.relay", "streams.sweeping", "streams.worker"):
        import_module(name)  # now, not with the first hub

    configure(Settings().log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        _say(started=True)
        runner.run(run_node())


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    os._exit(0)  # libraries leave threads behind that would hold the process
