"""The roster look-up: in memory, in Postgres with the index in memory, in Postgres with the index in tables. One answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from hub.adapters.keys.citizen_numbers import NumberKeys
from hub.adapters.postgres import PostgresStore, migrate
from hub.domain import roster_docs
from hub.domain.matching import Candidates, PersonView, SubjectQuery
from hub.ports import Store
from hub.sample.citizen_ids import valid_id
from hub.settings import Settings
from hub.testing import FixedClock, MemoryStore

TIME = "2026-01-01T00:00:00+08:00"
NUMBERS = (valid_id(0), valid_id(1))


def organ(id_: str, name: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "organ.recorded", {"organ_id": id_, "names": [{"name": name}], **more}


def cadre(id_: str, name: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "cadre.recorded", {"cadre_id": id_, "name": name, "state": "active", **more}


def tenure(cadre_id: str, organ_id: str, post: str, start: str, end: str | None = None) -> tuple[str, dict[str, Any]]:
    return "tenure.recorded", {"cadre": cadre_id, "organ": organ_id, "post": post, "from": start, "to": end}


ROSTER = [
    organ("o1", "乙市审计局", place="甲省乙市"),
    organ("o2", "丙市审计局", place="甲省丙市"),
    cadre("c1", "李伟", citizen_id=NUMBERS[0]),
    cadre("c2", "李伟"),
    cadre("c3", "李玮", aliases=["李维"]),
    cadre("c4", "王小明", former_names=["王晓明"]),
    cadre("c5", "王小明", citizen_id=NUMBERS[1]),
    tenure("c1", "o1", "局长", "2018-01-01", "2020-12-31"),
    tenure("c2", "o2", "副局长", "2017-01-01"),
    tenure("c3", "o1", "副局长", "2016-01-01", "2019-06-30"),
    tenure("c4", "o1", "科长", "2015-01-01"),
    tenure("c4", "o2", "局长", "2012-01-01", "2014-12-31"),
    tenure("c5", "o2", "科长", "2015-01-01"),
]


def asked(**said: Any) -> SubjectQuery:
    return SubjectQuery.from_wire(said, date(2026, 3, 2))


QUERIES = {
    "name and organ": asked(name="李伟", organ="乙市审计局", post="局长", at="2019-05"),
    "alias elsewhere": asked(name="李维", organ="丙市审计局"),
    "one character away": asked(name="李伟伟", organ="乙市审计局", at="2019"),
    "masked": asked(name="李某", organ="乙市审计局", at="2019"),
    "sounds alike": asked(name="理维"),
    "number": asked(name="李伟", citizen_id=NUMBERS[0]),
    "number with a slip": asked(
        name="李伟", citizen_id=NUMBERS[0][:3] + str((int(NUMBERS[0][3]) + 1) % 10) + NUMBERS[0][4:]
    ),
    "unknown number": asked(name="李伟", citizen_id=valid_id(2)),
    "post alone": asked(organ="丙市审计局", post="局长", at="2013-05-01"),
    "by id": asked(name="王小明", cadre_id="c5"),
    "nobody": asked(name="赵无名", organ="丁县财政局"),
    "nothing": asked(),
}


@pytest.fixture
async def tables(fresh: Settings, clock: FixedClock, number_keys: NumberKeys) -> AsyncIterator[PostgresStore]:
    await migrate(fresh.postgres, fresh.schema_name)
    opened = PostgresStore.open(
        fresh.postgres, fresh.schema_name, clock=clock, size=3, roster_in_memory=0, number_keys=number_keys
    )
    async with opened as store:
        yield store


@pytest.fixture(
    params=[
        "memory",
        pytest.param("postgres", marks=pytest.mark.stack),
        pytest.param("tables", marks=pytest.mark.stack),
    ]
)
def roster(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(request.param)
    return found


async def record(store: Store, lines: list[tuple[str, dict[str, Any]]]) -> None:
    async with store.begin() as unit:
        await _record(unit, lines)


async def _record(unit: Any, lines: list[tuple[str, dict[str, Any]]]) -> None:
    keys = {key for kind, data in lines for key in roster_docs.keys(kind, data)}
    documents = {key: json.loads(body) for key, body in (await unit.get(keys)).items()}
    changed = {key for kind, data in lines for key in roster_docs.apply(documents, kind, data, TIME)}
    bodies = {key: json.dumps(documents[key], ensure_ascii=False).encode() for key in changed}
    for key, body in bodies.items():
        unit.put(key, body)
    await unit.roster_changed(bodies)


async def find(store: Store, *queries: SubjectQuery) -> list[Candidates]:
    async with store.begin() as unit:
        return await unit.candidates(queries)


def plain(found: Candidates) -> tuple[Any, ...]:
    """What has to be the same whatever the store: all but the version and the order of people."""

    def view(one: PersonView) -> PersonView:
        return one._replace(other_names=tuple(sorted(one.other_names)), tenures=tuple(sorted(one.tenures, key=repr)))

    return sorted(map(view, found.people), key=lambda one: one.cadre_id), found.organ, found.roster_size, found.more


@pytest.mark.parametrize("said", QUERIES)
async def test_the_same_candidates_from_every_store(roster: Store, said: str, clock: FixedClock) -> None:
    await record(roster, ROSTER)
    reference = MemoryStore(clock)
    await record(reference, ROSTER)
    assert plain((await find(roster, QUERIES[said]))[0]) == plain((await find(reference, QUERIES[said]))[0])


async def test_expected_people(roster: Store) -> None:
    await record(roster, ROSTER)
    found = dict(zip(QUERIES, await find(roster, *QUERIES.values()), strict=True))
    people = {said: {one.cadre_id for one in candidates.people} for said, candidates in found.items()}
    assert "c1" in people["name and organ"]
    assert "c3" in people["alias elsewhere"]
    assert people["one character away"] >= {"c1"}
    assert people["masked"] == {"c1", "c3"}
    assert people["post alone"] == {"c4"}
    assert people["nobody"] == people["nothing"] == set()
    relations = {one.cadre_id: one.id_relation for one in found["number"].people}
    assert (relations["c1"], relations["c2"]) == ("equal", "unknown")
    assert "repaired" in {one.id_relation for one in found["number with a slip"].people if one.cadre_id == "c1"}
    assert {one.namesakes for one in found["number"].people if one.name == "李伟"} == {2}
    assert found["nobody"].roster_size == 5


async def test_changes_are_seen_at_once_in_the_unit_and_by_others_after_it(roster: Store) -> None:
    await record(roster, ROSTER[:2])
    query = asked(name="孙新", organ="戊市财政局")
    assert (await find(roster, query))[0].people == ()
    async with roster.begin() as unit:
        await _record(
            unit,
            [
                organ("o9", "戊市财政局", place="甲省戊市"),
                cadre("c9", "孙新"),
                tenure("c9", "o9", "局长", "2020-01-01"),
            ],
        )
        inside = (await unit.candidates([query]))[0]
        assert [one.cadre_id for one in inside.people] == ["c9"]
        assert inside.organ.unit == {"o9"}
    after = (await find(roster, query))[0]
    assert plain(after) == plain(inside)
    await record(roster, [cadre("c9", "孙旧")])
    assert (await find(roster, asked(name="孙新")))[0].people == ()


async def test_changes_of_a_failed_unit_are_forgotten(roster: Store) -> None:
    async def change_and_fail() -> None:
        async with roster.begin() as unit:
            await _record(unit, ROSTER)
            assert (await unit.candidates([QUERIES["name and organ"]]))[0].people
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()
    found = (await find(roster, QUERIES["name and organ"]))[0]
    assert (found.people, found.organ.hits) == ((), ())


async def test_a_merged_record_is_found_as_the_one_it_went_into(roster: Store) -> None:
    await record(roster, ROSTER)
    await record(
        roster, [("cadre.merged", {"from": "c2", "into": "c3"}), ("cadre.merged", {"from": "c3", "into": "c1"})]
    )
    found = (await find(roster, asked(name="李维", organ="丙市审计局", cadre_id="c2")))[0]
    assert [one.cadre_id for one in found.people] == ["c1"]
    assert set(found.people[0].other_names) == {"李玮", "李维"}
    assert len(found.people[0].tenures) == 3
    assert found.roster_size == 3


@pytest.mark.stack
@pytest.mark.parametrize("in_memory", [0, 1000])
async def test_one_process_sees_what_another_committed(
    tables: PostgresStore, fresh: Settings, number_keys: NumberKeys, in_memory: int
) -> None:
    opened = PostgresStore.open(fresh.postgres, fresh.schema_name, roster_in_memory=in_memory, number_keys=number_keys)
    async with opened as other:
        assert (await find(other, QUERIES["masked"]))[0].people == ()
        await asyncio.gather(record(tables, ROSTER[:8]), record(other, ROSTER[8:]))
        mine, theirs = (await find(tables, QUERIES["masked"]))[0], (await find(other, QUERIES["masked"]))[0]
        assert {one.cadre_id for one in mine.people} == {"c1", "c3"}
        assert plain(mine) == plain(theirs)
