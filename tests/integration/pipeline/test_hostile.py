"""Generated hostile inputs over Kafka and HTTP: each is answered, nothing falls over, what is valid between them arrives.

``HUB_TEST_HOSTILE`` sets how many (default 400; 10,000 for the long run); half go over Kafka, half over HTTP.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # no stubs

from hub.bootstrap.folder import read_token
from hub.chaos.census import judge, take_census
from hub.chaos.history import SENDERS, Told
from hub.settings import Settings
from schemas.codec import STRUCTURED
from tests.integration.pipeline.hostile import Maker
from tests.integration.pipeline.plant import Plant, Role, plant

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
MANY = int(os.environ.get("HUB_TEST_HOSTILE", "400"))
VALID_EVERY = 20
AT_ONCE = 8
GROWTH_BYTES = 150 * 1024 * 1024
HUGE_IN_KAFKA, HUGE_OVER_HTTP = 900_000, 5_000_000
Place = tuple[str, int, int]


async def test_over_kafka_every_record_leaves_a_verdict_or_a_dead_letter(fresh: Settings, tmp_path: Path) -> None:
    async with plant(fresh, tmp_path, MANY) as hub:
        worker = await hub.start("worker")
        await hub.start("relay")
        told = hub.history.findings(10 * MANY, mix=("S1",))
        before = await warmed(hub, worker, told)
        valid, sent = await pour(hub, told, MANY // 2)
        await hub.until_all_dealt_with(len(sent) + len(valid) + len(before[1]))
        await hub.until_published()
        assert worker.process.poll() is None, "one process, from the first to the last"
        traced = await places(hub)
        missing = Counter(kind for place, kind in sent.items() if place not in traced)
        assert not missing, f"without any trace: {missing}"
        await arrived(hub, valid)
        assert rss(worker) - before[0] < GROWTH_BYTES


async def test_over_http_every_request_is_answered(fresh: Settings, tmp_path: Path) -> None:
    async with plant(fresh, tmp_path, MANY) as hub:
        api = await hub.start("api")
        worker = await hub.start("worker")
        await hub.start("relay")
        url = json.loads((Path(hub.settings.data) / "run" / f"{api.name}.json").read_text())["http"]
        told = hub.history.findings(10 * MANY, mix=("S1",))
        maker = Maker(12, HUGE_OVER_HTTP, signer(hub))
        valid: list[Told] = []
        answers: Counter[str] = Counter()
        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
            await asyncio.gather(*(post(client, hub, one, one.value, []) for one in islice(told, 50)))
            before = rss(api)
            for start in range(0, MANY // 2, AT_ONCE):
                some = [(one, maker.make(one)) for one in islice(told, AT_ONCE)]
                tries = (post(client, hub, one, bad.value, bad.headers) for one, bad in some)
                replies = await asyncio.gather(*tries, return_exceptions=True)
                for (_, bad), reply in zip(some, replies, strict=True):
                    assert isinstance(reply, httpx.Response), f"{bad.kind}, {len(bad.value)} bytes: {reply!r}"
                    clear(bad.kind, reply)
                    answers[f"{bad.kind} {reply.status_code}"] += 1
                if start % (AT_ONCE * VALID_EVERY) == 0:
                    good = next(told)
                    assert (await post(client, hub, good, good.value, [])).status_code == 202
                    valid.append(good)
        assert rss(api) - before < GROWTH_BYTES
        print(dict(sorted(answers.items())))
        assert api.process.poll() is None
        assert worker.process.poll() is None
        await until_arrived(hub, valid)


async def warmed(hub: Plant, role: Role, told: Iterator[Told]) -> tuple[int, list[Told]]:
    """Memory of a process after its first work, and what that was."""
    first = list(islice(told, 200))
    await hub.send(first)
    await hub.until_read(len(first))
    return rss(role), first


async def pour(hub: Plant, told: Iterator[Told], number: int) -> tuple[list[Told], dict[Place, str]]:
    """Send hostile records with valid ones between: the valid ones, and the place and kind of each hostile one."""
    maker = Maker(11, HUGE_IN_KAFKA, signer(hub))
    valid: list[Told] = []
    waiting = []
    producer = AIOKafkaProducer(bootstrap_servers=hub.settings.kafka, max_request_size=2_000_000, linger_ms=5)
    await producer.start()
    for serial in range(number):
        one = next(told)
        topic = hub.settings.topic_prefix + one.topic
        bad = maker.make(one)
        waiting.append((bad.kind, await producer.send(topic, bad.value, one.key.encode(), headers=bad.headers)))
        if serial % VALID_EVERY == 0:
            valid.append(next(told))
            await producer.send(hub.settings.topic_prefix + valid[-1].topic, valid[-1].value, valid[-1].key.encode())
    await producer.stop()
    found = {}
    for kind, sending in waiting:
        sent = await sending
        found[sent.topic, sent.partition, sent.offset] = kind
    return valid, found


def signer(hub: Plant) -> Callable[[dict[str, Any]], None]:
    """Signs as whom the event names, where that is somebody with a key."""

    def sign(event: dict[str, Any]) -> None:
        code = event["source"].rpartition(":")[2]
        if code in SENDERS:
            hub.history.sign(code, event)

    return sign


async def places(hub: Plant) -> set[Place]:
    """Where in Kafka a record has left an inbox row or a dead letter."""
    rows = await hub.store.pool.fetch(
        "select topic, partition, at_offset from inbox union select topic, partition, at_offset from dead_letter"
    )
    return {(row[0], row[1], row[2]) for row in rows}


async def post(
    client: httpx.AsyncClient, hub: Plant, one: Told, body: bytes, headers: list[tuple[str, bytes]]
) -> httpx.Response:
    token = read_token(hub.settings.data, one.sender) or ""
    sent = [(name.replace("ce_", "ce-"), value.replace(b"\x00", b"%00")) for name, value in headers]
    kind = [] if headers else [("content-type", STRUCTURED.encode())]
    given = [("authorization", f"Bearer {token}".encode()), *kind, *sent]
    return await client.post("/v1/events", content=body, headers=[(name.encode(), value) for name, value in given])


def clear(kind: str, reply: httpx.Response) -> None:
    """Taken, or a problem with a hint; never the hub's own mistake."""
    if reply.status_code == 202:
        return
    assert 400 <= reply.status_code < 500, f"{kind}: {reply.status_code} {reply.text[:300]}"
    if reply.headers.get("content-type", "").startswith("application/problem+json"):
        assert reply.json()["hint"], kind
    else:
        assert kind == "headers", f"{kind}: {reply.status_code} {reply.text[:300]}"  # refused below HTTP's application


async def arrived(hub: Plant, valid: list[Told]) -> None:
    judged = judge(await take_census(hub.settings, hub.history.registry), [one.expected for one in valid])
    assert valid
    assert not judged.lost, judged
    assert not judged.twice, judged


async def until_arrived(hub: Plant, valid: list[Told]) -> None:
    """Valid events are read after whatever lies before them in the log."""
    async with hub.store.begin() as unit:
        assert unit.registry.sources
    wanted = [(hub.history.registry.sources[one.sender].urn, one.id) for one in valid]
    async with asyncio.timeout(120):
        while True:
            async with hub.store.begin() as unit:
                if len(await unit.seen(wanted)) == len(wanted):
                    break
            await asyncio.sleep(0.1)
    await hub.until_published()
    await arrived(hub, valid)


def rss(role: Role) -> int:
    return int(psutil.Process(role.process.pid).memory_info().rss)
