"""Batch delivery for Faust: one message per partition and fetch, whose value is the tuple of its records.

Faust spends some 150 µs on every message it brings to an agent. Here a message carries up to ``batch_size`` records, so
that this is paid once per batch. The transport below is Faust's own on aiokafka with four changes: fetched records are
delivered in batches, offsets are kept by :mod:`streams.deliveries`, batches are acknowledged by the agent and by
nothing else, and only committed transactions are read. Topics that are not named as batched (those of Faust tables) go
Faust's way.

Written against faust-streaming 0.15.3 and aiokafka 0.14.0: pinned, and held by ``tests/integration/streams``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import faust
from faust.serializers.schemas import Schema
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage, Message, ack_lock
from mode.utils.futures import notify

from hub import faults
from schemas.record import Record
from streams.deliveries import Deliveries, Delivery, Lane

BATCH_SIZE = 500
FETCH_WAIT_MS = 100  # how long a fetch waits at the broker for records
PRESSED_S = 0.02  # how long a fetch waits while a partition is held back: it does not see that partition come back


class Batch(ConsumerMessage):
    """A message of many records. Its offset is the last one's."""

    __slots__ = ("delivery", "records")

    delivery: Delivery
    records: tuple[Record, ...]


class BatchSchema(Schema[None, tuple[Record, ...]]):
    """Hands a batch to the agent as it is: nothing is decoded on this side."""

    def compile(self, app: faust.App, **_: Any) -> Any:  # type: ignore[override]  # decode errors cannot happen
        create_event = app.create_event

        async def decode(message: Batch, *, propagate: bool = False) -> Any:
            return create_event(None, message.records, None, message)

        return decode


