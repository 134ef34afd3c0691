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

MANY = int(os.environ.get("HUB_TEST_HOSTILE", "400"))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(900 + MANY)]
VALID_EVERY = 20
AT_ONCE, CHUNK = 8, 100
WITHIN_S = 300.0 + MANY / 10
MEGA = 1024 * 1024
GROWTH_BYTES, PEAK_BYTES = 150 * MEGA, 600 * MEGA
"""How much a process of the hub may keep, and how much it may have at any moment, whatever it is sent."""
OWN_BYTES = 300 * MEGA
"""How much the test itself may keep: inputs are made when they are sent and forgotten then."""
HUGE_IN_KAFKA, HUGE_OVER_HTTP = 900_000, 5_000_000
Place = tuple[str, int, int]


async def test_over_kafka_every_record_leaves_a_verdict_or_a_dead_letter(fresh: Settings, tmp_path: Path) -> None:
    own = rss(os.getpid())
    async with plant(fresh, tmp_path, MANY) as hub:
        worker = await hub.start("worker")
        await hub.start("relay")
        told = hub.history.findings(10 * MANY, mix=("S1",))
        before, first = await warmed(hub, worker, told)
        valid, sent = await pour(hub, told, MANY // 2)
        await hub.until_all_dealt_with(len(sent) + len(valid) + first, WITHIN_S)
        await hub.until_published(WITHIN_S)
        assert worker.process.poll() is None, "one process, from the first to the last"
        traced = await places(hub)
        missing = Counter(kind for place, kind in sent.items() if place not in traced)
        assert not missing, f"without any trace: {missing}"
        strange = Counter(sent[place] for place, kind in traced.items() if kind == "unexpected" and place in sent)
        assert not strange, f"set aside for no known reason: {strange}"
        await arrived(hub, valid)
        bounded(worker, before)
        itself_bounded(own)


async def test_over_http_every_request_is_answered(fresh: Settings, tmp_path: Path) -> None:
    own = rss(os.getpid())
    async with plant(fresh, tmp_path, MANY) as hub:
        api = await hub.start("api")
        worker = await hub.start("worker")
        await hub.start("relay")
        url = json.loads((Path(hub.settings.data) / "run" / f"{api.name}.json").read_text())["http"]
        told = hub.history.findings(10 * MANY, mix=("S1",))
        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
            first = list(islice(told, 50))
            await asyncio.gather(*(post(client, hub, one, one.value, []) for one in first))
            await until_read(hub, first)
            before = {role: rss(role.process.pid) for role in (api, worker)}
            valid, taken, answers = await ask(client, hub, told, MANY // 2)
            print(dict(sorted(answers.items())))
            await until_read(hub, valid)
            await until_judged(client, hub, taken)
        for role, had in before.items():
            assert role.process.poll() is None, role.name
            bounded(role, had)
        await hub.until_published(WITHIN_S)
        await arrived(hub, valid)
        itself_bounded(own)


async def ask(
    client: httpx.AsyncClient, hub: Plant, told: Iterator[Told], number: int
) -> tuple[list[Told], list[tuple[str, str, str]], Counter[str]]:
    """Send hostile requests with valid ones between: the valid ones; kind, sender and receipt of the hostile ones that
    were taken for now; how often each answer was given."""
    maker = Maker(12, HUGE_OVER_HTTP, signer(hub))
    valid: list[Told] = []
    taken: list[tuple[str, str, str]] = []
    answers: Counter[str] = Counter()

    async def one_of_them(one: Told) -> None:
        bad = maker.make(one)
        try:
            reply = await post(client, hub, one, bad.value, bad.headers)
        except httpx.HTTPError as error:
            raise AssertionError(f"{bad.kind}, {len(bad.value)} bytes: {type(error).__name__}") from None
        clear(bad.kind, reply)
        answers[f"{bad.kind} {reply.status_code}"] += 1
        if reply.status_code == 202:
            taken.append((bad.kind, one.sender, reply.json()["receipt"]))

    for start in range(0, number, AT_ONCE):
        await asyncio.gather(*(one_of_them(one) for one in islice(told, AT_ONCE)))
        if start % (AT_ONCE * VALID_EVERY) == 0:
            valid.append(next(told))
            status = (await post(client, hub, valid[-1], valid[-1].value, [])).status_code
            assert status == 202, "what is valid is taken between them"
    return valid, taken, answers


async def warmed(hub: Plant, role: Role, told: Iterator[Told]) -> tuple[int, int]:
    """Memory of a process after its first work, and how many events that was."""
    first = list(islice(told, 200))
    await hub.send(first)
    await hub.until_read(len(first))
    return rss(role.process.pid), len(first)


async def pour(hub: Plant, told: Iterator[Told], number: int) -> tuple[list[Told], dict[Place, str]]:
    """Send hostile records with valid ones between: the valid ones, and the place and kind of each hostile one."""
    maker = Maker(11, HUGE_IN_KAFKA, signer(hub))
    prefix = hub.settings.topic_prefix
    valid: list[Told] = []
    found: dict[Place, str] = {}
    producer = AIOKafkaProducer(bootstrap_servers=hub.settings.kafka, max_request_size=2_000_000, linger_ms=5)
    await producer.start()
    for start in range(0, number, CHUNK):
        waiting = []
        for serial in range(start, min(start + CHUNK, number)):
            one = next(told)
            bad = maker.make(one)
            sending = await producer.send(prefix + one.topic, bad.value, one.key.encode(), headers=bad.headers)
            waiting.append((bad.kind, sending))
            if serial % VALID_EVERY == 0:
                good = next(told)
                valid.append(good)
                await producer.send(prefix + good.topic, good.value, good.key.encode())
        for kind, sending in waiting:
            sent = await sending
            found[sent.topic, sent.partition, sent.offset] = kind
    await producer.stop()
    return valid, found


def signer(hub: Plant) -> Callable[[dict[str, Any]], None]:
    """Signs as whom the event names, where that is somebody with a key."""

    def sign(event: dict[str, Any]) -> None:
        code = event["source"].rpartition(":")[2]
        if code in SENDERS:
            hub.history.sign(code, event)

    return sign


async def places(hub: Plant) -> dict[Place, str]:
    """Where in Kafka a record has left an inbox row or a dead letter, and the verdict or the kind of letter."""
    rows = await hub.store.pool.fetch(
        "select topic, partition, at_offset, verdict as what from inbox"
        " union select topic, partition, at_offset, kind from dead_letter"
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


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
    assert valid, "some were sent"
    assert (len(judged.lost), len(judged.twice)) == (0, 0), f"{judged.lost[:5]} {judged.twice[:5]}"


async def until_read(hub: Plant, valid: list[Told]) -> None:
    """Valid events are read after whatever lies before them in the log."""
    wanted = [(hub.history.registry.sources[one.sender].urn, one.id) for one in valid]
    async with asyncio.timeout(WITHIN_S):
        while True:
            async with hub.store.begin() as unit:
                if len(await unit.seen(wanted)) == len(wanted):
                    return
            await asyncio.sleep(0.1)


async def until_judged(client: httpx.AsyncClient, hub: Plant, taken: list[tuple[str, str, str]]) -> None:
    """What was taken with a 202 gets its verdict, to be read where the answer said."""
    async with asyncio.timeout(WITHIN_S):
        for kind, sender, path in taken:
            token = read_token(hub.settings.data, sender) or ""
            while True:
                reply = await client.get(path, headers={"authorization": f"Bearer {token}"})
                assert reply.status_code == 200, f"{kind}: {reply.status_code}"
                if reply.json()["verdict"] != "pending":
                    break
                await asyncio.sleep(0.1)


def bounded(role: Role, before: int) -> None:
    """Neither did the process keep what it was sent, nor did it ever hold much of it."""
    now, peak = rss(role.process.pid), highest(role.process.pid)
    print(f"{role.name}: {before // MEGA} MB before, {now // MEGA} MB after, at most {peak // MEGA} MB")
    within(now - before, GROWTH_BYTES, role.name)
    within(peak, PEAK_BYTES, role.name)


def itself_bounded(before: int) -> None:
    now, peak = rss(os.getpid()), highest(os.getpid())
    print(f"the test itself: {before // MEGA} MB before, {now // MEGA} MB after, at most {peak // MEGA} MB")
    within(now - before, OWN_BYTES, "the test itself")


def within(found: int, allowed: int, what: str) -> None:
    assert found < allowed, f"{what}: {found // MEGA} MB, allowed are {allowed // MEGA}"


def rss(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def highest(pid: int) -> int:
    """The most memory a process ever had; where the system does not say, what it has now."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.is_file() else []
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return found[0] if found else rss(pid)
