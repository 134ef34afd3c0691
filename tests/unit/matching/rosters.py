"""A small invented roster that the tests of matching share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.domain.matching import MatchResult, SubjectQuery, match
from hub.domain.matching.citizen_id import check_character
from hub.domain.roster import RosterIndex

Line = tuple[str, dict[str, Any]]
PLACE = "云岭省青川市"


def number(serial: int, born: str = "19700101") -> str:
    """A well-formed number that was never issued."""
    first = f"117100{born}{serial:03d}"
    return first + check_character(first)


def name(text: str, kind: str = "全称", start: str | None = None, end: str | None = None) -> dict[str, Any]:
    return {"name": text, "kind": kind, "from": start, "to": end}


def organ(organ_id: str, *names: dict[str, Any], place: str | None = PLACE, **more: Any) -> Line:
    return "organ.recorded", {
        "organ_id": organ_id,
        "names": list(names),
        "place": place,
        "parent": None,
        "succession": [],
        **more,
    }


def cadre(cadre_id: str, called: str, **more: Any) -> Line:
    return "cadre.recorded", {
        "cadre_id": cadre_id,
        "name": called,
        "former_names": [],
        "aliases": [],
        "citizen_id": None,
        **more,
    }


def tenure(who: str, where: str, post: str, start: str | None, end: str | None = None, **more: Any) -> Line:
    data = {
        "tenure_id": f"{who}{where}{post}{start}",
        "cadre": who,
        "organ": where,
        "post": post,
        "from": start,
        "to": end,
    }
    return "tenure.recorded", {**data, "kind": "正式", "precision": "day", "left": None, "elected": False, **more}


ORGANS: list[Line] = [
    organ("plan", name("青川市规划局"), name("青川规划局", "简称")),
    organ("env", name("青川市环境保护局", "旧称", None, "2019-03-24"), name("青川市生态环境局", "全称", "2019-03-25")),
    organ("env-other", name("青州市生态环境局"), place="云岭省青州市"),
    organ(
        "land",
        name("青川市国土资源局", end="2019-03-24"),
        succession=[{"kind": "merged_into", "organ": "nature", "on": "2019-03-25"}],
    ),
    organ(
        "city",
        name("青川市城乡建设局", end="2019-03-24"),
        succession=[{"kind": "merged_into", "organ": "nature", "on": "2019-03-25"}],
    ),
    organ("nature", name("青川市自然资源局", start="2019-03-25")),
    organ("trade", name("青川市招商局", "旧称", None, "2012-06-20"), name("青川市商务局", "全称", "2012-06-21")),
    organ("invest", name("青川市招商局", "全称", "2018-04-19")),
    organ(
        "poor",
        name("青川市扶贫开发局", end="2021-05-24"),
        succession=[{"kind": "renamed_to", "organ": "village", "on": "2021-05-25"}],
    ),
    organ(
        "village",
        name("青川市乡村振兴局", start="2021-05-25"),
        succession=[{"kind": "renamed_from", "organ": "poor", "on": "2021-05-25"}],
    ),
    organ("county", name("青川市石桥县人民政府"), name("石桥县政府", "简称"), place="云岭省青川市石桥县"),
    organ("party", name("中共青川市石桥县委员会组织部"), place="云岭省青川市石桥县"),
    organ("east-1", name("青川市东城区民政局"), place="云岭省青川市东城区"),
    organ("east-2", name("白水市东城区民政局"), place="云岭省白水市东城区"),
]
PEOPLE: list[Line] = [
    cadre("A", "林知远", citizen_id=number(1), aliases=["林小满"]),
    tenure("A", "plan", "局长", "2014-05-04", "2019-12-31"),
    tenure("A", "plan", "党组书记", "2014-05-04", "2019-12-31", kind="兼任"),
    tenure("A", "nature", "局长", "2020-01-06"),
    cadre("B", "何方舟", citizen_id=number(2)),
    tenure("B", "env", "副局长", "2016-05-13"),
    cadre("D", "张伟", citizen_id=number(4)),
    tenure("D", "env", "科长", "2015-02-01"),
    cadre("E", "张伟", citizen_id=number(5)),
    tenure("E", "env", "副科长", "2016-02-01"),
    cadre("F", "宋长河", citizen_id=number(6)),
    tenure("F", "county", "县长", "2017-03-01", "2017-06-30", kind="代理"),
    tenure("F", "county", "县长", "2017-07-01", "2021-08-31"),
    cadre("G", "顾南风"),
    tenure("G", "county", "副县长", "2018-01-01", "2020-12-31", kind="挂职"),
    cadre("H", "吕喆", citizen_id=number(8)),
    tenure("H", "land", "副局长", "2013-03-01", "2019-03-24"),
    tenure("H", "nature", "副局长", "2019-03-25"),
    cadre("I", "丁　宁", citizen_id=number(9)),
    tenure("I", "trade", "副局长", "2008-01-01", "2016-01-01", precision="year"),
    cadre("J", "丁宁", citizen_id=number(10)),
    tenure("J", "invest", "副局长", "2018-06-01"),
    cadre("K", "叶尔肯・阿扎提", citizen_id=number(11)),
    tenure("K", "poor", "副局长", "2018-05-01", "2023-05-01", precision="month"),
    cadre("L", "陈东", citizen_id=number(12)),
    tenure("L", "east-1", "局长", "2015-01-01"),
    cadre("M", "陈冬", citizen_id=number(13)),
    tenure("M", "plan", "副局长", "2015-01-01"),
    cadre("N", "陈东", citizen_id=number(14)),
    tenure("N", "plan", "副局长", "2016-01-01", "2018-12-31"),
]
LINES = ORGANS + PEOPLE


def subject(**stated: Any) -> SubjectQuery:
    """A subject as stated, published in 2026 unless said."""
    published = date.fromisoformat(stated.pop("published", "2026-03-02"))
    return SubjectQuery.from_wire({"kind": "cadre", **stated}, published)


def ask(lines: list[Line] | None = None, **stated: Any) -> MatchResult:
    """One subject against a roster."""
    query = subject(**stated)
    index = RosterIndex.from_records(lines or LINES, version="test")
    return match(query, index.lookup([query])[0])


def why(result: MatchResult) -> set[str]:
    """Codes of what spoke against an automatic match."""
    found: list[Mapping[str, str]] = result.explanation["contradictions"]
    return {one["code"] for one in found}
