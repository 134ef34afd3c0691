"""The sample world: what it says about itself holds in the registry and the roster made from it."""

from __future__ import annotations

import itertools

import pytest

from hub.sample.citizen_ids import valid_id
from hub.sample.world import registry_from_world, roster_from_world, sample_world
from schemas.inbound import INBOUND


def test_numbers_are_well_formed_and_never_issued() -> None:
    numbers = [valid_id(n) for n in (*range(2_000), 11_999, 12_000, 11_988_000, 227_771_999)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        total = sum((2 ** (17 - i) % 11) * (10 if c == "X" else int(c)) for i, c in enumerate(number))
        assert len(number) == 18
        assert total % 11 == 1
        assert 71 <= int(number[2:4]) <= 89


@pytest.mark.parametrize("n", [-1, 227_772_000])
def test_numbers_outside_the_range_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match="no sample number"):
        valid_id(n)


def test_every_record_keeps_the_contract_and_comes_after_what_it_names() -> None:
    known: set[str] = set()
    for record in roster_from_world(sample_world()):
        data = record["data"]
        INBOUND[record["type"]].model.model_validate(data)
        assert {data[name] for name in ("organ", "cadre", "parent") if data.get(name)} <= known
        known |= {data[name] for name in ("organ_id", "cadre_id") if name in data}


def test_sources_get_their_urn_level_and_neighbours() -> None:
    registry = registry_from_world(sample_world())
    assert registry.sources["audit-M"].urn == "urn:hub:body:audit-M"
    assert registry.sources["org-K"].urn == "urn:hub:dept:org-K"
    assert registry.sources["hr-M"].urn == "urn:hub:organ:hr-M"
    assert registry.sources["org-K"].level == "county"
    assert registry.beside("appraisal", "M") == "appraisal-M"
    assert registry.beside("discipline", "M") == "disc-M"
    assert registry.superior("discipline", "M") == "disc-P"
    assert registry.people["clerk-1"].place == "org-M"


def test_management_follows_the_cadre_who_holds_the_post() -> None:
    rows = {
        (row["data"]["organ"], row["data"]["post"]): row["data"]["department"]
        for row in roster_from_world(sample_world())
        if row["type"] == "management.recorded"
    }
    assert rows[("M", "副市长")] == "org-P"
    assert rows[("K-town", "镇长")] == "org-K"
    assert rows[("M-plan", "局长")] == "org-M"
    assert len(rows) == len(set(rows))


def test_a_world_may_name_nobody_as_manager() -> None:
    world = {
        "organs": {"V": {"name": "前湾村", "level": "township", "kind": "village"}},
        "cadres": {
            "T": {"name": "田守成", "managed_by": {}, "tenures": [{"organ": "V", "post": "主任", "from": "2021-01-10"}]}
        },
    }
    rows = [record["data"] for record in roster_from_world(world) if record["type"] == "management.recorded"]
    assert rows == [{"organ": "V", "post": "主任", "committee": None, "department": None}]


def test_records_come_in_the_order_a_roster_needs() -> None:
    kinds = [kind for kind, _ in itertools.groupby(record["type"] for record in roster_from_world(sample_world()))]
    assert kinds[:2] == ["organ.recorded", "management.recorded"]
    assert set(kinds[2:]) == {"cadre.recorded", "tenure.recorded"}
