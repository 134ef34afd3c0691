"""The way from HTTP into the inbound topics: one shared idempotent producer."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types

from hub import log_events
from hub.errors import TransientError
from hub.settings import Settings

SEND_WITHIN_S = 10.0
LINGER_MS = 5

log = structlog.get_logger(__name__)


class InboundProducer:
    """Sends with ``acks=all``, idempotent, batched over all requests. Connects at the first use; after an error anew.

    One event loop. A send that timed out may still arrive: the event may be sent again under the same id.
    """

    def __init__(self, settings: Settings) -> None:
        self._servers = settings.kafka
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()

    async def send(self, topic: str, key: str | None, value: bytes) -> None:
        """Returns when all in-sync replicas have it. Raises TransientError where that is not certain."""
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                producer = await self._connected()
                written = await producer.send(topic, value, key.encode() if key is not None else None)
                await asyncio.shield(written)
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning(log_events.INBOUND_NOT_SENT, topic=topic, error=type(error).__name__)
            if not isinstance(error, TimeoutError):
                await self.stop()
            raise TransientError(
                f"writing to {topic}: {type(error).__name__}", hint="is Kafka up? see hub doctor"
            ) from error

    async def reachable(self) -> bool:
        """Whether the broker answers a request for metadata."""
        try:
            producer = await self._connected()
            return bool(await producer.client.force_metadata_update())
        except (KafkaError, OSError):
            return False

    async def stop(self) -> None:
        """Send what is left and disconnect; the next send connects anew."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(producer.stop(), SEND_WITHIN_S)

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._servers, enable_idempotence=True, acks="all", linger_ms=LINGER_MS
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer
