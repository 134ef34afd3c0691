"""Push deliveries: in order, signed, tried again, given up visibly, never forgotten."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import orjson
import pytest
from prometheus_client import REGISTRY

from hub.adapters import keys
from hub.adapters.keys import Verifier
from hub.adapters.outputs import KafkaOutputs
from hub.adapters.postgres.deliveries import PostgresDeliveries
from hub.bootstrap.folder import keys_folder
from hub.cli.checks import pushes
from hub.settings import Settings
from schemas.codec import Event
from schemas.topics import tasks
from streams.pushing import HUB_KEY, Pusher, run_pushing
from tests.integration.recovery.mill import Mill, steps

pytestmark = pytest.mark.stack
ORGAN = "org-M"


class Receiver(ThreadingHTTPServer):
    """A department's system: takes what it is posted unless it refuses that id."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[bytes, str]] = []
        self.tries: list[str] = []
        self.refuses: dict[str, int] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        item = orjson.loads(body)["id"]
        self.server.tries.append(item)
        left = self.server.refuses.get(item, 0)
        self.server.refuses[item] = left - 1
        if left <= 0:
            self.server.got.append((body, self.headers["hub-signature"]))
        self.send_response(500 if left > 0 else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"delivery_attempts": 3, "delivery_first_wait_s": 0.0})


async def published(mill: Mill) -> list[bytes]:
    """What the department's topic holds, in order."""
    return [value async for _, value in KafkaOutputs(mill.settings).once([tasks(ORGAN)])]


async def lived(mill: Mill, receiver: Receiver) -> list[bytes]:
    await PostgresDeliveries(mill.store.pool).add(ORGAN, receiver.url, await mill.store.published())
    await mill.send(steps())
    await mill.work()
    await mill.publish()
    found = await published(mill)
    assert len(found) > 3
    return found


def shown() -> float | None:
    return REGISTRY.get_sample_value("hub_flow_stalled", {"flow": f"webhook-{ORGAN}", "reason": "delivery_failed"})


async def push(mill: Mill) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        pusher = Pusher(mill.settings, mill.store, http)
        while await pusher.turn():
            pass


async def test_everything_arrives_once_in_order_and_signed(mill: Mill, receiver: Receiver) -> None:
    wanted = await lived(mill, receiver)
    ids = [orjson.loads(value)["id"] for value in wanted]
    receiver.refuses = {ids[0]: 2, ids[2]: 1}
    await push(mill)
    await push(mill)
    assert [body for body, _ in receiver.got] == wanted
    assert receiver.tries == [ids[0]] * 3 + [ids[1]] + [ids[2]] * 2 + ids[3:], "nothing overtakes"
    public = keys.public_part(keys.load(keys_folder(mill.settings.data), HUB_KEY))
    for body, signature in receiver.got:
        event = orjson.loads(body)
        data = event.pop("data")
        assert Verifier().verify(Event({**event, "signature": signature}, data), {public["kid"]: public})


async def test_what_is_given_up_is_an_alert_and_stays_until_somebody_tries_it_again(
    mill: Mill, receiver: Receiver
) -> None:
    wanted = await lived(mill, receiver)
    bad = orjson.loads(wanted[1])["id"]
    receiver.refuses = {bad: 3}
    await push(mill)
    assert [body for body, _ in receiver.got] == [wanted[0], *wanted[2:]], "the rest goes on behind it"
    ledger = PostgresDeliveries(mill.store.pool)
    assert [(one.item, one.attempts, one.last_error) for one in await ledger.failed()] == [(bad, 3, "status 500")]
    assert shown() == 1, "hub status names it"
    found = await pushes(mill.store)
    assert found.state == "wrong"
    assert ORGAN in found.says
    await mill.publish()
    alerts = [
        orjson.loads(value)["data"]["flow"] async for _, value in KafkaOutputs(mill.settings).once(["hub-alerts"])
    ]
    assert alerts == [f"webhook-{ORGAN}:delivery_failed"]

    assert await ledger.again(ORGAN, await mill.store.clock.now()) == 1
    await push(mill)
    assert receiver.got[-1][0] == wanted[1]
    assert (await pushes(mill.store)).state == "ok"
    assert not await mill.hub.service.stalled(f"webhook-{ORGAN}")
    assert shown() == 0


async def test_a_receiver_that_is_away_is_waited_for(mill: Mill, receiver: Receiver) -> None:
    wanted = await lived(mill, receiver)
    ledger = PostgresDeliveries(mill.store.pool)
    await ledger.add(ORGAN, "http://127.0.0.1:9/closed", 0)
    patient = mill.settings.model_copy(update={"delivery_first_wait_s": 3600.0, "delivery_attempts": 12})
    async with httpx.AsyncClient(trust_env=False) as http:
        pusher = Pusher(patient, mill.store, http)
        while await pusher.turn():
            pass
    (first, *_) = await ledger.next(ORGAN, 10)
    assert (first.attempts, first.last_error) == (1, "ConnectError")
    assert first.next_try > await mill.store.clock.now()
    assert await ledger.counts(ORGAN) == {"due": len(wanted)}

    await ledger.add(ORGAN, receiver.url, 0)
    await mill.store.pool.execute("update delivery set next_try = now()")
    loop = asyncio.create_task(run_pushing(mill.settings, mill.store))
    async with asyncio.timeout(30):
        while len(receiver.got) < len(wanted):  # noqa: ASYNC110 - another thread's doing
            await asyncio.sleep(0.05)
    loop.cancel()
    assert [body for body, _ in receiver.got] == wanted
