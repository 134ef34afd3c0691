"""Where the tests of the streams work: topics on a real broker, worker processes, and what these wrote down."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # no stubs
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]  # no stubs

from schemas.topics import FINDINGS, INBOUND_TOPICS, ROSTER
from tests.integration.streams.worker_process import Plan

ROOT = Path(__file__).resolve().parents[3]
PARTITIONS = 3
AUDIT = FINDINGS["audit"]
LOOK_S = 0.02


@dataclass(frozen=True)
class Line:
    """One record that a service took note of."""

    what: str
    topic: str
    partition: int
    offset: int
    value: str


class Worker:
    """One worker process. Its log lies beside its notes."""

    def __init__(self, plan: Plan, log: Path) -> None:
        self.log = log
        script = Path(__file__).with_name("worker_process.py")
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with log.open("wb") as output:
            command = [sys.executable, str(script), plan.to_json()]
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    async def end(self, within_s: float = 15.0) -> int:
        """SIGTERM, as a supervisor sends it; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended(within_s)

    async def ended(self, within_s: float = 20.0) -> int:
        await until(lambda: self.process.poll() is not None, within_s)
        return self.process.returncode

    async def says(self, text: str, within_s: float = 20.0) -> None:
        await until(lambda: text in self.log.read_text(errors="replace"), within_s)


class Yard:
    """One application: its topics, its group, its notes."""

    def __init__(self, kafka: str, prefix: str, folder: Path) -> None:
        self.kafka, self.prefix, self.folder = kafka, prefix, folder
        self.notes = folder / "notes"
        self.workers: list[Worker] = []

    async def open(self) -> None:
        self.notes.touch()
        await self._administer(lambda admin: admin.create_topics(self._new_topics()))

    async def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill()
        await self._administer(lambda admin: admin.delete_topics([topic.name for topic in self._new_topics()]))

    def worker(self, **plan: Any) -> Worker:
        """Start a worker; ``plan`` overrides fields of :class:`Plan`."""
        given = Plan(
            kafka=self.kafka,
            app_id=f"{self.prefix}app",
            topic_prefix=self.prefix,
            data=str(self.folder / "data"),
            file=str(self.notes),
        )
        for name, value in plan.items():
            setattr(given, name, value)
        self.workers.append(Worker(given, self.folder / f"worker-{len(self.workers)}.log"))
        return self.workers[-1]

    async def produce(self, values: Iterable[str], *, topics: tuple[str, ...] = (AUDIT, ROSTER)) -> None:
        """Spread ``values`` over ``topics`` and their partitions in turn; each partition keeps the order."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, linger_ms=5)
        await producer.start()
        for serial, value in enumerate(values):
            topic = self.prefix + topics[serial % len(topics)]
            await producer.send(topic, value.encode(), partition=serial // len(topics) % PARTITIONS)
        await producer.stop()

    def lines(self) -> list[Line]:
        """What was noted so far, in order; the last line may still be on its way."""
        text = self.notes.read_text()
        found = (line.split(" ", 4) for line in text[: text.rfind("\n") + 1].splitlines())
        return [
            Line(what, topic, int(partition), int(offset), value) for what, topic, partition, offset, value in found
        ]

    def values(self) -> list[str]:
        return [line.value for line in self.lines()]

    async def noted(self, number: int, within_s: float = 60.0) -> None:
        """Wait until so many different values are noted."""
        await until(lambda: len(set(self.values())) >= number, within_s)

    async def committed(self) -> dict[tuple[str, int], int]:
        """The group's committed offsets: where a worker that starts now begins."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        found = await admin.list_consumer_group_offsets(f"{self.prefix}app")
        await admin.close()
        return {(tp.topic, tp.partition): meta.offset for tp, meta in found.items() if meta.offset >= 0}

    async def check_committed(self) -> int:
        """Nothing before a committed offset is without a note. Returns how many records are committed.

        The offsets are read first: what is noted meanwhile can only help, never hide a hole.
        """
        committed = await self.committed()
        noted = defaultdict(set)
        for line in self.lines():
            noted[line.topic, line.partition].add(line.offset)
        for place, offset in committed.items():
            missing = set(range(offset)) - noted[place]
            assert not missing, f"{place} is committed to {offset} without {sorted(missing)[:5]}"
        return sum(committed.values())

    def _new_topics(self) -> list[NewTopic]:
        return [NewTopic(self.prefix + name, PARTITIONS, 1) for name in INBOUND_TOPICS]

    async def _administer(self, action: Callable[[AIOKafkaAdminClient], Any]) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        await action(admin)
        await admin.close()


async def until(condition: Callable[[], bool], within_s: float) -> float:
    """Wait for what another process does; seconds waited. It tells nobody, so one has to look."""
    began = monotonic()
    while not condition():
        assert monotonic() - began < within_s, f"still not so after {within_s} s"
        await asyncio.sleep(LOOK_S)
    return monotonic() - began
