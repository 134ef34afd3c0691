"""Sending events the two ways that sources have: the HTTP intake, and Kafka itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from hub.adapters.inbound_producer import InboundProducer
from hub.cli.envelopes import place_of
from hub.domain.registry import Source
from hub.errors import TransientError
from hub.settings import Settings
from schemas.codec import BATCH, Event, encode_structured

BATCH_EVENTS = 200
BATCH_BYTES = 500_000
AT_ONCE = 1_000
WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one event: 202, or the status and what is wrong. ``receipt``: where the verdict will stand."""

    id: str
    status: int
    receipt: str | None = None
    problem: str = ""
    hint: str = ""

    @property
    def ok(self) -> bool:
        """Taken."""
        return self.status == 202


async def by_kafka(settings: Settings, source: Source, events: Sequence[Event]) -> list[Sent]:
    """Write to the inbound topics. Raises UsageError for an unknown type, TransientError where Kafka does not answer."""
    placed = [(*place_of(event, source), event) for event in events]
    producer = InboundProducer(settings)
    try:
        for start in range(0, len(placed), AT_ONCE):
            await asyncio.gather(
                *(
                    producer.send(settings.topic_prefix + topic, key, encode_structured(event.attributes, event.data))
                    for topic, key, event in placed[start : start + AT_ONCE]
                )
            )
    finally:
        await producer.stop()
    return [Sent(str(event.attributes.get("id", "")), 202) for event in events]


async def by_http(url: str, token: str, events: Sequence[Event]) -> list[Sent]:
    """Post batches to the intake. Raises TransientError where it does not answer."""
    headers = {"authorization": f"Bearer {token}", "content-type": BATCH}
    sent: list[Sent] = []
    async with httpx.AsyncClient(base_url=url, timeout=WITHIN_S, headers=headers, trust_env=False) as client:
        for batch in _batches([encode_structured(event.attributes, event.data) for event in events]):
            ids = [str(event.attributes.get("id", "")) for event in events[len(sent) : len(sent) + len(batch)]]
            sent += await _post(client, batch, ids)
    return sent


def _batches(bodies: Sequence[bytes]) -> list[list[bytes]]:
    """In order, each small enough for the intake."""
    found: list[list[bytes]] = []
    size = 0
    for body in bodies:
        if not found or len(found[-1]) >= BATCH_EVENTS or size + len(body) > BATCH_BYTES:
            found.append([])
            size = 0
        found[-1].append(body)
        size += len(body) + 1
    return found


async def _post(client: httpx.AsyncClient, batch: list[bytes], ids: list[str]) -> list[Sent]:
    try:
        reply = await client.post("/v1/events", content=b"[" + b",".join(batch) + b"]")
    except httpx.TransportError as error:
        raise TransientError(
            f"sending to {client.base_url}: no answer", hint="is the hub up? see hub status"
        ) from error
    body = orjson.loads(reply.content)
    if reply.status_code == 503:
        raise TransientError(f"sending to {client.base_url}: {body.get('title')}", hint=body.get("hint"))
    if "results" in body:
        return [_one(result) for result in body["results"]]
    return [_one({**body, "id": one, "status": reply.status_code}) for one in ids]


def _one(result: dict[str, Any]) -> Sent:
    detail = str(result.get("detail", ""))
    return Sent(result["id"], result["status"], result.get("receipt"), detail, str(result.get("hint", "")))
