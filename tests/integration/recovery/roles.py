"""The hub's own processes on the broker and database of the tests."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil

from hub.adapters.embedded.roles import environment
from hub.settings import Settings


class Roles:
    """Started one by one, ended together."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, role: str, number: int = 0) -> None:
        variables = {**os.environ, **environment(self._settings), "HUB_WORKER_INDEX": str(number)}
        with (self._settings.data / f"{role}-{number}.log").open("wb") as log:
            command = [sys.executable, "-m", "hub.roles", role]
            self._running.append(subprocess.Popen(command, env=variables, stdout=log, stderr=log))

    def memory_bytes(self) -> int:
        """Of the largest."""
        return max(psutil.Process(one.pid).memory_info().rss for one in self._running)

    def end(self) -> None:
        for one in self._running:
            one.terminate()
        for one in self._running:
            try:
                one.wait(20)
            except subprocess.TimeoutExpired:
                one.kill()
