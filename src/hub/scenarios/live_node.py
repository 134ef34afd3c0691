"""Nodes: processes started beforehand, each of which runs one scenario's hub after another (``python -m hub.node``)."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import orjson

from hub.errors import TransientError
from hub.settings import Settings

READY_S = 120.0
STOP_S = 30.0


class Node:
    """One node. ``log``: what it and its hubs log."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self.log = log

    @classmethod
    async def start(cls, log: Path) -> Self:
        """Start the process; it gets ready while others work."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "hub.node",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=output,
                env=environment, start_new_session=True,
            )  # fmt: skip
        return cls(process, log)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.returncode is None

    async def open(self, settings: Settings) -> str:
        """Start a hub; returns its address. Raises TransientError where it does not come up."""
        self._tell(settings=settings.model_dump(mode="json", exclude_none=True))
        return str((await self._heard("http", READY_S))["http"])

    async def close(self) -> None:
        """End the hub; the node is free for the next. Raises TransientError where it does not end properly."""
        self._tell(stop=True)
        await self._heard("stopped", STOP_S)

    async def kill(self) -> None:
        """SIGKILL, in the middle of whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def _tell(self, **fields: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(fields) + b"\n")

    async def _heard(self, field: str, within_s: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(within_s):
                while line := await self._process.stdout.readline():
                    said: dict[str, Any] = orjson.loads(line)
                    if field in said:
                        return said
                    if "failed" in said:
                        raise TransientError(f"a node failed: {said['failed']}", hint=f"its log is in {self.log}")
        except TimeoutError:
            raise TransientError(f"a node was not {field} within {within_s:.0f} s") from None
        raise TransientError(f"a node ended{self._last_words()}")

    def _last_words(self) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return ": " + " | ".join(text.splitlines()[-3:]) if text else ""


class Nodes:
    """So many nodes at most; whoever has one gives it back, or kills it and another takes its place."""

    def __init__(self, count: int, logs: Path) -> None:
        self._count = count
        self._logs = logs
        self._number = 0
        self._all: set[Node] = set()
        self._free: asyncio.Queue[Node] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        for _ in range(self._count):
            self._free.put_nowait(await self._fresh())
        return self

    async def __aexit__(self, *_: object) -> None:
        for node in self._all:
            await node.kill()

    async def take(self) -> Node:
        """A free node; waits until there is one."""
        return await self._free.get()

    async def give(self, node: Node) -> None:
        """Free again; a dead one is replaced."""
        self._free.put_nowait(node if node.alive else await self.replace(node))

    async def replace(self, node: Node) -> Node:
        """Kill a node and start another."""
        await node.kill()
        self._all.discard(node)
        return await self._fresh()

    async def _fresh(self) -> Node:
        self._number += 1
        node = await Node.start(self._logs / f"node-{self._number}.log")
        self._all.add(node)
        return node