class BatchingThread(driver.AIOKafkaConsumerThread):
    """The thread that talks to Kafka. ``taken``: per partition, the offset behind the last record that it handed out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._one_fetch = asyncio.Lock()
        self.taken: dict[TP, int] = {}

    def _create_worker_consumer(self, transport: driver.Transport) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # faust ties it to its own exactly_once, which is not used
        # While a fetch of idle partitions waits at the broker, aiokafka fetches no other from that broker.
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def _fetch_records(self, *args: Any, **options: Any) -> Any:
        # A cancelled fetch goes on in this thread and its records are lost: let the next one see that they are gone.
        async with self._one_fetch:
            return self._handed_out(await super()._fetch_records(*args, **options))

    def _handed_out(self, found: Any) -> Any:
        for tp, records in found.items():
            self.taken[tp] = records[-1].offset + 1
        return found

    async def fetch_from(self, tp: TP, offset: int) -> list[Any]:
        """The records at ``offset`` and behind it, surely: no other fetch of this consumer comes between."""
        found: list[Any] = await self.call_thread(self._fetch_from, driver.ensure_aiokafka_TP(tp), offset)
        return found

    async def _fetch_from(self, tp: Any, offset: int) -> list[Any]:
        consumer = self._ensure_consumer()
        async with self._one_fetch:
            if tp not in consumer.assignment():
                return []
            consumer.seek(tp, offset)
            self.taken[tp] = offset
            fetched = super()._fetch_records(consumer, {tp}, timeout=1.0, max_records=consumer._max_poll_records)
            return list(self._handed_out(await fetched).get(tp, ()))


class BatchingConsumer(driver.Consumer):
    """Delivers batches and commits only over acknowledged ones, in order."""

    transport: BatchingTransport
    _thread: BatchingThread

    def __init__(self, *args: Any, **options: Any) -> None:
        self.deliveries: Deliveries[TP] = Deliveries()
        self._room = asyncio.Event()
        super().__init__(*args, **options)

    def _new_consumer_thread(self) -> BatchingThread:
        return BatchingThread(self, loop=self.loop, beacon=self.beacon)

    def is_batched(self, tp: TP) -> bool:
        return tp.topic in self.transport.batched

    # positions

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        faults.reached(faults.REBALANCING)
        self.deliveries.forget()
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Go to the committed offsets. Faust calls it after every assignment, before the flow starts again."""
        await super().perform_seek()
        faults.reached(faults.RECOVERING)
        mine = [tp for tp in self.assignment() if self.is_batched(tp)]
        self.deliveries.position((tp, self._committed_offset[tp] or 0) for tp in mine)

    async def _in_line(self, tp: TP, lane: Lane, taken: list[Any]) -> list[Any]:
        """The records that continue the lane; none when the partition moved away or has nothing yet."""
        if lane.skips(taken[0].offset):
            taken = await self._thread.fetch_from(tp, lane.expected)
        if taken and taken[0].offset < lane.expected:
            return [record for record in taken if record.offset >= lane.expected]
        return taken

    # delivery

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109  # Faust's signature
        """Fetch once. Yields single messages of ordinary topics, then one message per batch.

        What is left out here (the flow stopped, partitions moved away), or was fetched while partitions were assigned
        and not yet positioned, is fetched again at once: the client will not hand it out a second time by itself.
        """
        await self._wait_for_room(timeout)
        records: Mapping[TP, list[Any]] | None = await self._lost()
        active: set[TP] | None = None
        if not records:
            records, active = await self._wait_next_records(PRESSED_S if self._buffered_partitions else timeout)
        generation = self.app.consumer_generation_id
        for tp, message in self._ordinary(records or {}):
            if not self._flows(generation):
                return
            if active is None or tp in active or tp in self._buffered_partitions:
                yield tp, message
        for tp, taken in (records or {}).items():
            lane = self.deliveries.lane(tp)
            if lane is None or not self._flows(generation):
                continue
            taken = await self._in_line(tp, lane, taken)
            for start in range(0, len(taken), self.transport.batch_size):
                if not self._flows(generation) or self.deliveries.lane(tp) is not lane:
                    return
                yield tp, self._to_batch(tp, lane, taken[start : start + self.transport.batch_size])

    async def _lost(self) -> dict[TP, list[Any]]:
        """What the client handed out and no batch has."""
        if not self.flow_active:
            return {}
        found: dict[TP, list[Any]] = {}
        for tp in self.deliveries.behind(self._thread.taken):
            lane = self.deliveries.lane(tp)
            if lane is None or tp in self._buffered_partitions:
                continue
            if records := await self._thread.fetch_from(tp, lane.expected):
                found[tp] = records
        return found

    def on_buffer_drop(self, tp: TP) -> None:
        super().on_buffer_drop(tp)
        self._room.set()

    async def _wait_for_room(self, limit_s: float) -> None:
        """Where every agent has its hands full, Faust would sleep a whole second; go on as soon as one has room."""
        if self._buffered_partitions and not self._get_active_partitions():
            self._room.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._room.wait(), limit_s)

    def _flows(self, generation: int) -> bool:
        return self.flow_active and not self.should_stop and self.app.consumer_generation_id == generation

    def _ordinary(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Message]]:
        plain = {tp: taken for tp, taken in records.items() if not self.is_batched(tp)}
        for tp, record in self.scheduler.iterate(plain):
            yield tp, self._to_message(tp, record)

    def _to_batch(self, tp: TP, lane: Lane, taken: Sequence[Any]) -> Batch:
        last = taken[-1]
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        batch = Batch(
            last.topic,
            last.partition,
            last.offset,
            last.timestamp / 1000.0,
            last.timestamp_type,
            headers=None,
            key=None,
            value=None,
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )
        batch.records = tuple(
            Record(r.topic, r.partition, r.offset, r.key, r.value, r.headers, r.timestamp) for r in taken
        )
        batch.delivery = lane.deliver(last.offset)
        return batch

    # acknowledgement

    def ack(self, message: Message) -> bool:
        """Mark a batch as finished. One of an earlier assignment no longer counts: its delivery was forgotten."""
        if not isinstance(message, Batch):
            return bool(super().ack(message))
        with ack_lock:
            if message.acked:
                return False
            message.acked = message.delivery.done = True
            self._unacked_messages.discard(message)
            self._n_acked += 1
            notify(self._waiting_for_ack)
            return True

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if not self.is_batched(tp):
            await super()._add_gap(tp, offset_from, offset_to)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        yield from (tp for tp in super()._filter_tps_with_pending_acks(topics) if not self.is_batched(tp))
        yield from (tp for tp in self.deliveries if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self.deliveries.committable(tp) if self.is_batched(tp) else super()._new_offset(tp)


class BatchingTransport(driver.Transport):
    """Faust's aiokafka transport with batch delivery for the topics in ``batched``."""

    Consumer = BatchingConsumer

    def __init__(self, *args: Any, batched: frozenset[str], batch_size: int = BATCH_SIZE, **options: Any) -> None:
        super().__init__(*args, **options)
        self.batched = batched
        self.batch_size = batch_size
