"""Who goes automatically, and everything that keeps a subject for people."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.matching import MatchPolicy, match
from hub.domain.roster import RosterIndex
from tests.unit.matching.rosters import LINES, ask, cadre, number, organ, subject, tenure, why
from tests.unit.matching.rosters import name as named

PLAN: dict[str, Any] = {"organ": "青川市规划局", "post": "局长", "at": "2017-06-30"}


@pytest.mark.parametrize(
    ("stated", "chosen", "route"),
    [
        ({"name": "林知远", **PLAN}, "A", "M2"),
        ({"name": "林知遠", **PLAN}, "A", "M2"),
        ({"name": "林小满", **PLAN}, "A", "M2"),
        ({"name": "林知远", **PLAN, "organ": "青川规划局"}, "A", "M2"),
        ({"name": "林知远", **PLAN, "organ": "云岭省青川市规划局"}, "A", "M2"),
        ({"name": "林知远", **PLAN, "organ": "plan"}, "A", "M2"),
        ({"name": "林知远", **PLAN, "post": "党组书记、局长"}, "A", "M2"),
        ({"name": "林知远", **PLAN, "at": "2016"}, "A", "M2"),
        ({"name": "林知远", **PLAN, "at": {"from": "2015-02", "to": "2018"}}, "A", "M2"),
        ({"name": "林知远", **PLAN, "wording": "原", "at": "2021-01"}, "A", "M2"),
        ({"name": "林知远", "organ": "青川市自然资源局", "post": "局长", "at": "2011", "wording": "现任"}, "A", "M2"),
        ({"name": "林知远", "citizen_id": number(1)}, "A", "M1"),
        ({"name": "林知遠", "citizen_id": number(1), **PLAN}, "A", "M1"),
        ({"name": "林知远", "citizen_id": number(1), "at": "2019"}, "A", "M1"),
        ({"name": "张伟", "organ": "青川市生态环境局", "post": "科长", "at": "2020"}, "D", "M2"),
        ({"name": "何方舟", "organ": "青川市环境保护局", "post": "副局长", "at": "2022-05"}, "B", "M2"),
        ({"name": "何方舟", "organ": "青川市生态环境局", "post": "副局长", "at": "2017-05"}, "B", "M2"),
        ({"name": "宋长河", "organ": "石桥县政府", "post": "代县长", "at": "2017-05"}, "F", "M2"),
        ({"name": "宋长河", "organ": "青川市石桥县人民政府", "post": "县长", "at": "2018"}, "F", "M2"),
        ({"name": "宋长河", "organ": "石桥县人民政府", "post": "县长", "at": "2017-05"}, "F", "M2"),
        ({"name": "顾南风", "organ": "石桥县政府", "post": "副县长（挂职）", "at": "2019"}, "G", "M2"),
        ({"name": "叶尔肯阿扎提", "organ": "青川市扶贫开发局", "post": "副局长", "at": "2020"}, "K", "M2"),
        ({"name": "叶尔肯·阿扎提", "organ": "青川市乡村振兴局", "post": "副局长", "at": "2022"}, "K", "M2"),
        ({"name": "叶尔肯·阿扎提", "organ": "青川市扶贫局", "post": "副局长", "at": "2020"}, "K", "M2"),
        ({"name": "丁宁", "organ": "青川市招商局", "post": "副局长", "at": "2011"}, "I", "M2"),
        ({"name": "丁宁", "organ": "青川市招商局", "post": "副局长", "at": "2019"}, "J", "M2"),
        ({"name": "陈东", "organ": "青川市东城区民政局", "post": "局长", "at": "2019"}, "L", "M2"),
        ({"name": "吕喆", "organ": "青川市国土资源局", "post": "副局长", "at": "2021"}, "H", "M2"),
    ],
)
def test_what_the_record_settles_goes_by_itself(stated: dict[str, Any], chosen: str, route: str) -> None:
    result = ask(**stated)
    assert (result.decision, result.cadre_id, result.route) == ("auto", chosen, route), result.warnings
    assert result.candidates[0] == chosen
    assert result.probable is (route == "M2")


@pytest.mark.parametrize(
    ("stated", "first", "reason"),
    [
        ({"name": "张伟", "organ": "青川市生态环境局", "at": "2020"}, {"D", "E"}, "post_missing"),
        ({"name": "何方舟", "citizen_id": number(1), **PLAN}, {"A"}, "number_and_name_disagree"),
        ({"name": "何方舟", "citizen_id": number(1)}, {"A"}, "number_and_name_disagree"),
        ({"name": "吕哲", "organ": "青川市国土资源局", "post": "副局长", "at": "2016"}, {"H"}, "name_similar_only"),
        ({"name": "林知园", **PLAN}, {"A"}, "name_similar_only"),
        ({"name": "林某", **PLAN}, {"A"}, "name_withheld"),
        ({"name": "林某某", **PLAN, "citizen_id": number(1)}, {"A"}, "name_withheld"),
        ({"citizen_id": number(1), **PLAN}, {"A"}, "name_missing"),
        ({"name": "林知远", **PLAN, "at": "2020-02-02"}, {"A"}, "not_in_organ_then"),
        ({"name": "林知远", **PLAN, "at": "2013-02-02"}, {"A"}, "not_in_organ_then"),
        ({"name": "林知远", **PLAN, "at": "2014"}, {"A"}, "date_at_the_edge"),
        ({"name": "林知远", **PLAN, "post": "副局长"}, {"A"}, "post_not_held_then"),
        ({"name": "林知远", **PLAN, "post": "、"}, {"A"}, "post_missing"),
        ({"name": "林知远", "post": "局长", "at": "2017"}, {"A"}, "organ_missing"),
        ({"name": "林知远", "organ": "青川市规划局", "post": "局长"}, {"A"}, "date_missing"),
        ({"name": "林知远", **PLAN, "at": "someday"}, {"A"}, "date_unreadable"),
        ({"name": "林知远", **PLAN, "published": "2015-01-01"}, {"A"}, "conduct_after_report"),
        ({"name": "林知远", **PLAN, "citizen_id": number(77)}, {"A"}, "citizen_id_differs"),
        ({"name": "林知远", "citizen_id": number(1), **PLAN, "post": "科长"}, {"A"}, "post_not_held_then"),
        ({"name": "林知远", "citizen_id": number(1), **PLAN, "organ": "宏达商贸有限公司"}, {"A"}, "organ_unknown"),
        (
            {"name": "顾南风", "organ": "石桥县政府", "post": "副县长", "at": "2019", "citizen_id": number(78)},
            {"G"},
            "number_not_recorded",
        ),
        ({"name": "宋长河", "organ": "石桥县政府", "post": "代县长", "at": "2019"}, {"F"}, "post_kind_differs"),
        ({"name": "丁宁", "organ": "青川市招商局", "post": "副局长", "at": "2015"}, {"I", "J"}, "organ_ambiguous"),
        ({"name": "陈东", "organ": "东城区民政局", "post": "局长", "at": "2019"}, {"L"}, "organ_ambiguous"),
        (
            {"name": "陈东", "organ": "东城区民政局", "post": "局长", "at": "2019", "citizen_id": number(12)},
            {"L"},
            "organ_ambiguous",
        ),
        ({"name": "吕喆", "organ": "青川市自然资源局", "post": "副局长", "at": "2016"}, {"H"}, "organ_by_succession"),
        ({"name": "陈东", "organ": "青川市规划局", "post": "副局长", "at": "2017"}, {"N"}, "homophone_in_post"),
    ],
)
def test_what_stays_for_people_and_why(stated: dict[str, Any], first: set[str], reason: str) -> None:
    result = ask(**stated)
    assert (result.decision, result.route, result.cadre_id) == ("review", None, None)
    assert first <= set(result.candidates[: len(first)])
    assert reason in why(result)


@pytest.mark.parametrize(
    "stated",
    [
        {"name": "贺兰雪", "organ": "青川市规划局", "post": "主任科员", "at": "2025-06-01"},
        {"name": "林知远", "organ": "青川市宏达商贸有限公司", "post": "总经理", "at": "2019"},
        {"organ": "青川市宏达商贸有限公司", "post": "总经理", "at": "2019"},
        {"name": "贺某", "organ": "青川市规划局", "post": "局长", "at": "2017"},
    ],
)
def test_where_nobody_fits_nobody_is_shown(stated: dict[str, Any]) -> None:
    result = ask(**stated)
    assert (result.decision, result.candidates) == ("none", ())


def test_one_character_in_the_organ_is_another_organ() -> None:
    result = ask(name="何方舟", organ="青州市生态环境局", post="副局长", at="2020")
    assert result.decision != "auto"
    assert result.organ_id == "env-other"


def test_a_slip_in_the_number_leaves_route_two_open_but_never_route_one() -> None:
    slip = number(1)[:9] + str((int(number(1)[9]) + 1) % 10) + number(1)[10:]
    alone = ask(name="林知远", citizen_id=slip)
    assert (alone.decision, alone.candidates[0]) == ("review", "A")
    assert "id_checksum" in alone.warnings
    full = ask(name="林知远", citizen_id=slip, **PLAN)
    assert (full.decision, full.route) == ("auto", "M2")
    assert ask(name="林知远", citizen_id="1" * 18, **PLAN).decision == "review"


def test_the_number_of_a_namesake_beside_another_persons_post_is_for_people() -> None:
    result = ask(name="张伟", citizen_id=number(5), organ="青川市生态环境局", post="科长", at="2020")
    assert result.decision == "review"
    assert set(result.candidates[:2]) == {"D", "E"}


def test_a_namesake_who_comes_to_the_roster_turns_an_automatic_match_into_a_review() -> None:
    stated = {"name": "林知远", **PLAN}
    assert ask(**stated).decision == "auto"
    more = [*LINES, cadre("Z", "林 知远"), tenure("Z", "plan", "局长", "2017-01-01", "2017-12-31")]
    result = ask(more, **stated)
    assert result.decision == "review"
    assert "namesake_in_post" in why(result)


def test_two_records_of_one_person_are_one_after_the_merge() -> None:
    twice = [*LINES, cadre("A2", "林知远", citizen_id=number(1)), tenure("A2", "nature", "局长", "2020-01-06")]
    assert "number_held_twice" in why(ask(twice, name="林知远", citizen_id=number(1)))
    merged = [*twice, ("cadre.merged", {"from": "A2", "into": "A"})]
    result = ask(merged, name="林知远", citizen_id=number(1))
    assert (result.decision, result.cadre_id, result.candidates) == ("auto", "A", ("A",))


SEAT = [
    organ("seat", named("青川市统计局")),
    cadre("P", "程望舒"),
    tenure("P", "seat", "局长", "2014-01-01", "2017-12-31"),
    cadre("Q", "苏明岸"),
    tenure("Q", "seat", "局长", "2018-01-08"),
]


@pytest.mark.parametrize(
    ("at", "chosen"),
    [
        ("2016", "P"),
        ("2017-11-16", "P"),
        ("2017-11-17", "P"),
        ("2017-12-01", None),
        ("2018-01-20", None),
        ("2018-02-15", "Q"),
        ("2017", None),
    ],
)
def test_a_post_without_a_name_is_probable_at_most_and_only_clear_of_a_handover(at: str, chosen: str | None) -> None:
    result = ask(SEAT, organ="青川市统计局", post="局长", at=at)
    assert result.decision == "review"
    assert (result.cadre_id, result.route, result.probable) == ((chosen, "M3", True) if chosen else (None, None, False))


def test_a_seat_that_is_taken_leaves_little_room_for_an_outsider() -> None:
    def outside(at: str, **more: str) -> float:
        return float(ask(SEAT, organ="青川市统计局", at=at, **more).explanation["not_in_roster"])

    # seven in ten are in the roster, nine in ten posts are stated right: 0.7 * 0.9 against 0.3 * 0.1, and against 0.3
    assert outside("2016", post="局长") == pytest.approx(0.03 / 0.66, abs=0.01)
    assert outside("2018-01", post="局长") > 0.3, "for a part of the month the seat may have been empty"
    assert outside("2016", post="科长") > 0.3, "a post with many seats"


def test_nobody_is_probable_for_a_post_that_somebody_looked_after() -> None:
    acted = [*SEAT, cadre("R", "江上行"), tenure("R", "seat", "副局长", "2016-03-01", "2016-06-01", kind="主持")]
    assert ask(acted, organ="青川市统计局", post="局长", at="2016-04").route is None
    assert ask(acted, organ="青川市统计局", post="局长", at="2015-04").route == "M3"
    assert ask(SEAT, organ="青川市统计局", post="副局长", at="2016").route is None


def test_the_predecessor_is_shown_beside_a_successor_who_is_named_for_their_time() -> None:
    result = ask(SEAT, name="苏明岸", organ="青川市统计局", post="局长", at="2016")
    assert result.decision == "review"
    assert result.candidates == ("Q", "P")


def test_a_route_that_is_switched_off_leaves_everything_to_people() -> None:
    index = RosterIndex.from_records(LINES)
    query = subject(name="林知远", **PLAN)
    result = match(query, index.lookup([query])[0], MatchPolicy(routes=frozenset({"M1"})))
    assert (result.decision, result.route, result.candidates[0]) == ("review", None, "A")


def test_explanations_say_everything_and_are_the_same_every_time() -> None:
    first, again = (ask(name="张伟", organ="青川市生态环境局", post="科长", at="2020") for _ in range(2))
    assert first.explanation == again.explanation
    told = first.explanation
    assert told["roster_version"] == "test"
    assert {row["field"] for row in told["evidence"]} == {"name", "organ_post_date", "namesakes"}
    held = next(row for row in told["evidence"] if row["field"] == "organ_post_date")
    assert (held["roster"]["organ"], held["roster"]["post"], held["level"]) == ("青川市生态环境局", "科长", "inside")
    assert [one["cadre_id"] for one in told["runners_up"]] == ["E"]
    assert told["runners_up"][0]["why_not"][0]["code"] == "post_not_held_then"
    assert told["zh"]
    assert told["en"].endswith("to be confirmed by a person.")


def test_a_review_says_what_would_settle_it() -> None:
    assert ask(name="张伟", organ="青川市生态环境局", at="2020").explanation["settles"] == ["post", "citizen_id"]
    assert "exact_date" in ask(name="林知远", **{**PLAN, "at": "2014"}).explanation["settles"]


def test_no_explanation_unless_asked() -> None:
    index = RosterIndex.from_records(LINES)
    query = subject(name="林知远", **PLAN)
    assert match(query, index.lookup([query])[0], explain=False).explanation == {}
