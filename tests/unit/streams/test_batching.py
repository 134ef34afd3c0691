"""The consumer between Faust and aiokafka, without a broker: fetches are handed to it, its commits are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from faust.types.tuples import TP

from hub.settings import Settings
from schemas.record import Record
from streams.app import build_app
from streams.batching import Batch, BatchingConsumer

AUDIT = TP("findings-audit", 0)
TABLE = TP("health-changelog", 0)


@dataclass
class Fetched:
    """What aiokafka's ConsumerRecord shows."""

    offset: int
    topic: str = AUDIT.topic
    partition: int = 0
    key: bytes | None = b"k"
    value: bytes | None = b"v"
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: int = 1_700_000_000_000
    timestamp_type: int = 0
    checksum: None = None
    serialized_key_size: int = 1
    serialized_value_size: int = 1


class Nobody:
    async def receive(self, records: Any) -> None: ...

    async def poison(self, record: Record, error: BaseException) -> None: ...


class Bench:
    """A consumer with its broker side replaced."""

    def __init__(self, tmp_path: Path) -> None:
        app = build_app(Settings(data=tmp_path), Nobody(), {AUDIT.topic: AUDIT.topic})
        app.consumer_generation_id = 1
        self.consumer = cast(BatchingConsumer, app.consumer)
        self.consumer.resume_flow()
        self.log: list[Fetched] = []
        self.consumer._thread.fetch_from = self._fetch_from  # type: ignore[method-assign]
        self.consumer.highwater = lambda tp: 0  # type: ignore[method-assign]
        self.consumer.deliveries.position([(AUDIT, 0)])

    async def _fetch_from(self, tp: TP, offset: int) -> list[Any]:
        return [record for record in self.log if record.offset >= offset]

    def hand_out(self, *offsets: int) -> None:
        """The client gives these to a fetch that nobody listens to."""
        self.consumer._thread.taken[AUDIT] = offsets[-1] + 1

    async def fetch(self, records: dict[TP, list[Fetched]]) -> list[Any]:
        async def fetched(timeout: float) -> Any:  # noqa: ASYNC109  # Faust's signature
            return records, set(records)

        self.consumer._wait_next_records = fetched  # type: ignore[method-assign]
        return [message async for _, message in self.consumer.getmany(1.0)]

    def finish(self, message: Batch) -> None:
        message.incref()
        message.ack(self.consumer)


def log(*offsets: int) -> list[Fetched]:
    return [Fetched(offset) for offset in offsets]


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_fetch_becomes_batches_of_at_most_five_hundred(bench: Bench) -> None:
    batches = await bench.fetch({AUDIT: log(*range(1200))})
    assert [len(batch.records) for batch in batches] == [500, 500, 200]
    assert [batch.offset for batch in batches] == [499, 999, 1199]
    assert batches[0].records[3] == Record("findings-audit", 0, 3, b"k", b"v", (), 1_700_000_000_000)


async def test_the_offset_moves_only_over_acknowledged_batches(bench: Bench) -> None:
    first, second = await bench.fetch({AUDIT: log(*range(1000))})
    bench.finish(second)
    assert bench.consumer._filter_committable_offsets([AUDIT]) == {}
    bench.finish(first)
    assert bench.consumer._filter_committable_offsets([AUDIT]) == {AUDIT: 1000}


async def test_a_batch_of_an_earlier_assignment_no_longer_counts(bench: Bench) -> None:
    (old,) = await bench.fetch({AUDIT: log(*range(10))})
    bench.consumer.deliveries.forget()
    bench.consumer.deliveries.position([(AUDIT, 0)])
    (new,) = await bench.fetch({AUDIT: log(*range(10))})
    bench.finish(old)
    assert bench.consumer._filter_committable_offsets([AUDIT]) == {}
    bench.finish(new)
    assert bench.consumer._filter_committable_offsets([AUDIT]) == {AUDIT: 10}


async def test_faust_acknowledging_by_itself_moves_nothing(bench: Bench) -> None:
    """What Faust's compiled stream does at the end of an agent's turn, also of one that was cancelled."""
    (batch,) = await bench.fetch({AUDIT: log(*range(10))})
    bench.consumer._acked[AUDIT].append(batch.offset)
    assert bench.consumer._filter_committable_offsets(list(bench.consumer._filter_tps_with_pending_acks())) == {}


async def test_records_lost_on_the_way_are_fetched_again(bench: Bench) -> None:
    bench.log = log(*range(7))
    (batch,) = await bench.fetch({AUDIT: log(5, 6)})
    assert [record.offset for record in batch.records] == list(range(7))


async def test_records_lost_on_the_way_are_fetched_again_though_nothing_follows_them(bench: Bench) -> None:
    bench.log = log(*range(7))
    bench.hand_out(*range(7))
    (batch,) = await bench.fetch({})
    assert [record.offset for record in batch.records] == list(range(7))
    assert await bench.fetch({}) == [], "once"


async def test_a_partition_held_back_is_left_alone_until_its_agent_has_room(bench: Bench) -> None:
    bench.log = log(0)
    bench.hand_out(0)
    bench.consumer._buffered_partitions.add(AUDIT)
    assert await bench.fetch({}) == []
    bench.consumer._buffered_partitions.clear()
    (batch,) = await bench.fetch({})
    assert batch.offset == 0


async def test_a_hole_in_the_log_is_believed_when_the_broker_says_so(bench: Bench) -> None:
    bench.log = log(5, 6)
    (batch,) = await bench.fetch({AUDIT: log(5, 6)})
    bench.finish(batch)
    assert bench.consumer._filter_committable_offsets([AUDIT]) == {AUDIT: 7}


async def test_what_was_delivered_before_is_left_out(bench: Bench) -> None:
    await bench.fetch({AUDIT: log(0, 1, 2)})
    (batch,) = await bench.fetch({AUDIT: log(1, 2, 3, 4)})
    assert [record.offset for record in batch.records] == [3, 4]


async def test_nothing_is_delivered_before_the_partition_is_positioned(bench: Bench) -> None:
    bench.consumer.deliveries.forget()
    assert await bench.fetch({AUDIT: log(0)}) == []


async def test_nothing_is_delivered_while_the_flow_stands(bench: Bench) -> None:
    bench.consumer.stop_flow()
    assert await bench.fetch({AUDIT: log(0)}) == []


async def test_topics_of_tables_go_the_ordinary_way(bench: Bench) -> None:
    messages = await bench.fetch({TABLE: [Fetched(offset, topic=TABLE.topic) for offset in (0, 1)]})
    assert [(type(message).__name__, message.value) for message in messages] == [("ConsumerMessage", b"v")] * 2


async def test_the_app_keeps_the_guarantees(bench: Bench) -> None:
    conf = bench.consumer.app.conf
    assert conf.consumer_group_instance_id == "hub-0"
    assert conf.broker_session_timeout == 6.0
    assert conf.broker_heartbeat_interval * 3 <= conf.broker_session_timeout
    assert not conf.web_enabled
    assert not conf.topic_allow_declare
