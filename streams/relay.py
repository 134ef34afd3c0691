"""The relay: seals the ledger and brings what goes out to Kafka, once and in order.

Order of things, and why: the shard's advisory lock in Postgres, so that one relay works at a time; the transactional
id, whose initialisation fences a relay that lost the lock and does not know; only then the watermark, to which nobody
else can add any more; then entries and the new watermark in one Kafka transaction. The mark in Postgres follows: one
killed between the two finds the watermark ahead of the mark and repeats nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress

import structlog

from hub import log_events
from hub.adapters.embedded.ready import announce
from hub.adapters.kafka.publisher import FencedError, Publisher
from hub.adapters.kafka.watermark import Watermark, read_watermark
from hub.adapters.topics import make_topics, spec_of
from hub.errors import TransientError
from hub.ports import LedgerEntry
from hub.ports_operations import Operations
from hub.settings import Settings
from schemas.topics import WATERMARK
from streams import relay_metrics as metrics
from streams.metrics import STALLED
from streams.recovery import recovered
from streams.relay_step import BATCH, starting_point, step

log = structlog.get_logger(__name__)

HALT_KEY = "meta:halt"
"""Document {"reason": text}: while it is there, alerts alone are published. Written by whoever verifies the ledger."""
POLL_S = 0.2
STANDBY_S = 1.0
LONGEST_PAUSE_S = 10.0


async def run_relay(
    settings: Settings, store: Operations, *, shard: int = 0, stop: asyncio.Event | None = None
) -> None:
    """Run until ``stop``: lead where the lock is free, stand by where another relay leads.

    Kafka or the database away, or another relay taking over: all is given up and begun anew, with growing pauses.
    Raises InvariantError where Kafka and the ledger do not belong together; then nothing was published.
    """
    stop = stop or asyncio.Event()
    pause_s = POLL_S
    while not stop.is_set():
        relay = Relay(settings, store, shard, stop)
        try:
            async with store.lock(shard) as leading:
                if leading:
                    await relay.lead()
                    return
            log.debug(log_events.RELAY_STANDBY, shard=shard)
            pause_s = STANDBY_S
        except FencedError:
            log.warning(log_events.RELAY_FENCED, shard=shard)
            pause_s = STANDBY_S
        except TransientError as error:
            pause_s = POLL_S if relay.led else min(pause_s * 2, LONGEST_PAUSE_S)
            log.warning(log_events.RELAY_FAILED, shard=shard, error=str(error), again_in_s=pause_s)
        finally:
            metrics.LEADING.set(0)
        _announce(leading=False)
        await _pause(stop, pause_s)


class Relay:
    """One term of leading: from the lock to its loss."""

    def __init__(self, settings: Settings, store: Operations, shard: int, stop: asyncio.Event) -> None:
        self._settings = settings
        self._store = store
        self._shard = shard
        self._stop = stop
        self.led = False
        self._topics: set[str] = set()
        self._halted: str | None = None
        self._all_sealed_at = asyncio.get_running_loop().time()

    async def lead(self) -> None:
        """Seal and publish until told to stop; then finish the batch in hand. Raises as :func:`run_relay` says."""
        prefix = self._settings.topic_prefix
        await self._make_topics([WATERMARK])
        name = f"{prefix}{self._settings.app_id}-relay-{self._shard}"
        async with Publisher(self._settings.kafka, name, prefix + WATERMARK, prefix) as self._publisher:
            found = await read_watermark(self._settings.kafka, prefix + WATERMARK, self._shard)
            found = await recovered(self._settings, self._store, self._publisher, self._shard, found)
            at = await starting_point(self._store, found)
            log.info(log_events.RELAY_LEADING, shard=self._shard, position=at.position)
            self.led = True
            metrics.LEADING.set(1)
            _announce(leading=True)
            while not self._stop.is_set():
                at = await self._turn(at)
        log.info(log_events.RELAY_STOPPED, shard=self._shard, position=at.position)

    async def _turn(self, at: Watermark) -> Watermark:
        sealed = await self._seal()
        if not await self._store.holds(self._shard):
            raise TransientError("the relay's lock is lost")
        to, published = await step(self._store, self, self._shard, at, halted=await self._is_halted())
        metrics.PUBLISHED.inc(published)
        if not sealed and to == at:
            await self._idle()
        return to

    async def publish(self, shard: int, entries: Sequence[LedgerEntry], watermark: Watermark) -> None:
        """Make the topics that are missing, then publish (:class:`streams.relay_step.Shipping`)."""
        await self._make_topics([entry.topic for entry in entries if entry.topic])
        with metrics.BATCH_SECONDS.time():
            await self._publisher.publish(shard, entries, watermark)

    async def _make_topics(self, names: list[str]) -> None:
        fresh = sorted(set(names) - self._topics)
        if fresh:
            await make_topics(self._settings, [spec_of(self._settings, one) for one in fresh])
            self._topics.update(fresh)

    async def _seal(self) -> int:
        sealed = await self._store.seal(BATCH)
        metrics.SEALED.inc(sealed)
        if sealed < BATCH:
            self._all_sealed_at = asyncio.get_running_loop().time()
        return sealed

    async def _is_halted(self) -> bool:
        reason = await self._reason()
        if reason != self._halted:
            event = log_events.RELAY_RESUMED if reason is None else log_events.RELAY_HALTED
            log.error(event, shard=self._shard, reason=reason or self._halted)
            metrics.HALTED.set(reason is not None)
            for why in ("halted", "unsealed"):
                STALLED.labels("relay", why).set(reason is not None and (reason == "unsealed") == (why == "unsealed"))
            self._halted = reason
        return reason is not None

    async def _reason(self) -> str | None:
        """Why publication has to stop, or None: the flag of a failed verification, or sealing that does not keep up."""
        for key, body in await self._store.documents(HALT_KEY, limit=1):
            if key == HALT_KEY:
                return str(json.loads(body).get("reason", "halted"))
        late_s = asyncio.get_running_loop().time() - self._all_sealed_at
        return "unsealed" if late_s > self._settings.relay_unsealed_limit_s else None

    async def _idle(self) -> None:
        """Wait for new lines, but look at least every POLL_S; a stop is heard at once."""
        waits = [asyncio.ensure_future(wait) for wait in (self._store.news(POLL_S), self._stop.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _announce(*, leading: bool) -> None:
    announce("relay", leading=leading)
