"""Reviewers' answers become counts of the matcher, and nothing in anybody's record."""

from __future__ import annotations

import orjson
import pytest

from hub.scenarios.hub_in_memory import HubInMemory
from tests.properties import stories
from tests.properties.play import Row
from tests.unit.service.retention_hub import hub_of, see

UNNAMED = [{"cadre": "A", "citizen_id": None, "attribution": "main_leader"}]
FOUND = stories.found("f1", "insp-P", subjects=UNNAMED)


def said(ident: str, at: int, chosen: str | None) -> Row:
    """Two people's answer."""
    return stories.reply(
        ident, "match.reviewed", at, finding="f1", subject=0, chosen=chosen, recorded_by="x", confirmed_by="y"
    )


def counts(hub: HubInMemory) -> dict[str, dict[str, int]]:
    """Month → outcome → count; that there is one statement of the matcher is checked on the way."""
    found: dict[str, dict[str, int]] = {}
    for key, body in hub.store.docs.items():
        if key.startswith("calibration:") and body != b"{}":
            cells = orjson.loads(body)
            assert {cell.split("/")[0] for cell in cells} == {"probable"}
            found[key.partition(":")[2]] = {cell.split("/")[2]: n for cell, n in cells.items()}
    return found


@pytest.mark.parametrize(("chosen", "outcome"), [("A", "first"), ("B", "outside"), (None, "nobody")])
async def test_an_answer_counts_in_its_month(chosen: str | None, outcome: str) -> None:
    hub = await hub_of([FOUND, said("m1", 2, chosen)])
    assert counts(hub) == {"2026-03": {outcome: 1}}


async def test_the_same_answer_again_counts_once() -> None:
    hub = await hub_of([FOUND, said("m1", 2, "A"), {**said("m1", 2, "A"), "at": "d3", "time": "d2"}])
    assert counts(hub) == {"2026-03": {"first": 1}}


async def test_an_answer_that_replaces_another_moves_its_count() -> None:
    hub = await hub_of([FOUND, said("m1", 2, "B"), said("m2", 40, "A")])
    assert counts(hub) == {"2026-04": {"first": 1}}
    await see(hub, {**said("m0", 1, None), "at": "d41", "time": "d1"})
    assert counts(hub) == {"2026-04": {"first": 1}}, "an earlier answer that comes late replaces nothing"


async def test_an_answer_before_its_finding_counts_when_it_is_there() -> None:
    hub = await hub_of([said("m1", 0, "A")])
    assert counts(hub) == {}
    await see(hub, {**FOUND, "at": "d5", "time": "d0"})
    assert counts(hub) == {"2026-03": {"first": 1}}


async def test_the_report_names_nobody_and_says_nothing_of_few() -> None:
    hub = await hub_of([FOUND, said("m1", 2, "A")])
    assert {(row.month, row.said, row.n, row.confirmed) for row in await hub.service.calibration()} == {
        ("2026-03", "probable", None, None),
        ("all", "probable", None, None),
    }
    assert await hub.service.calibration("2026-04") == []
    dossier = orjson.loads(hub.store.docs["cadre:A"])
    assert "stated" not in str(dossier)
    assert "calibration" not in str(dossier)
    assert not [line for line in hub.store.lines if b"0.9" in line.body], "no probability leaves the hub"
