"""Retention over random histories: never before its time, never half a record, and the ledger still proves everything."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from hypothesis import given

from hub.domain import retention as rule
from hub.domain.chain import REMOVAL
from hub.domain.facts import Dossier
from hub.domain.pack import PackSet, Version
from hub.policy.loader import shipped
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.rebuild import check_rebuild
from tests.properties import stories
from tests.properties.histories import Row, anything
from tests.properties.play import Played, deliver, documents, play, published

MONTHS = 12
COMMITTEES = ("P", "M", "N", "K", "L")
LATE = {"at": "d6000", "tick": True}


def packs() -> PackSet:
    """Every committee keeps its records for a year."""
    versions = [
        Version(f"local-{one.lower()}-2026-01-01", f"local-{one.lower()}", date(2026, 1, 1), None,
                {"level": "local", "committee": one, "parameters": {"retention_months": MONTHS}})
        for one in COMMITTEES
    ]  # fmt: skip
    return shipped().extended(versions)


def shifted(rows: list[Row], days: int) -> list[Row]:
    """The same rows later, their own dates as they are."""
    return [{**row, "at": f"d{int(row['at'][1:]) + days}"} for row in rows]


def removed(hub: HubInMemory) -> set[str]:
    """Keys of the records that were removed."""
    return {str(line.dossier) for line in hub.store.lines if line.type == REMOVAL}


def sound(played: Played) -> None:
    """The chain verifies, and what is left follows from the lines that are left."""
    hub = played.hub
    assert asyncio.run(hub.store.verify()) is None
    asyncio.run(check_rebuild(hub.store, hub.packs, hub.calendar.is_workday))
    for key in removed(hub) - documents(hub).keys():
        lines = [line for line in hub.store.lines if line.dossier == key and line.type != REMOVAL]
        assert lines
        assert all(line.emptied for line in lines), key


@given(anything())
def test_nothing_is_removed_before_its_period_and_nothing_open_ever(rows: list[Row]) -> None:
    played = play([*rows, LATE], watch=True, packs=packs())
    for moment in played.moments:
        on = played.hub.scenario.moment(moment.row["at"]).date()
        for key in moment.before.keys() - moment.after.keys():
            dossier = Dossier.model_validate_json(moment.before[key])
            assert rule.last_event(dossier) + timedelta(days=365) < on
            assert rule.open_matters(dossier) == []
    sound(played)


@given(anything(), anything())
def test_histories_go_on_over_removed_records(rows: list[Row], more: list[Row]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule, "open_matters", lambda *_: [])
        played = play([*rows, *shifted(more, 600), LATE], packs=packs())
    sound(played)


@given(anything())
def test_the_same_events_again_bring_no_removed_record_back(rows: list[Row]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule, "open_matters", lambda *_: [])
        played = play([*rows, LATE], packs=packs())
        hub = played.hub
        before = documents(hub)
        taken = {ident for (_, ident), row in hub.store.inbox.items() if row.verdict == "accepted"}

        async def again() -> list[str]:
            await deliver(hub, [row for row in rows if not row.get("tick") and row["id"] in taken])
            return [event["type"] for event in await published(hub)]

        assert set(asyncio.run(again())) <= {"hub.duplicate.ignored"}
    assert documents(hub) == before


def test_the_histories_reach_what_they_are_about() -> None:
    """Removed and left records, shared findings among them."""
    both = [{"cadre": one, "attribution": "main_leader"} for one in ("A", "B")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule, "open_matters", lambda *_: [])
        rows = [
            stories.found("f1", "audit-M", subjects=both),
            stories.found("f2", "insp-P", 300),
            {"at": "d500", "tick": True},
        ]
        played = play(rows, packs=packs())
        assert removed(played.hub) == {"cadre:B"}
        sound(played)
        later = [*rows, {"at": "d900", "tick": True}]
        assert removed(play(later, packs=packs()).hub) == {"cadre:A", "cadre:B"}
