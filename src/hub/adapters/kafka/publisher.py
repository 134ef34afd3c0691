"""The relay's producer: a batch of ledger entries and the new watermark in one Kafka transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import (  # type: ignore[import-untyped]  # ships no types
    IllegalOperation,
    InvalidProducerEpoch,
    KafkaError,
    ProducerFenced,
)

from hub import faults
from hub.adapters.kafka.watermark import Watermark
from hub.errors import TransientError
from hub.ports import LedgerEntry

HEADERS = [("content-type", b"application/cloudevents+json")]
_TRANSACTION_TIMEOUT_MS = 30_000
_BATCH_BYTES = 256 * 1024
_REQUEST_BYTES = 8 * 1024 * 1024
_STOP_WITHIN_S = 5.0


class FencedError(TransientError):
    """Another relay took this shard over; what this one had begun was undone."""


class Publisher:
    """One transactional id, one at a time: starting a second one with the same id fences the first.

    ``watermark_topic`` is a full name; ``prefix`` goes before the topics of entries.
    """

    def __init__(self, servers: str, transactional_id: str, watermark_topic: str, prefix: str = "") -> None:
        self._watermark_topic = watermark_topic
        self._prefix = prefix
        self._servers = servers
        self._id = transactional_id
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Publisher:
        """Initialise the transactional id. Raises TransientError where the broker does not answer."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers,
            transactional_id=self._id,
            transaction_timeout_ms=_TRANSACTION_TIMEOUT_MS,
            acks="all",
            max_batch_size=_BATCH_BYTES,
            max_request_size=_REQUEST_BYTES,
        )
        self._producer = producer
        try:
            await producer.start()
        except (KafkaError, OSError) as error:
            await self._stop()
            raise TransientError(f"starting the relay's producer: {type(error).__name__}") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect; a transaction left open is undone by whoever comes next with this id."""
        await self._stop()

    async def _stop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                await asyncio.wait_for(producer.stop(), _STOP_WITHIN_S)
            except (KafkaError, OSError, TimeoutError):
                return  # nothing more to be done with it; its id is fenced by the next start

    async def publish(self, shard: int, entries: Sequence[LedgerEntry], watermark: Watermark) -> None:
        """Publish entries, in order, and the watermark: all or nothing for a read_committed reader.

        Raises FencedError where another relay took over, TransientError for anything else of Kafka's. After either
        it is not known whether the transaction was committed: start anew and read the watermark.
        """
        try:
            async with asyncio.timeout(_TRANSACTION_TIMEOUT_MS / 1000):  # a sender that died never answers
                await self._transaction(shard, entries, watermark)
        except (ProducerFenced, InvalidProducerEpoch) as error:
            raise FencedError() from error
        except (KafkaError, OSError, TimeoutError) as error:
            raise TransientError(f"publishing: {type(error).__name__}: {error}") from error

    async def _transaction(self, shard: int, entries: Sequence[LedgerEntry], watermark: Watermark) -> None:
        producer = self._producer
        if producer is None:
            raise TransientError("the relay's producer is stopped")
        await producer.begin_transaction()
        mark = (self._watermark_topic, watermark.encoded(), str(shard).encode())
        lines = [
            (f"{self._prefix}{entry.topic}", entry.body, entry.key.encode() if entry.key is not None else None)
            for entry in entries
        ]
        sent: list[asyncio.Future[Any]] = []
        try:
            for topic, body, key in lines:
                sent.append(await producer.send(topic, body, key, headers=HEADERS))
                sent[-1].add_done_callback(_heard)
            sent.append(await producer.send(*mark, partition=0))
        except IllegalOperation as error:  # the sender met a fatal error meanwhile and ended the transaction
            raise _why(sent) from error
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        faults.reached(faults.BEFORE_KAFKA_COMMIT)
        await producer.commit_transaction()


def _why(sent: Sequence[asyncio.Future[Any]]) -> BaseException:
    """What ended a transaction: the error of the message that met it."""
    done = (one for one in sent if one.done() and not one.cancelled())
    met = next((error for one in done if (error := one.exception())), None)
    return met or TransientError("publishing: the transaction ended before its last message")


def _heard(sent: asyncio.Future[Any]) -> None:
    """Look at the outcome, so that one that nobody waits for any more is not complained about."""
    if not sent.cancelled():
        sent.exception()
