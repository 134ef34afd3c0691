"""A whole hub with the sample world, started and used as its users do: by the command, over HTTP, over Kafka."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

START_S = 180
VERDICT_S = 30.0


@dataclass
class Running:
    """A running hub: what ``hub up --json`` said, and ways to use it."""

    info: dict[str, Any]
    data: Path

    def command(self, *arguments: str, ok: bool = True) -> str:
        """Run ``hub`` against this hub; stdout. ``ok``: whether it must succeed."""
        done = run(*arguments, "--data", str(self.data))
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout

    def token(self, code: str) -> str:
        """The token of a sample source."""
        return (self.data / "tokens" / f"{code}.token").read_text().strip()

    def client(self, code: str) -> httpx.Client:
        """An HTTP client of one source."""
        headers = {"authorization": f"Bearer {self.token(code)}"}
        return httpx.Client(base_url=self.info["http"], headers=headers, timeout=30, trust_env=False)

    def verdict(self, code: str, event: str) -> dict[str, Any]:
        """The receipt of an event, once the verdict is there."""
        deadline = time.monotonic() + VERDICT_S
        with self.client(code) as client:
            while time.monotonic() < deadline:
                found: dict[str, Any] = client.get(f"/v1/receipts/{code}/{event}").json()
                if found["verdict"] != "pending":
                    return found
                time.sleep(0.1)  # the verdict is another process's doing; HTTP offers nothing to wait on
        raise AssertionError(f"no verdict on {event} within {VERDICT_S:.0f} s")


def run(*arguments: str, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the command ``hub`` as a user does."""
    argv = [sys.executable, "-m", "hub.cli.main", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=timeout_s, check=False)


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One hub for all tests of this folder."""
    data = tmp_path_factory.mktemp("hub")
    argv = [sys.executable, "-m", "hub.cli.main", "up", "--data", str(data), "--sample", "--workers", "1", "--json"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Running(json.loads(process.stdout.readline()), data)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., Path]:
    """Writes JSON lines to a file."""

    def write(*objects: Any) -> Path:
        file = tmp_path / "lines.jsonl"
        file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects), encoding="utf-8")
        return file

    return write
