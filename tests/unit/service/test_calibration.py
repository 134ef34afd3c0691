"""Reviewers' answers as counts: each subject once, for the answer in force, and nothing in them that leads to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from hub.domain import calibration
from hub.domain.files import FindingFile
from hub.scenarios.hub_in_memory import HubInMemory
from hub.testing import MemoryStore
from tests.properties import stories
from tests.properties.play import WORLD, Row, deliver, scenario

PREFIX = "calibration:"
A = {"cadre": "A", "citizen_id": None, "attribution": "main_leader"}
MARCH, APRIL = "d4", "d40"


def finding(ref: str = "f1", at: str = "d0") -> Row:
    return {**stories.found(ref, "insp-P", subjects=[A]), "at": at}


def answer(ident: str, chosen: str | None, at: str = MARCH, *, ref: str = "f1", time: str | None = None) -> Row:
    row = stories.reply(
        ident, "match.reviewed", 0, finding=ref, subject=0, chosen=chosen, recorded_by="zhang-3", confirmed_by="li-4"
    )
    return {**row, "at": at, "time": time or at}


async def hub_of(*rows: Row) -> HubInMemory:
    world = {**WORLD, "people": {"s1": {"organ": "M", "role": "secrecy_officer"}}}
    hub = HubInMemory(replace(scenario(), world=world))
    await hub.start()
    for row in rows:
        hub.clock.set(hub.scenario.moment(row["at"]))
        await deliver(hub, [row])
    return hub


def kept(store: MemoryStore) -> dict[str, Any]:
    return {key.removeprefix(PREFIX): orjson.loads(body) for key, body in store.docs.items() if key.startswith(PREFIX)}


def outcomes(store: MemoryStore) -> dict[str, dict[str, int]]:
    """Month → outcome → how many, of the cells by route and bin."""
    found: dict[str, dict[str, int]] = {}
    for month, counts in kept(store).items():
        for tag, cell in counts.items():
            for outcome, n in cell.items() if not tag.startswith(("shown/", "reason/")) else ():
                found.setdefault(month, {}).setdefault(outcome, 0)
                found[month][outcome] += n
    return found


def subject_of(hub: HubInMemory, ident: str = "insp-P/f1") -> Any:
    return FindingFile.model_validate_json(hub.store.docs[f"finding:{ident}"]).subjects[0]


@pytest.mark.parametrize(("chosen", "outcome"), [("A", "first"), ("B", "outside"), (None, "nobody")])
async def test_an_answer_counts_once_by_what_it_says(chosen: str | None, outcome: str) -> None:
    hub = await hub_of(finding(), answer("r1", chosen))
    assert outcomes(hub.store) == {"2026-03": {outcome: 1}}
    (cell,) = [tag for tag in kept(hub.store)["2026-03"] if tag.startswith("M2/")]
    assert cell == subject_of(hub).forecast.cell
    assert kept(hub.store)["2026-03"]["shown/1"] == {outcome: 1}


async def test_nothing_counts_before_people_answer() -> None:
    assert kept((await hub_of(finding())).store) == {}


async def test_a_refused_answer_counts_nothing() -> None:
    hub = await hub_of(finding(), answer("r1", "nobody-known"), {**answer("r2", "A"), "by": "org-N"})
    assert kept(hub.store) == {}


async def test_a_later_answer_moves_the_count_to_its_month_and_leaves_no_zero() -> None:
    hub = await hub_of(finding(), answer("r1", "A"), answer("r2", "B", APRIL))
    assert outcomes(hub.store) == {"2026-04": {"outside": 1}}
    assert set(kept(hub.store)) == {"2026-04"}


async def test_an_older_answer_that_arrives_later_moves_nothing() -> None:
    hub = await hub_of(finding(), answer("r2", "B", "d6"), answer("r1", "A", "d7", time="d4"))
    assert outcomes(hub.store) == {"2026-03": {"outside": 1}}


async def test_a_duplicate_and_a_redelivery_count_nothing() -> None:
    hub = await hub_of(finding(), answer("r1", "A"))
    before = kept(hub.store)
    await deliver(hub, [answer("r1", "A")])
    hub._offset -= 1
    await deliver(hub, [answer("r1", "A")])
    assert kept(hub.store) == before
    await hub.restart()
    assert kept(hub.store) == before


async def test_answers_in_one_batch_and_back_again_come_out_as_the_last() -> None:
    hub = await hub_of(finding())
    hub.clock.set(hub.scenario.moment("d6"))
    await deliver(hub, [answer("r1", "A", "d4"), answer("r2", None, "d5"), answer("r3", "A", "d6")])
    assert outcomes(hub.store) == {"2026-03": {"first": 1}}


async def test_an_early_answer_counts_when_its_finding_is_there() -> None:
    hub = await hub_of(answer("r1", "A", "d1"))
    assert kept(hub.store) == {}
    hub.clock.set(hub.scenario.moment("d2"))
    await deliver(hub, [finding(at="d2")])
    assert outcomes(hub.store) == {"2026-03": {"first": 1}}


async def test_whose_candidate_has_left_the_list_moves_nothing_any_more() -> None:
    hub = await hub_of(finding(), answer("r1", "A"))
    file = FindingFile.model_validate_json(hub.store.docs["finding:insp-P/f1"])
    file.subjects[0].candidates = []
    hub.store.docs["finding:insp-P/f1"] = file.model_dump_json(exclude_defaults=True).encode()
    hub.clock.set(hub.scenario.moment("d6"))
    await deliver(hub, [answer("r2", "B", "d6")])
    assert outcomes(hub.store) == {"2026-03": {"first": 1}}


async def test_the_counts_name_nobody_and_records_hold_no_number() -> None:
    hub = await hub_of(finding(), answer("r1", "A"))
    tags = {tag for counts in kept(hub.store).values() for tag in counts}
    assert all(tag.startswith(("M2/", "shown/", "reason/")) for tag in tags)
    said = subject_of(hub).forecast.model_dump()
    assert not [value for value in said.values() if isinstance(value, float)]
    assert b"calibration" not in hub.store.docs["cadre:A"]
    assert b"forecast" not in hub.store.docs["cadre:A"]


async def many(n: int) -> HubInMemory:
    return await hub_of(*(row for at in range(n) for row in (finding(f"f{at}"), answer(f"r{at}", "A", ref=f"f{at}"))))


def asked(hub: HubInMemory, **more: str) -> Row:
    return {"by": "org-M", "ask": "report.read", "report": "calibration", "organ": "M", "purpose": "quality", **more}


async def test_the_report_shows_months_that_have_ended_and_hides_small_cells() -> None:
    hub = await many(5)
    assert (await hub.service.calibration("", "quality"))["months"] == []
    hub.clock.set(hub.scenario.moment(APRIL))
    found = await hub.service.calibration("", "quality")
    assert found["months"] == ["2026-03"]
    (row,) = found["bins"]
    assert (row["route"], row["n"], row["confirmed"], row["at_most"]) == ("M2", 5, 1.0, 1.0)
    assert row["at_least"] == pytest.approx(0.05 ** (1 / 5), abs=1e-4)
    assert (await hub.service.calibration("2026-04", "quality"))["months"] == []
    few = await many(4)
    few.clock.set(few.scenario.moment(APRIL))
    found = await few.service.calibration("", "quality")
    assert all(row["suppressed"] for part in ("bins", "shown", "reasons", "drift") for row in found[part])


async def test_the_report_is_released_and_leaves_an_access_entry() -> None:
    hub = await many(1)
    looks = await hub.accesses()
    assert (await hub.ask(asked(hub))).content == {"reason": "not_released"}
    assert (await hub.ask({**asked(hub), "purpose": None})).content == {"reason": "no_purpose"}
    assert (await hub.ask({**asked(hub), "organ": "N"})).content == {"reason": "not_competent"}
    assert (await hub.ask(asked(hub, released_by="s1"))).answer == "allowed"
    await hub.service.calibration("", "quality")
    assert await hub.accesses() == looks + 5
    assert orjson.loads(hub.store.lines[-1].body)["who"] == "operations"


# ---- the report as a function of counts ----


def cell(first: int, other: int = 0) -> Mapping[str, int]:
    return {name: n for name, n in (("first", first), ("other", other)) if n}


def test_a_bin_that_is_not_borne_out_is_marked() -> None:
    found = calibration.report({"2026-01": {"review/6": cell(40, 60), "M2/7": cell(100), "M1/7": cell(0, 20)}}, 5)
    marked = {row["route"]: row.get("off") for row in found["bins"]}
    assert marked == {"review": "too_high", "M2": None, "M1": None}
    assert "at_least" not in next(row for row in found["bins"] if row["route"] == "M1")


def test_a_month_unlike_all_earlier_ones_is_marked_whatever_since_says() -> None:
    months = {"2026-01": {"M2/7": cell(60)}, "2026-02": {"M2/7": cell(60, 1)}, "2026-03": {"M2/7": cell(40, 20)}}
    whole = calibration.report(months, 5)["drift"]
    assert [row["drift"] for row in whole] == [None, None, "lower"]
    assert calibration.report(months, 5, "2026-03")["drift"] == whole[2:]


@pytest.mark.parametrize(
    ("sizes", "gone"),
    [
        ({"a": 5, "b": 6}, set()),
        ({"a": 2, "b": 6, "c": 9}, {"a", "b"}),
        ({"a": 1, "b": 1, "c": 9, "d": 10}, {"a", "b", "c"}),
        ({"a": 2, "b": 3, "c": 9}, {"a", "b"}),
        ({"a": 2}, {"a"}),
    ],
)
def test_no_sum_gives_a_hidden_cell_away(sizes: dict[str, int], gone: set[str]) -> None:
    assert calibration.hidden(sizes, 5) == gone


def test_bounds_are_those_of_the_binomial() -> None:
    assert calibration.upper_bound(0, 29_956) == pytest.approx(1e-4, rel=1e-3)  # the sample that matching.md names
    assert calibration.upper_bound(1, 10) == pytest.approx(0.3942, abs=1e-4)  # tables of Clopper and Pearson
    assert calibration.lower_bound(0, 10) == 0.0
    assert calibration.lower_bound(10, 10) == pytest.approx(0.05**0.1)


@pytest.mark.parametrize(("stated", "code"), [(0.0, "0"), (0.05, "1"), (0.9499, "4"), (0.999, "7"), (1.0, "7")])
def test_a_probability_lies_in_one_bin(stated: float, code: str) -> None:
    assert calibration.bin_of(stated) == code


@pytest.mark.parametrize(("chosen", "said"), [("a", "first"), ("b", "other"), ("c", "outside"), (None, "nobody")])
def test_an_answer_is_told_by_who_was_shown(chosen: str | None, said: str) -> None:
    assert calibration.outcome(chosen, ["a", "b"]) == said
