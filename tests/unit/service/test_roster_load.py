"""Bulk load of the roster."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.errors import RefusedError
from hub.sample.world import roster_from_world, sample_world
from hub.service import roster_load
from hub.testing import MemoryStore

ROSTER = roster_from_world(sample_world())


def organ(code: str, name: str, place: str, parent: str | None = None) -> dict[str, Any]:
    data = {"organ_id": code, "names": [{"name": name, "kind": "全称"}], "place": place, "parent": parent}
    return {"type": "organ.recorded", "data": data}


async def test_the_sample_roster_gives_documents_and_departments() -> None:
    store, heard = MemoryStore(), list[int]()
    report = await roster_load.load(store, ROSTER, batch=7, progress=heard.append)
    registry = await store.registry()
    person = json.loads(store.docs["person:C"])
    assert heard[-1] == sum(report.records.values()) == len(ROSTER)
    assert [tenure["organ"] for tenure in person["tenures"]] == ["M-land", "M-plan"]
    assert person["history"][0][1] == "active"
    assert sorted(report.departments) == ["org-K", "org-M", "org-P"]
    assert registry.sources["org-K"].level == "county"
    assert registry.organs["K-town"].level == "township"


async def test_loading_again_changes_nothing() -> None:
    store = MemoryStore()
    await roster_load.load(store, ROSTER)
    docs, registry = dict(store.docs), store.current
    again = await roster_load.load(store, ROSTER)
    assert (again.changed, again.departments) == (0, [])
    assert store.docs == docs
    assert store.current == registry


async def test_levels_and_kinds_of_organs_are_guessed_where_not_stated() -> None:
    store = MemoryStore()
    await roster_load.load(
        store,
        [
            organ("1", "中共甲省委员会", "甲省"),
            organ("2", "中共乙市委员会", "甲省乙市", "1"),
            organ("3", "丁县人民政府", "甲省乙市丁县"),
            organ("4", "丁县河口镇人民政府", "甲省乙市丁县"),
            {"type": "management.recorded", "data": {"organ": "3", "post": "*", "committee": "2", "department": "9"}},
        ],
    )
    registry = await store.registry()
    assert [registry.organs[code].level for code in "1234"] == ["province", "prefecture", "county", "township"]
    assert [registry.organs[code].kind for code in "134"] == ["party_committee", "government", "township"]
    assert registry.beside("department", "2") == "9"
    assert registry.parent_committee("2") == "1"


async def test_a_co_manager_given_as_one_code_gets_the_copies_itself() -> None:
    store = MemoryStore()
    post = {"organ": "K-env", "post": "局长", "committee": "K", "department": "org-K", "co_manager": "M-env"}
    await roster_load.load(store, [*ROSTER, {"type": "management.recorded", "data": post}])
    rows = json.loads(store.docs["posts:K-env"])
    assert rows[0]["co_manager"] == {"committee": "M-env", "department": "M-env"}
    assert (await store.registry()).sources["M-env"].kind == "dept"


async def test_a_record_without_a_level_does_not_take_it_away() -> None:
    store = MemoryStore()
    await roster_load.load(store, ROSTER)
    await roster_load.load(store, [organ("M-plan", "乙市规划局", "")])
    assert (await store.registry()).organs["M-plan"].level == "prefecture"


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"type": "finding.reported", "data": {}}, "no roster record"),
        ({"data": {}}, "not of the form"),
        ({"type": "cadre.recorded", "data": {"cadre_id": "Z"}}, "name: missing"),
        (
            {"type": "cadre.recorded", "data": {"cadre_id": "Z", "name": "某", "health": "x"}},
            "a field that this type does not have",
        ),
    ],
)
async def test_a_bad_row_is_named_and_nothing_of_its_batch_is_loaded(bad: dict[str, Any], says: str) -> None:
    store = MemoryStore()
    with pytest.raises(RefusedError, match=rf"row {len(ROSTER) + 1}: .*{says}"):
        await roster_load.load(store, [*ROSTER, bad])
    assert store.docs == {}


async def test_bad_rows_are_told_and_left_out_where_somebody_listens() -> None:
    store, told = MemoryStore(), list[tuple[int, str]]()
    bad = {"type": "cadre.recorded", "data": {"cadre_id": "Z"}, "row": 77}
    report = await roster_load.load(store, [bad, *ROSTER], refused=lambda row, why: told.append((row, why)))
    assert [row for row, _ in told] == [77]
    assert sum(report.records.values()) == len(ROSTER)
    assert "person:Z" not in store.docs
