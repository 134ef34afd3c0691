"""Runs the contenders in turn, several rounds, on one broker, and prints medians and ratios.

python -m bench.streams                     starts a broker of its own in a temporary folder
python -m bench.streams --kafka HOST:PORT   uses one that is there; makes and deletes its topics
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import uuid
from pathlib import Path

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # no stubs
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]  # no stubs
from rich.console import Console
from rich.table import Table

from bench.streams.broker import broker
from bench.streams.contenders import CONTENDERS
from bench.streams.work import MESSAGE_BYTES, PARTITIONS, message

DEFAULT, BATCHES, HAND = CONTENDERS
PROMISED = 7.0  # batch delivery is at least so many times as fast as one event at a time


async def prepare(kafka: str, topics: dict[str, int]) -> None:
    """Make the topics, and fill each that has a number with so many messages."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in topics])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=20, max_batch_size=1 << 18)
    await producer.start()
    for name, number in topics.items():
        for serial in range(number):
            await producer.send(name, message(serial), key=b"%d" % (serial % 997))
    await producer.stop()


async def remove(kafka: str, topics: dict[str, int]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.delete_topics(list(topics))
    await admin.close()


def run(name: str, kafka: str, source: str, out: str, number: int) -> float:
    """One contender in a process of its own. Messages per second."""
    command = [sys.executable, "-m", "bench.streams.contenders", name, kafka, source, out, str(number)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=400, env={**os.environ, "PYTHONPATH": root()}
    )
    if done.returncode:
        raise SystemExit(f"{name} did not get to the end:\n{done.stderr[-2000:]}")
    return number / float(json.loads(done.stdout.splitlines()[-1]))


def root() -> str:
    return str(Path(__file__).resolve().parents[2])


def show(rates: dict[str, list[float]], console: Console) -> None:
    table = Table("consumer", "messages/s", "rounds", title=f"decode, dedupe, produce; {MESSAGE_BYTES} bytes a message")
    for name, found in rates.items():
        table.add_row(name, f"{statistics.median(found):,.0f}", " ".join(f"{rate:,.0f}" for rate in found))
    console.print(table)
    ratio = against(rates, DEFAULT)
    verdict = "as promised" if ratio >= PROMISED else "LESS THAN PROMISED"
    console.print(f"batch delivery / one event at a time: {ratio:.1f} x ({verdict}: at least {PROMISED:.0f} x)")
    console.print(f"batch delivery / by hand:             {against(rates, HAND):.2f} x")


def against(rates: dict[str, list[float]], other: str) -> float:
    """Median of the rounds' ratios: within a round the machine is the same for all, between rounds it may not be."""
    return statistics.median(ours / theirs for ours, theirs in zip(rates[BATCHES], rates[other], strict=True))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.streams", description=__doc__.split("\n")[0])
    parser.add_argument("--kafka", help="host:port of a broker that runs; without it one is started")
    parser.add_argument("--messages", type=int, default=100_000, help="for the fast ones (default 100,000)")
    parser.add_argument("--slow-messages", type=int, default=20_000, help="for one event at a time (default 20,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs, in turn (default 3)")
    chosen = parser.parse_args(arguments)
    console = Console()
    prefix = f"bench-{uuid.uuid4().hex[:8]}"
    many, few, out = f"{prefix}-many", f"{prefix}-few", f"{prefix}-out"
    topics = {many: chosen.messages, few: chosen.slow_messages, out: 0}
    rates: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    with broker(chosen.kafka) as kafka:
        asyncio.run(prepare(kafka, topics))
        for turn in range(chosen.rounds):
            for name in CONTENDERS:
                source, number = (few, chosen.slow_messages) if name == DEFAULT else (many, chosen.messages)
                rates[name].append(run(name, kafka, source, out, number))
                console.print(f"round {turn + 1}  {name:28} {rates[name][-1]:>10,.0f} messages/s")
        asyncio.run(remove(kafka, topics))
    show(rates, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
