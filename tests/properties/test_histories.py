"""Random histories on the real hub: order of arrival, replay, rebuild, batches, contracts, causes, ids."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.service.session import Session
from schemas.outbound import OUTBOUND
from tests.properties.histories import Row, anything, facts_only
from tests.properties.play import Event, Played, arrive, deliver, facts_of, play, published

REFUSED = (
    "finding.rejected",
    "finding.quarantined",
    "finding.returned_to_source",
    "determination.rejected",
    "reply.rejected",
)


@given(facts_only(), st.randoms(use_true_random=False))
def test_order_of_arrival_leaves_no_trace(rows: list[Row], chance: Any) -> None:
    """Any arrival order ends in the same facts and the same current outputs (policy section 7)."""
    first = arrive(rows)
    for _ in range(2):
        other = arrive(chance.sample(rows, len(rows)))
        assert facts_of(other) == facts_of(first)
        assert other.current() == first.current()


@given(anything())
def test_the_ledger_rebuilds_every_dossier_byte_for_byte(rows: list[Row]) -> None:
    """Replies, ticks and roster changes included."""
    asyncio.run(play(rows).hub.restart())


@given(anything())
def test_the_same_history_again_says_nothing_new(rows: list[Row]) -> None:
    """What was taken is taken once; what was refused may be sent again, and is left out here."""
    played = play(rows)
    refused = {event["data"].get("event") for event in played.of_type(*REFUSED)}
    again = [row for row in rows if not row.get("tick") and row["id"] not in refused]

    async def repeat() -> list[Event]:
        for row in again:
            await deliver(played.hub, [row])
        await played.hub.tick()
        return await published(played.hub)

    assert {event["type"] for event in asyncio.run(repeat())} <= {"hub.duplicate.ignored"}


@given(anything())
def test_a_batch_says_what_its_events_say_one_by_one(rows: list[Row]) -> None:
    """Ids, types and contents are those of single deliveries."""
    rows = [{**row, "time": row.get("time", row["at"]), "at": f"d{int(row['at'][1:]) // 40 * 40 + 40}"} for row in rows]
    assert _told(play(rows, batches=True)) == _told(play(rows))


def _told(played: Played) -> list[str]:
    return sorted(f"{event['id']} {event['type']} {event['data']}" for event in played.events)


@given(anything())
def test_every_output_fits_its_contract(rows: list[Row]) -> None:
    """Models forbid unknown fields; causes can be walked to what came in."""
    played = play(rows)
    known = {row["id"] for row in rows if "id" in row}
    for event in played.events:
        OUTBOUND[event["type"].removeprefix("hub.")].model.model_validate(event["data"])
        assert event["correlationid"]
        _walk(event, played, known)


def _walk(event: Event, played: Played, known: set[str]) -> None:
    """The cause is an event that came in, a clock of something that was said, or time itself."""
    cause = event["causationid"]
    if cause in known:
        return
    said = {one.slot: one for dossier in played.dossiers.values() for one in dossier.said.values()}
    slot = cause.partition("#")[0]
    clock = slot in said or cause.startswith(("tick:", "20"))
    assert clock, f"{event['type']} is caused by {cause}"


@given(anything())
def test_no_event_is_lost_by_an_id(rows: list[Row]) -> None:
    """Two outputs with one id are one output; the ledger takes an id once."""
    told: dict[str, tuple[str, Any]] = {}
    once = Session._publish

    def note(self: Session, ident: str, output: Any, dossier: Any) -> None:
        before = told.setdefault(ident, (output.type, dict(output.data)))
        assert before == (output.type, output.data), f"{ident} means two outputs"
        once(self, ident, output, dossier)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "_publish", note)
        played = play(rows)
    assert {event["id"] for event in played.events} == set(told)
