"""Which organ do these words mean on that day?"""

from __future__ import annotations

import pytest

from hub.domain.matching.spans import span_of
from hub.domain.roster import Organ, OrganDirectory, records
from hub.domain.roster.places import split
from tests.unit.matching.rosters import ORGANS, name, organ

MORE = [
    organ("gov", name("德江彝族自治州人民政府"), place="云岭省德江彝族自治州"),
    organ("cw", name("中共德江彝族自治州委员会"), place="云岭省德江彝族自治州"),
    organ("zz", name("中共德江彝族自治州委员会组织部"), place="云岭省德江彝族自治州"),
    organ("fg", name("德江彝族自治州发展和改革委员会"), place="云岭省德江彝族自治州"),
    organ("town", name("德江彝族自治州陇溪县河口镇人民政府"), place="云岭省德江彝族自治州陇溪县"),
]


def directory() -> OrganDirectory:
    read = [records.read(type_, data) for type_, data in [*ORGANS, *MORE]]
    return OrganDirectory(one for one in read if isinstance(one, Organ))


@pytest.mark.parametrize(
    ("said", "at", "meant"),
    [
        ("青川市规划局", "2019", {"plan"}),
        ("云岭省青川市规划局", "2019", {"plan"}),
        ("云岭青川市规划局", "2019", {"plan"}),
        ("青川规划局", "2019", {"plan"}),
        ("青川市规化局", "2019", set()),
        ("规划局", "2019", set()),
        ("plan", "2019", {"plan"}),
        ("青川市环保局", "2017", {"env"}),
        ("青川市生态环境局", "2017", {"env"}),
        ("青州市生态环境局", "2020", {"env-other"}),
        ("青州市环境保护局", "2017", set()),
        ("石桥县政府", "2020", {"county"}),
        ("云岭省石桥县人民政府", "2020", {"county"}),
        ("青川市石桥县政府", "2020", {"county"}),
        ("白水市石桥县政府", "2020", set()),
        ("石桥县委组织部", "2020", {"party"}),
        ("中共石桥县委组织部", "2020", {"party"}),
        ("青川市东城区民政局", "2020", {"east-1"}),
        ("东城区民政局", "2020", set()),
        ("青川市招商局", "2011", {"trade"}),
        ("青川市招商局", "2019", {"invest"}),
        ("青川市招商局", "2015", set()),
        ("青川市乡村振兴局", "2020", {"poor", "village"}),
        ("青川市国土资源局", "2018", {"land"}),
        ("青川市国土资源局", "2020", {"nature"}),
        ("青川市自然资源局", "2018", {"nature"}),
        ("德江州政府", "2020", {"gov"}),
        ("德江彝族自治州政府", "2020", {"gov"}),
        ("德江州委", "2020", {"cw"}),
        ("德江州委组织部", "2020", {"zz"}),
        ("德江州发改委", "2020", {"fg"}),
        ("陇溪县河口镇政府", "2020", {"town"}),
        ("德江州陇溪县河口镇人民政府", "2020", {"town"}),
        ("德江彝族自治州河口镇人民政府", "2020", set()),
    ],
)
def test_dated_names_places_and_succession_decide(said: str, at: str, meant: set[str]) -> None:
    assert directory().resolve(said, span_of(at)).unit == meant


def test_a_successor_is_a_reading_but_never_the_organ_meant() -> None:
    reading = directory().resolve("青川市自然资源局", span_of("2018"))
    assert {hit.organ_id: hit.automatic for hit in reading.hits} == {"nature": True, "land": False, "city": False}


def test_the_label_is_the_name_on_the_day() -> None:
    found = directory()
    day = span_of("2015-01-01")
    assert day is not None
    assert found.label("env", day.lo) == "青川市环境保护局"
    assert found.label("env") == "青川市生态环境局"
    assert found.label("nobody") == "nobody"


@pytest.mark.parametrize(
    ("place", "parts"),
    [
        ("云岭省", ("云岭省",)),
        ("云岭省青川市", ("云岭省", "青川市")),
        ("云岭省青川市石桥县", ("云岭省", "青川市", "石桥县")),
        ("云岭省德江彝族自治州陇溪县", ("云岭省", "德江彝族自治州", "陇溪县")),
        ("重庆市万州区", ("重庆市", "万州区")),
        ("云岭省青川市石桥彝族自治县", ("云岭省", "青川市", "石桥彝族自治县")),
    ],
)
def test_a_place_is_a_chain(place: str, parts: tuple[str, ...]) -> None:
    assert split(place) == parts
