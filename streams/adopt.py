"""An operator's decision where Kafka and the ledger do not belong together: from where the relay shall go on."""

from __future__ import annotations

import asyncio
from typing import Literal

from hub.adapters.kafka.publisher import Publisher
from hub.adapters.kafka.watermark import Watermark, read_watermark
from hub.adapters.topics import make_topics, spec_of
from hub.domain.chain import GENESIS
from hub.errors import RefusedError
from hub.ports_operations import Operations
from hub.service import restored
from hub.settings import Settings
from schemas.topics import WATERMARK

Adopted = Literal["fits", "ledger", "republish", "recovery"]
LOCK_TRIES = 50
LOCK_EVERY_S = 0.2


async def adopt(settings: Settings, store: Operations, *, republish: bool = False, shard: int = 0) -> Adopted:
    """Make the watermark fit the ledger. What it does depends on what is wrong:

    ``fits``: nothing is wrong, nothing was done. ``ledger``: Kafka lost what it had; publishing goes on behind the mark,
    what was published before stays lost in Kafka (readers have it, or ask over HTTP). ``republish``: the same, but all
    of the ledger is published again under the same ids. ``recovery``: the ledger is an older one; the relay's next start
    finds out what is in Kafka, the worker's reads again what the ledger lacks.
    Raises RefusedError while a relay publishes, TransientError where a part does not answer.
    """
    for _ in range(LOCK_TRIES):
        async with store.lock(shard) as ours:
            if ours:
                return await _adopt(settings, store, republish=republish, shard=shard)
        await asyncio.sleep(LOCK_EVERY_S)
    raise RefusedError("a relay is at work: nothing needs to be adopted", reason="in_use", hint="see hub status")


async def _adopt(settings: Settings, store: Operations, *, republish: bool, shard: int) -> Adopted:
    prefix = settings.topic_prefix
    name, topic = f"{prefix}{settings.app_id}-relay-{shard}", prefix + WATERMARK
    await make_topics(settings, [spec_of(settings, WATERMARK)])
    async with Publisher(settings.kafka, name, topic, prefix) as publisher:
        found = await read_watermark(settings.kafka, topic, shard)
        mark = await store.published()
        if found is None or found.position < mark:
            return await _without_broker_data(store, publisher, shard, 0 if republish else mark)
        known = await store.hash_at(found.position) if found.position else GENESIS
        if found.position == 0 or (known is not None and known.hex() == found.hash):
            return "fits"
        position, _ = await store.sealed()
        async with store.begin() as unit:
            restored.mark(unit, "by hand", position)
        return "recovery"


async def _without_broker_data(store: Operations, publisher: Publisher, shard: int, position: int) -> Adopted:
    hash_ = await store.hash_at(position) if position else None
    await store.forget_spans()
    await store.rewind_published(position)
    await publisher.publish(shard, [], Watermark(position, hash_.hex() if hash_ else ""))
    await restored.settled(store, restored.RELAY_KEY)
    return "ledger" if position else "republish"
