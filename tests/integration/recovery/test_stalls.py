"""Broker and database away for a while: the flow stands still visibly, with its reason, and loses nothing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import psutil
import pytest

from hub.bootstrap import open_hub
from hub.bootstrap.folder import read_token
from hub.cli.envelopes import event_of
from hub.settings import Settings
from schemas.codec import STRUCTURED, encode_structured
from tests.integration.recovery.mill import Mill, steps

pytestmark = [pytest.mark.stack, pytest.mark.chaos]
START_S = 120.0
SEEN_S = 45.0
HUB = (sys.executable, "-m", "hub.cli.main")


class Running:
    """``hub up`` with two workers and the sample world."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        self.process = subprocess.Popen(
            [*HUB, "up", "--data", str(data), "--sample", "--workers", "2", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self.process.stdout
        self.info: dict[str, Any] = json.loads(self.process.stdout.readline())

    @property
    def settings(self) -> Settings:
        return Settings(data=self.data, kafka=self.info["kafka"], postgres=self.info["postgres"])

    async def stalled(self) -> list[dict[str, str]]:
        """What ``hub status`` says stands still."""
        done = await asyncio.create_subprocess_exec(
            *HUB, "status", "--data", str(self.data), "--json", stdout=subprocess.PIPE, env=self.environment
        )
        said, _ = await done.communicate()
        found: list[dict[str, str]] = json.loads(said)["stalled"]
        return found

    async def until_stalled(self, fits: Callable[[list[dict[str, str]]], bool]) -> float:
        """Seconds until ``hub status`` fits."""
        began = monotonic()
        while not fits(last := await self.stalled()):
            assert monotonic() - began < SEEN_S, last
        return monotonic() - began

    def family(self, name: str) -> list[psutil.Process]:
        first = psutil.Process(self.info["pids"][name])
        return [first, *first.children(recursive=True)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found = Running(tmp_path_factory.mktemp("hub") / "data")
    yield found
    found.process.send_signal(signal.SIGTERM)
    found.process.wait(60)


def test_at_rest_nothing_is_said_to_stand_still(hub: Running) -> None:
    assert asyncio.run(hub.stalled()) == []


@pytest.mark.parametrize("part", ["kafka", "postgres"])
async def test_a_part_that_is_away_is_told_and_nothing_is_lost(hub: Running, part: str) -> None:
    async with open_hub(hub.settings) as opened:
        mill = Mill(opened)
        half = len(steps()) // 2
        wanted = steps()[:half] if part == "kafka" else steps()[half:]
        registry = await mill.store.registry()
        await mill.send_patiently(wanted[:1], registry)
        await until_known(mill, [(registry.sources[wanted[0].by].urn, wanted[0].id)])
        paused = hub.family(part)
        for process in paused:
            process.suspend()
        try:
            seen_s = await hub.until_stalled(
                lambda told: {("worker", part), ("relay", part)} <= {(one["flow"], one["reason"]) for one in told}
            )
            step = wanted[1]
            source = registry.sources[step.by]
            event = event_of({"type": step.type, "id": step.id, "data": step.data}, source, hub.data)
            headers = {"authorization": f"Bearer {read_token(hub.data, step.by)}", "content-type": STRUCTURED}
            async with httpx.AsyncClient(base_url=hub.info["http"], timeout=30, trust_env=False) as http:
                if part == "kafka":
                    reply = await http.post(
                        "/v1/events", content=encode_structured(event.attributes, event.data), headers=headers
                    )
                    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
                ready = await http.get("/health/ready")
                assert ready.status_code == 503
                assert not ready.json()["checks"][part]["ok"]
            if part == "postgres":
                await mill.send_patiently(wanted, registry)
        finally:
            for process in paused:
                process.resume()
        gone_s = await hub.until_stalled(lambda told: not told)
        print(f"{part}: seen after {seen_s:.1f} s, gone after {gone_s:.1f} s")
        if part == "kafka":
            await mill.send_patiently(wanted, registry)
        sent = [(registry.sources[one.by].urn, one.id) for one in wanted]
        await until_known(mill, sent)
        await until_published(mill)
        ids = Counter(event["id"] for event in await mill.outputs())
        assert set(ids.values()) == {1}
        assert set(ids) == set(await mill.said())


async def until_known(mill: Mill, sent: list[tuple[str, str]]) -> None:
    async with asyncio.timeout(60):
        while True:
            async with mill.store.begin() as unit:
                if set(await unit.seen(sent)) == set(sent):
                    return
            await asyncio.sleep(0.2)


async def until_published(mill: Mill) -> None:
    async with asyncio.timeout(60):
        while await mill.store.unsealed() or await mill.store.published() < (await mill.store.sealed())[0]:  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(0.2)
