"""The worker: runs the app until a signal, then stops without losing what it has begun."""

from __future__ import annotations

import os

os.environ.setdefault("FAUST_LOOP", "uvloop")  # read by faust when it is first imported

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping

import faust
import structlog

from hub import log_events
from hub.errors import InvariantError
from hub.settings import Settings
from schemas.topics import INBOUND_TOPICS
from streams.app import build_app
from streams.handler import BatchHandler

log = structlog.get_logger(__name__)

STOP_WITHIN_S = 20.0


def inbound_topics(settings: Settings) -> dict[str, str]:
    """Contract name → name on the broker, for every inbound topic."""
    return {name: settings.topic_prefix + name for name in INBOUND_TOPICS}


async def run_worker(
    settings: Settings,
    handler: BatchHandler,
    *,
    topics: Mapping[str, str] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run until SIGTERM or SIGINT (or ``stop``); then finish the batches in hand, commit and leave.

    The topics exist already. Raises :class:`~hub.errors.InvariantError` when Faust itself gave up: the process exits
    and its supervisor starts it again at the last committed offset. A batch that cannot be finished within
    ``STOP_WITHIN_S`` (the database is away) is left unacknowledged and comes again.
    """
    stop = stop or asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    app = build_app(settings, handler, topics or inbound_topics(settings))
    settings.data.mkdir(parents=True, exist_ok=True)  # faust wants a folder, though nothing is kept there
    await app.start()
    log.info(log_events.STREAM_STARTED, worker=settings.worker_index)
    await _first(stop, app)
    await _stopped(app)
    log.info(log_events.STREAM_ENDED, worker=settings.worker_index)


async def _first(stop: asyncio.Event, app: faust.App) -> None:
    waits = [asyncio.create_task(wait) for wait in (stop.wait(), app.wait_until_stopped())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


async def _stopped(app: faust.App) -> None:
    crash = app.crash_reason
    try:
        await asyncio.wait_for(app.stop(), STOP_WITHIN_S)
    except TimeoutError:
        log.warning(log_events.STREAM_CUT_OFF, after_s=STOP_WITHIN_S)
    if crash is not None:
        raise InvariantError(f"the stream worker gave up: {type(crash).__name__}: {crash}") from crash


def serve(settings: Settings, run: Callable[[], BatchHandler]) -> None:
    """Run one worker in this process, on uvloop. Never returns: the process ends with it, threads and all."""
    code = 0
    try:
        asyncio.run(run_worker(settings, run()))
    except InvariantError as error:
        log.critical(log_events.STREAM_STOPPED, error=str(error), exit_code=1)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
