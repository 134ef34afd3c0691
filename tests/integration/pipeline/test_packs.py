"""A rule pack activated while a deployment runs: every process on every node judges by it from its next event on."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from hub.adapters.clock import SHANGHAI
from hub.scenarios.live_hub import LiveHub
from hub.scenarios.live_node import Nodes
from hub.scenarios.live_stage import Stage
from hub.scenarios.outputs import Output
from hub.service.packs import ACTIVATED
from hub.settings import Settings
from tests.properties.play import scenario
from tests.support.packs import LATER, ONE_SOURCE, TEN_DAYS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

BROKEN = TEN_DAYS + 'rules:\n  - {id: R-ME-02, when: "severity =="}\n'


class Deployment:
    """A hub on one node, and a second node with another API and worker of the same hub."""

    def __init__(self, hub: LiveHub, folder: Path) -> None:
        self.hub = hub
        self.folder = folder
        self.second = ""

    async def command(self, *arguments: str, code: int = 0) -> str:
        """``hub …``, told by its settings where the hub is; what it printed."""
        settings = self.hub._settings
        own = {"POSTGRES": settings.postgres, "SCHEMA_NAME": settings.schema_name, "CLOCK": settings.clock}
        own["RULE_PACKS"] = orjson.dumps(settings.rule_packs).decode()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.cli.main", *arguments, cwd=self.folder,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **{f"HUB_{name}": value for name, value in own.items()}},
        )  # fmt: skip
        printed = (await process.communicate())[0].decode()
        assert process.returncode == code, printed
        return printed

    def pack(self, name: str, *texts: str) -> str:
        place = self.folder / name
        place.mkdir()
        for number, text in enumerate(texts):
            (place / f"{number}.yaml").write_text(text, encoding="utf-8")
        return name

    async def finding(self, ref: str, subject: str) -> dict[str, Output]:
        data = {
            "subject": subject, "issue": f"i-{ref}", "category": "NO_ACT", "severity": "S3", "status": "substantiated",
            "attribution": "main_leader", "evidence": [f"e-{ref}"],
        }  # fmt: skip
        return await self.sent({"by": "insp-P", "type": "finding.reported", "id": ref, "data": data})

    async def sent(self, row: dict[str, Any]) -> dict[str, Output]:
        """What came of an event, by type."""
        await self.hub.send({"at": "d0", **row})
        return {one.type: one for one in await self.hub.outputs()}

    async def newer(self) -> list[Any]:
        """The newer pack that both nodes show at the open task."""
        args = {"task": {"cadre": "C"}, "purpose": "task"}
        first = await self.hub.ask({"by": "org-M", "ask": "task.read", **args})
        async with httpx.AsyncClient(base_url=self.second, timeout=30, trust_env=False) as http:
            reply = await http.post("/v1/queries/task.read", json=args, headers=self.hub._bearer("org-M"))
        assert reply.status_code == 200, reply.text
        return [first.content["newer_pack"], reply.json()["content"]["newer_pack"]]

    async def recorded(self) -> list[list[str]]:
        lines = [one for _, one in await self.hub._store.ledger(limit=100_000) if one.type == ACTIVATED]
        return [[version["name"] for version in orjson.loads(one.body)["versions"]] for one in lines]


async def test_an_activation_takes_effect_everywhere_without_a_restart(stack: Settings, tmp_path: Path) -> None:
    async with Nodes(2, stack.data / "logs") as nodes:
        hub = LiveHub(Stage(stack, nodes), scenario())
        try:
            await hub.start()
            running = Deployment(hub, tmp_path)
            node = await nodes.take()
            running.second = await node.open(hub._settings.model_copy(update={"worker_index": 1}))
            await lived_through(running)
            await node.close()
            await hub.restart()  # the dossiers come out of the ledger as they were judged, version by version
        finally:
            await hub.close()


async def lived_through(running: Deployment) -> None:
    assert "tolerance.review.requested" not in await running.finding("f1", "A")

    told = await running.command("policy", "activate", running.pack("broken", ONE_SOURCE, BROKEN), code=2)
    assert "1.yaml:10: R-ME-02: the condition cannot be read" in told
    assert "the running one stays" in told
    before = await running.finding("f2", "B")
    assert "tolerance.review.requested" not in before, "nothing of it was activated, and intake goes on"

    sound = running.pack("sound", ONE_SOURCE, TEN_DAYS)
    assert "active: local-m-2026-01-01, in force 2026-01-01" in await running.command("policy", "activate", sound)
    after = await running.finding("f3", "C")
    assert "tolerance.review.requested" in after, "the very next finding is judged by it"
    due = [one["verify.requested"].data["due"]["date"] for one in (before, after)]
    assert due[1] < due[0], "ten working days instead of fifteen"
    assert "nothing new" in await running.command("policy", "activate", sound)
    assert await running.recorded() == [["local-m-2026-01-01", "local-n-2026-01-01"]]
    shown = orjson.loads(await running.command("policy", "show", "R-FU-04", "--json"))
    assert {"local-m-2026-01-01", "local-n-2026-01-01"} <= set(shown["pack"])

    decided = {"about": ["f3"], "outcome": "not_tolerated"}
    said = await running.sent({"by": "disc-M", "type": "tolerance.decided", "id": "t3", "data": decided})
    assert "local-m-2026-01-01" in said["task.proposed"].data["pack"]
    assert await running.newer() == [None, None]
    later = running.pack("later", LATER)
    assert "allow_single_source_measure" in await running.command("policy", "diff", "active", later)
    await running.command("policy", "activate", later)
    assert await running.newer() == [None, None], "active, in force from April on"
    running.hub.clock.set(datetime(2026, 4, 1, 0, 0, 1, tzinfo=SHANGHAI))
    assert await running.newer() == [["local-m-2026-04-01"], ["local-m-2026-04-01"]]
    told = orjson.loads(await running.command("why", said["task.proposed"].data["task"], "--json"))
    assert told["newer_pack"] == ["local-m-2026-04-01"]
    assert len(await running.recorded()) == 2
