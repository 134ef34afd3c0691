"""What one turn of the relay publishes, and from where it goes on. Pure, but for the two calls of :class:`Shipping`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hub import faults
from hub.adapters.kafka.watermark import Watermark
from hub.errors import InvariantError
from hub.ports import LedgerEntry, Sealed
from hub.ports_operations import Operations
from schemas.topics import ALERTS

BATCH = 1000
_LOST = "is HUB_KAFKA the broker that this database belongs to? If the broker's data are lost, see docs/operations: hub relay adopt"
_OLDER = "is the database an older backup? Publishing again from it would repeat what was sent; see docs/operations: hub relay adopt"


class Shipping(Protocol):
    """Where batches go: the transactional publisher."""

    async def publish(self, shard: int, entries: Sequence[LedgerEntry], watermark: Watermark) -> None:
        """All of it or nothing."""


async def starting_point(store: Operations, found: Watermark | None) -> Watermark:
    """From where to go on, given the watermark found in Kafka; brings the store's mark up to it.

    Raises InvariantError where Kafka and the ledger do not belong together. Never publishes on a guess.
    """
    published = await store.published()
    if found is None:
        if published:
            raise InvariantError(f"{published} ledger lines were published, but Kafka has no watermark", hint=_LOST)
        return Watermark(0, "")
    if found.position < published:
        raise InvariantError(f"the watermark {found.position} is behind the mark {published}", hint=_LOST)
    if found.position:
        hash_ = await store.hash_at(found.position)
        if hash_ is None or hash_.hex() != found.hash:
            raise InvariantError(f"the ledger does not have the line of watermark {found.position}", hint=_OLDER)
        await store.mark_published(found.position)
    return found


async def step(
    store: Operations, shipping: Shipping, shard: int, at: Watermark, *, halted: bool
) -> tuple[Watermark, int]:
    """Publish the next batch; returns from where to go on and how many entries were published.

    ``halted``: alerts alone go out, ahead of the watermark's position; they are left out when the rest follows later.
    """
    after = max(at.position, at.alerts) if halted else at.position
    batch = await store.unpublished(after, BATCH)
    if not batch:
        return at, 0
    last = batch[-1]
    if halted:
        to = Watermark(at.position, at.hash, last.position)
    else:
        to = Watermark(last.position, last.hash.hex(), at.alerts if at.alerts > last.position else 0)
    entries = [one.entry for one in batch if _goes_out(one, at, halted)]
    there = await store.already_out([entry.id for entry in entries])
    entries = [entry for entry in entries if entry.id not in there]
    if entries or not halted:
        await shipping.publish(shard, entries, to)
    if not halted:
        faults.reached(faults.BEFORE_MARK)
        await store.mark_published(to.position)
    return to, len(entries)


def _goes_out(one: Sealed, at: Watermark, halted: bool) -> bool:
    if one.entry.kind != "out" or one.entry.topic is None or one.entry.emptied:
        return False
    if one.entry.topic != ALERTS:
        return not halted
    return halted or one.position > at.alerts
