"""What the relay does first after the ledger was restored to an older point.

Kafka has then what the lost part of the ledger published. The events that led to it are read from the log again, and
the same causes give the same ids. So the relay reads from the output topics which ids are there, remembers them in the
store, and sets the watermark back to the restored ledger's; what has one of those ids is not published again.
"""

from __future__ import annotations

import orjson
import structlog

from hub import log_events
from hub.adapters.kafka.publisher import Publisher
from hub.adapters.kafka.watermark import Watermark
from hub.adapters.topics import topic_names
from hub.errors import InvariantError
from hub.ports_operations import Operations
from hub.service.restored import RELAY_KEY, is_pending, settled
from hub.settings import Settings
from schemas.topics import ALERTS, DLQ_SUFFIX
from streams.log_reader import open_log

log = structlog.get_logger(__name__)
OUT = ("tasks-", "clarifications-", "receipts-")
LOOK_BACK = 5_000
"""Ledger lines before the mark among which one is looked for that Kafka must have."""
_OTHER = (
    "is HUB_KAFKA the broker that this database belongs to? If its data are lost, see docs/operations: hub relay adopt"
)


async def recovered(
    settings: Settings, store: Operations, publisher: Publisher, shard: int, found: Watermark | None
) -> Watermark | None:
    """The watermark from which to go on; ``found`` unless a restore is pending. Idempotent: a crash begins it anew.

    Call it with the lock held and after the producer's start: nobody else writes to the output topics any more.
    Raises InvariantError where the broker does not have what the restored ledger says was published.
    """
    if not await is_pending(store, RELAY_KEY):
        return found
    mark = await store.published()
    if found is None or found.position < mark:
        return found  # the broker's data are lost too: the ordinary check says so and stops
    known = await store.hash_at(found.position) if found.position else None
    at = found
    if known is None or known.hex() != found.hash:
        ids = await _published_ids(settings, store)
        await _same_broker(store, mark)
        hash_ = await store.hash_at(mark)
        at = Watermark(mark, hash_.hex() if hash_ else "")
        await publisher.publish(shard, [], at)
        log.warning(log_events.RELAY_RECOVERED, shard=shard, position=mark, lost=found.position - mark, known_ids=ids)
    await settled(store, RELAY_KEY)
    return at


async def _published_ids(settings: Settings, store: Operations) -> int:
    """Note the id of everything in the output topics; how many."""
    names = sorted(name for name in await topic_names(settings) if _is_output(name, settings.topic_prefix))
    count = 0
    async with open_log(settings.kafka, settings.app_id, names) as reader:
        wanted = {place: [(b.start, b.end - 1)] for place, b in reader.bounds.items() if b.end > b.start}
        async for records in reader.chunks(wanted):
            ids = [str(orjson.loads(record.value)["id"]) for record in records if record.value]
            await store.mark_out(ids)
            count += len(ids)
    return count


def _is_output(name: str, prefix: str) -> bool:
    own = name.removeprefix(prefix)
    return name.startswith(prefix) and (own.startswith(OUT) or own == ALERTS or own.endswith(DLQ_SUFFIX))


async def _same_broker(store: Operations, mark: int) -> None:
    """What the restored ledger published last must be there, or this is another broker and all would be sent again."""
    lines = await store.unpublished(max(0, mark - LOOK_BACK), LOOK_BACK)
    sent = [
        one.entry.id for one in lines if one.position <= mark and one.entry.kind == "out" and one.entry.topic != ALERTS
    ]
    if sent and sent[-1] not in await store.already_out(sent[-1:]):
        raise InvariantError("Kafka does not have what the restored ledger published", hint=_OTHER)
