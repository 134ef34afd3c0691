"""Scenarios on the running stack: Kafka, Postgres, the HTTP API, the worker and the relay, several side by side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.adapters.embedded.progress import Progress
from hub.adapters.embedded.stack import EmbeddedStack
from hub.scenarios.format import Scenario
from hub.scenarios.live_hub import LiveHub
from hub.scenarios.live_node import Nodes
from hub.scenarios.live_stage import Stage
from hub.scenarios.runner import Result, run
from hub.settings import Settings

AT_ONCE = 3
ORDERS = 2
"""How many arrival orders of a scenario with ``shuffle`` run here; all of them run in memory."""


async def run_live(
    scenarios: Sequence[Scenario],
    report: Callable[[Result], None],
    *,
    at_once: int = AT_ONCE,
    orders: int = ORDERS,
    progress: Progress | None = None,
) -> list[Result]:
    """Run each on a hub of its own, ``at_once`` at a time, on one broker and one database that end with the run.

    ``report`` hears each as it ends. Results in the order given. Raises TransientError where the stack does not start.
    """
    with TemporaryDirectory(prefix="hub-scenarios-", ignore_cleanup_errors=True) as folder:
        given = Settings(data=Path(folder), http_port=0, metrics_port=0)
        async with EmbeddedStack(given, progress=progress) as stack:
            return await run_on(stack.settings, scenarios, report, at_once=at_once, orders=orders)


async def run_on(
    settings: Settings,
    scenarios: Sequence[Scenario],
    report: Callable[[Result], None],
    *,
    at_once: int = AT_ONCE,
    orders: int = ORDERS,
) -> list[Result]:
    """The same on broker and database that run already; ``settings.data`` is their folder."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it complains about every topic while that is made
    logs = settings.data / "logs"
    results: dict[int, Result] = {}
    waiting = iter(enumerate(scenarios))
    async with Nodes(min(at_once, len(scenarios)), logs) as nodes:
        stage = Stage(settings, nodes)

        async def lane() -> None:
            for number, scenario in waiting:
                results[number] = await run(scenario, lambda one: LiveHub(stage, one), orders=orders)
                report(results[number])

        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(at_once):
                    lanes.create_task(lane())
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
    return [results[number] for number in sorted(results)]
