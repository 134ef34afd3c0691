"""A worker whose service writes down what it was given. Run as a process: ``python worker_process.py PLAN``.

Every call appends to the plan's file at once or not at all, like a transaction: one line a record, ``received`` or
``poison``, topic, partition, offset, value. What is written survives SIGKILL of the process.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hub.errors import TransientError
from hub.settings import Settings
from schemas.record import Record
from streams.worker import serve


@dataclass
class Plan:
    """What the service does. Values are what a record holds; ``slow_s`` is the time of one call."""

    kafka: str
    app_id: str
    topic_prefix: str
    data: str
    file: str
    worker_index: int = 0
    slow_s: float = 0.0
    breaks_on: list[str] = field(default_factory=list)
    refuses: list[str] = field(default_factory=list)
    away_until: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self))


class Scribe:
    """The service."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._file = os.open(plan.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def receive(self, records: Sequence[Record]) -> None:
        if self._plan.away_until and not Path(self._plan.away_until).exists():
            raise TransientError("away")
        await asyncio.sleep(self._plan.slow_s)
        for record in records:
            value = (record.value or b"").decode()
            if value in self._plan.breaks_on:
                raise OSError("nobody thought of this")
            if value in self._plan.refuses:
                raise ValueError("no finding")
        self._write("received", records)

    async def poison(self, record: Record, error: BaseException) -> None:
        self._write("poison", [record])

    def _write(self, what: str, records: Sequence[Record]) -> None:
        lines = (f"{what} {r.topic} {r.partition} {r.offset} {(r.value or b'').decode()}\n" for r in records)
        os.write(self._file, "".join(lines).encode())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    plan = Plan(**json.loads(sys.argv[1]))
    settings = Settings(
        kafka=plan.kafka,
        app_id=plan.app_id,
        topic_prefix=plan.topic_prefix,
        data=Path(plan.data),
        worker_index=plan.worker_index,
    )
    serve(settings, lambda: Scribe(plan))
