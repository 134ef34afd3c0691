"""Hubs as a user runs them, for tests: started as commands, asked over their own doors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import psutil
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from hub.adapters.embedded.state import StackInfo

HUB = (sys.executable, "-m", "tests.integration.embedded.fakes")
READY_S = 120
STOP_S = 30
Found = TypeVar("Found")


class Hub:
    """One ``hub up --json``. ``info`` is its first line, ``ready_s`` how long that took."""

    def __init__(self, data: Path, *more: str) -> None:
        self.data = data
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed in end()
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [*HUB, "up", "--data", str(data), "--json", "--workers", "2", *more],
            stdout=subprocess.PIPE, stderr=self.errors, text=True, env=clean_environment(),
        )  # fmt: skip
        assert self.process.stdout
        line = self.process.stdout.readline()
        self.ready_s = time.monotonic() - begun
        assert line, self.said()
        self.info = StackInfo.model_validate_json(line)
        self.family = family_of(self.process.pid)

    def said(self) -> str:
        self.errors.seek(0)
        return self.errors.read()

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal; how long it took until the whole family was gone, in seconds."""
        begun = time.monotonic()
        self.family = family_of(self.process.pid) or self.family
        self.process.send_signal(number)
        self.process.wait(STOP_S)
        _, alive = psutil.wait_procs(self.family, timeout=STOP_S)
        assert alive == []
        self.errors.close()
        return time.monotonic() - begun


@contextmanager
def hub(data: Path, *more: str) -> Iterator[Hub]:
    """A hub that is stopped at the end, whatever the test did."""
    found = Hub(data, *more)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.end()


def family_of(pid: int) -> list[psutil.Process]:
    """The process and all that descend from it."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``hub ARGUMENTS`` to its end."""
    return subprocess.run([*HUB, *arguments], capture_output=True, text=True, timeout=60, env=clean_environment())


def status(data: Path) -> dict[str, Any]:
    done = command("status", "--data", str(data), "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}


async def sql(dsn: str, statement: str) -> Any:
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def write_event(bootstrap: str, topic: str, value: bytes) -> None:
    """Make the topic where it is missing and append one event, acknowledged."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    try:
        admin.create_topics([NewTopic(topic, num_partitions=1)])[topic].result(30)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
    failures: list[Any] = []
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "message.timeout.ms": 30_000})
    producer.produce(topic, value, on_delivery=lambda error, _: failures.extend([error] if error else []))
    assert producer.flush(30) == 0
    assert failures == []


def read_events(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "none", "enable.auto.commit": False})
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        return [message.value() for message in consumer.consume(count, timeout=30)]
    finally:
        consumer.close()


def until(ask: Callable[[], Found | None], within_s: float) -> Found:
    """Ask until there is an answer."""
    deadline = time.monotonic() + within_s
    while (found := ask()) is None:
        assert time.monotonic() < deadline, f"no answer within {within_s} s"
        time.sleep(0.05)
    return found
