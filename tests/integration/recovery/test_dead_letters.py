"""What is set aside keeps no content that nobody vetted, is told in the -dlq topic, and can be tried again in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from hub.adapters.outputs import KafkaOutputs
from hub.cli.envelopes import event_of
from hub.domain.registry import Registry
from hub.errors import PoisonError
from hub.ports import DeadLetter
from hub.sample.story import Step
from hub.service import registry as use
from schemas.codec import encode_structured
from schemas.record import Record
from schemas.topics import DLQ_SUFFIX, FINDINGS
from streams.redrive import redrive
from tests.integration.recovery.mill import Mill, steps

pytestmark = pytest.mark.stack
FIRST = steps()[0]


async def without_source(mill: Mill, code: str) -> Registry:
    """Forget a source; the registry as it was."""
    before = await mill.store.registry()
    left = {known: source for known, source in before.sources.items() if known != code}
    await use.change(mill.store, lambda there: there.model_copy(update={"sources": left}))
    return before


async def set_aside(mill: Mill) -> DeadLetter:
    """The story's first event, from a source that nobody registered yet; then it is registered."""
    known = await without_source(mill, FIRST.by)
    source = known.sources[FIRST.by]
    line = {"type": FIRST.type, "id": FIRST.id, "data": FIRST.data}
    await mill.send_event(event_of(line, source, mill.settings.data), source)
    await mill.work()
    await use.change(mill.store, lambda there: there.model_copy(update={"sources": known.sources}))
    letters = await mill.store.dead_letters()
    assert [(one.kind, one.source, one.value) for one in letters] == [("unknown_source", None, b"")]
    return letters[0]


async def test_a_redrive_gives_what_its_rehearsal_showed(mill: Mill) -> None:
    letter = await set_aside(mill)
    before = await mill.said()
    rehearsed = await redrive(mill.hub, [letter], dry_run=True)
    assert [one.state for one in rehearsed] == ["would_be_handled"]
    assert await mill.said() == before
    assert await mill.store.dead_letters() == [letter]

    done = await redrive(mill.hub, [letter], dry_run=False)
    assert [one.state for one in done] == ["handled"]
    assert set(await mill.said()) - set(before) == {one.id for one in rehearsed[0].outputs if one.to}
    assert "finding.accepted" in {one.type for one in done[0].outputs}
    assert await mill.store.dead_letters() == []
    assert (await redrive(mill.hub, [letter], dry_run=True))[0].outputs == [], "the same event again says nothing new"


async def test_one_that_was_overtaken_is_left_until_somebody_insists(mill: Mill) -> None:
    letter = await set_aside(mill)
    revised = Step(FIRST.by, "kafka", "finding.revised", FIRST.id + "-2", {**FIRST.data, "revision": 2})
    await mill.send([revised])
    await mill.work()
    left = (await redrive(mill.hub, [letter], dry_run=False))[0]
    assert (left.state, left.later) == ("later_events", [letter.position.offset + 1])
    assert await mill.store.dead_letters() == [letter]
    assert (await redrive(mill.hub, [letter], dry_run=False, anyway=True))[0].state == "handled"


async def test_what_fails_again_counts_its_tries(mill: Mill) -> None:
    letter = await set_aside(mill)
    await without_source(mill, FIRST.by)
    assert (await redrive(mill.hub, [letter], dry_run=False))[0].state == "fails_again"
    (kept,) = await mill.store.dead_letters()
    assert (kept.attempts, kept.position) == (2, letter.position)
    assert kept.first_seen == letter.first_seen
    assert kept.last_seen is not None
    assert kept.first_seen is not None
    assert kept.last_seen > kept.first_seen


async def test_what_the_log_has_lost_cannot_be_tried_unless_its_content_was_kept(mill: Mill) -> None:
    letter = await set_aside(mill)
    away = replace(letter, position=replace(letter.position, offset=10_000))
    assert (await redrive(mill.hub, [away], dry_run=True))[0].state == "content_gone"
    source = (await mill.store.registry()).sources[FIRST.by]
    event = event_of({"type": FIRST.type, "id": FIRST.id, "data": FIRST.data}, source, mill.settings.data)
    kept = replace(away, value=encode_structured(event.attributes, event.data))
    found = (await redrive(mill.hub, [kept], dry_run=True))[0]
    assert (found.state, found.order_known) == ("would_be_handled", False)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, True),
        ({"data": {**FIRST.data, "note": "举报人张三，电话13900000000"}}, False),
        ({"subject": "联系电话13900000000"}, False),
        ({"dataclassification": "top_secret"}, False),
        ({"source": "urn:hub:body:nobody"}, False),
    ],
)
async def test_content_is_kept_only_where_it_was_vetted(mill: Mill, change: dict[str, Any], kept: bool) -> None:
    source = (await mill.store.registry()).sources[FIRST.by]
    event = event_of({"type": FIRST.type, "id": FIRST.id, "data": FIRST.data}, source, mill.settings.data)
    value = orjson.dumps({**event.attributes, "data": event.data, **change})
    topic = mill.settings.topic_prefix + FINDINGS["audit"]
    await mill.hub.service.poison(Record(topic, 0, 7, b"k", value, (), 0), PoisonError("cannot be handled"))
    (letter,) = await mill.store.dead_letters()
    assert (letter.kind, bool(letter.value), letter.source is not None) == ("poison", kept, kept)
    await mill.publish()
    told = [orjson.loads(v) async for _, v in KafkaOutputs(mill.settings).once([FINDINGS["audit"] + DLQ_SUFFIX])]
    assert [(one["data"]["offset"], one["data"]["reason"], one["data"]["kept"]) for one in told] == [
        (7, "PoisonError", kept)
    ]
    everything = orjson.dumps(told).decode() + (letter.value.decode() if not kept else "")
    assert "13900000000" not in everything
    assert FIRST.data["issue"]["summary"] not in orjson.dumps(told).decode()


async def test_an_open_breaker_is_remembered_and_told_once(mill: Mill) -> None:
    service = mill.hub.service
    await service.stall("findings", "breaker")
    await service.stall("findings", "breaker")
    assert await service.stalled("findings")
    await mill.publish()
    alerts = [orjson.loads(value) async for _, value in KafkaOutputs(mill.settings).once(["hub-alerts"])]
    assert [(one["type"], one["data"]["flow"]) for one in alerts] == [("hub.flow.stalled", "findings:breaker")]
    await service.moves("findings")
    assert not await service.stalled("findings")
