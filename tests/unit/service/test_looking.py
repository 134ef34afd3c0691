"""Who must not see a case in a queue (N-14), and what a look leaves in the ledger (R-CF-01)."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest

from hub.adapters.calendar import ChinaCalendar
from hub.adapters.keys import Verifier
from hub.domain.registry import Person
from hub.sample.world import registry_from_world, sample_world
from hub.service import registry as use
from hub.service.hub import HubService
from hub.settings import Settings
from hub.testing import FixedClock, MemoryStore

PEOPLE = [
    Person(code="plain", place="org-M", role="clerk"),
    Person(code="kin", place="org-M", role="clerk", kin_of=("A",)),
    Person(code="below", place="org-M", role="clerk", works_under=("A",)),
    Person(code="self", place="org-M", role="clerk", cadre="A"),
    Person(code="named", place="org-M", role="clerk"),
]


@pytest.fixture
async def store() -> MemoryStore:
    store = MemoryStore(FixedClock(datetime(2026, 3, 2, 9, 0)))
    await use.change(store, lambda _: use.with_people(registry_from_world(sample_world()), PEOPLE))
    async with store.begin() as unit:
        relation = {"department": "org-M", "kind": "kin", "person": "named"}
        unit.put("person:A", orjson.dumps({"relations": [relation]}))
        unit.put("person:old-A", orjson.dumps({"merged_into": "A"}))
    return store


@pytest.fixture
def service(store: MemoryStore) -> HubService:
    return HubService(store, Verifier(), ChinaCalendar(), Settings())


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("plain", set()),
        ("org-M", set()),
        ("kin", {"A", "old-A"}),
        ("below", {"A", "old-A"}),
        ("self", {"A", "old-A"}),
        ("named", {"A", "old-A"}),
    ],
)
async def test_the_subject_kin_and_subordinates_are_barred(service: HubService, who: str, expected: set[str]) -> None:
    assert await service.barred(who, ["A", "B", "old-A"]) == expected


async def test_a_look_leaves_one_entry(service: HubService, store: MemoryStore) -> None:
    await service.looked("plain", "queue.read", {"organ": "org-M", "items": ["t1"]}, "queue_work")
    await service.looked("plain", "queue.read", {"organ": "org-K"}, "queue_work", denied="not_competent")
    assert [line.kind for line in store.lines] == ["access", "access"]
    shown, denied = (orjson.loads(line.body) for line in store.lines)
    assert shown == {
        "who": "plain",
        "query": "queue.read",
        "object": {"organ": "org-M", "items": ["t1"]},
        "purpose": "queue_work",
        "answer": "allowed",
        "reason": None,
    }
    assert (denied["answer"], denied["reason"]) == ("denied", "not_competent")
