"""Sends a history at a steady pace, over Kafka and HTTP, until each event is taken, whatever breaks meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types

from hub.bootstrap.folder import read_token
from hub.chaos.history import Told
from hub.settings import Settings
from schemas.codec import STRUCTURED

CHUNK = 10
AGAIN_S = 0.3
ANSWER_S = 15.0


class Feeder:
    """``began``: event id → when it was first tried. ``doubtful``: events that may have been taken more than once.
    ``places``: event id → topic and partition, where Kafka has told. ``web``: when HTTP took an event, by id.

    One event in ``CHUNK`` goes over HTTP. A retraction waits for the chunk after its report, so that order holds.
    """

    def __init__(self, settings: Settings, told: Iterator[Told], rate: float) -> None:
        self._settings = settings
        self._told = told
        self._pause_s = CHUNK / rate
        self.sent: dict[str, Told] = {}
        self.began: dict[str, float] = {}
        self.doubtful: set[str] = set()
        self.places: dict[str, tuple[str, int]] = {}
        self.web: dict[str, float] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Send until ``stop``, then finish what was begun."""
        later: list[Told] = []
        async with httpx.AsyncClient(base_url=self._url, timeout=ANSWER_S, trust_env=False) as client:
            self._client = client
            producer = await self._producer()
            while not (stop.is_set() and not later):
                chunk, later = later, []
                for _ in range(0 if stop.is_set() else CHUNK):
                    one = next(self._told)
                    (later if one.id.endswith("-2") else chunk).append(one)
                producer = await self._send(chunk, producer)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._pause_s)
            await producer.stop()

    @property
    def _url(self) -> str:
        return f"http://{self._settings.http_host}:{self._settings.http_port}"

    async def _producer(self) -> AIOKafkaProducer:
        while True:
            producer = AIOKafkaProducer(bootstrap_servers=self._settings.kafka, enable_idempotence=True, acks="all")
            try:
                await producer.start()
                return producer
            except (KafkaError, OSError):
                await producer.stop()
                await asyncio.sleep(AGAIN_S)

    async def _send(self, chunk: list[Told], producer: AIOKafkaProducer) -> AIOKafkaProducer:
        now = time.monotonic()
        self.sent.update((one.id, one) for one in chunk)
        self.began.update((one.id, now) for one in chunk)
        web = [one for one in chunk[:1] if one.again != one.expected]  # an unlabelled one gets a 422 for good
        posting = [asyncio.create_task(self._post(one)) for one in web]
        rest = [one for one in chunk if one not in web]
        while True:
            try:
                topics = [(self._settings.topic_prefix + one.topic, one) for one in rest]
                sent = [await producer.send(topic, one.value, one.key.encode()) for topic, one in topics]
                for one, told in zip(rest, await asyncio.gather(*sent), strict=True):
                    self.places[one.id] = (told.topic, told.partition)
                break
            except (KafkaError, OSError):
                self.doubtful.update(one.id for one in rest)
                with suppress(KafkaError, OSError, TimeoutError):
                    await asyncio.wait_for(producer.stop(), 5)
                producer = await self._producer()
        await asyncio.gather(*posting)
        return producer

    async def _post(self, one: Told) -> None:
        token = read_token(self._settings.data, one.sender) or ""
        headers = {"authorization": f"Bearer {token}", "content-type": STRUCTURED}
        while True:
            try:
                reply = await self._client.post("/v1/events", content=one.value, headers=headers)
                if reply.status_code == 202:
                    self.web[one.id] = time.monotonic()
                    return
                if reply.status_code < 500:
                    raise AssertionError(f"{one.id} was refused: {reply.status_code} {reply.text}")
            except httpx.TransportError:
                pass
            self.doubtful.add(one.id)  # it may have got through before the answer was lost
            await asyncio.sleep(AGAIN_S)
