"""The processes of a hub: ``python -m hub.roles api|relay|worker|prepare [--name NAME]``; settings from ``HUB_*``."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager

import structlog
import uvicorn
import uvloop
from prometheus_client import start_http_server

from hub import log_events
from hub.adapters.embedded.ready import announce
from hub.adapters.inbound_producer import InboundProducer
from hub.adapters.kafka.backlog import backlog
from hub.adapters.postgres.deliveries import PostgresDeliveries
from hub.adapters.receipts import PostgresReceipts
from hub.adapters.tokens import TokenChecker
from hub.bootstrap import open_hub, open_store, prepare
from hub.errors import HubError
from hub.logging import configure
from hub.settings import Settings
from hub.timers import EVERY_S, CaughtUp, run_timers

EVERY_S_BY_DATABASE = 0.05
"""How often is looked at a clock that a test runner moves: it waits for it."""

STOP_S = 5.0
WORKER, RELAY = "worker", "relay"
log = structlog.get_logger(__name__)


async def run_api(settings: Settings, name: str) -> None:
    """Serve HTTP until SIGTERM or SIGINT; requests under way are finished."""

    def listening(url: str) -> None:
        announce(name, http=url, metrics=f"{url}/metrics")

    await serve(settings, listening)


async def serve(settings: Settings, listening: Callable[[str], None], stop: asyncio.Event | None = None) -> None:
    """Serve HTTP until a signal, or ``stop``; ``listening`` hears the address as soon as it is served."""
    from hub.api import ApiParts, build_app  # workers and relays start without it

    inbound = InboundProducer(settings)
    async with open_hub(settings, "api") as hub:
        receipts, deliveries = PostgresReceipts(hub.store), PostgresDeliveries(hub.store.pool)
        parts = ApiParts(settings, hub.store, hub.service, inbound, TokenChecker(), receipts, deliveries, hub.clock)
        door = _listen(settings)
        url = f"http://{settings.http_host}:{door.getsockname()[1]}"
        config = uvicorn.Config(build_app(parts), log_config=None, timeout_graceful_shutdown=5)

        def ready() -> None:
            log.info(log_events.API_READY, url=url)
            listening(url)

        server = _Announced(config, ready)
        watch = asyncio.create_task(_stopped(server, stop)) if stop is not None else None
        try:
            await server.serve([door])
        finally:
            if watch is not None:
                watch.cancel()
            await inbound.stop()


async def _stopped(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True


class _Announced(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening()


def _listen(settings: Settings) -> socket.socket:
    found = socket.socket(socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((settings.http_host, settings.http_port))
    return found


def _metrics(settings: Settings, name: str) -> None:
    server, _ = start_http_server(settings.metrics_port, settings.http_host)
    announce(name, metrics=f"http://{settings.http_host}:{server.server_port}/metrics")


async def run_worker(settings: Settings, name: str) -> None:
    """Read the inbound topics and drive the clocks until SIGTERM or SIGINT.

    Whatever goes wrong in either ends both: the supervisor starts the process again where it stood.
    """
    _metrics(settings, name)
    await work(settings, asyncio.Event())


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """A worker until a signal, or ``stop``."""
    from streams.sweeping import run_sweeper, sweep_after_restore
    from streams.watch import watch
    from streams.worker import inbound_topics
    from streams.worker import run_worker as run_streams

    async with open_hub(settings, f"{WORKER}-{settings.worker_index}") as hub:
        watching = asyncio.create_task(watch(settings, hub.store, WORKER))
        await sweep_after_restore(settings, hub.store, hub.service)
        topics = list(inbound_topics(settings).values())

        def to_read() -> AbstractAsyncContextManager[CaughtUp]:
            return backlog(settings.kafka, settings.app_id, topics, hub.store.spans)

        every_s = EVERY_S if hub.clock is None else EVERY_S_BY_DATABASE
        timers = asyncio.create_task(
            run_timers(hub.store, hub.service, backlog=to_read, baton=hub.clock, every_s=every_s)
        )
        sweeper = asyncio.create_task(run_sweeper(settings, hub.store, hub.service))
        beside = [timers, sweeper, watching]
        for task in beside:
            task.add_done_callback(lambda ended: None if ended.cancelled() else stop.set())
        try:
            await run_streams(settings, hub.service, stop=stop)
            for task in beside:
                if task.done():
                    task.result()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside, timeout=STOP_S)


async def run_relay(settings: Settings, name: str) -> None:
    """Seal and publish until SIGTERM or SIGINT."""
    from streams.pushing import run_pushing
    from streams.relay import run_relay as run_streams
    from streams.watch import watch

    async with open_store(settings) as store:
        _metrics(settings, name)
        beside = [asyncio.create_task(one) for one in (watch(settings, store, RELAY), run_pushing(settings, store))]
        try:
            await run_streams(settings, store)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside, timeout=STOP_S)


async def run_prepare(settings: Settings, name: str) -> None:
    """Tables and topics; then end."""
    await prepare(settings)


ROLES: dict[str, Callable[[Settings, str], Coroutine[None, None, None]]] = {
    "api": run_api, "prepare": run_prepare, "relay": run_relay, "worker": run_worker,
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run one role in this process; the exit code is for its supervisor. Errors are one log line, never a traceback."""
    parser = argparse.ArgumentParser(prog="python -m hub.roles", description=__doc__)
    parser.add_argument("role", choices=sorted(ROLES))
    parser.add_argument("--name", help="name under which the process announces itself; default: the role")
    asked = parser.parse_args(arguments)
    settings = Settings()
    configure(settings.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(ROLES[asked.role](settings, asked.name or asked.role))
    except HubError as error:
        log.error(log_events.ROLE_FAILED, role=asked.role, error=str(error), hint=error.hint)
        announce(f"{asked.name or asked.role}.failed", error=str(error), hint=error.hint)
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # libraries leave threads behind that would hold the process
