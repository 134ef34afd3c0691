"""Folding roster records into documents."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from hub.domain import roster_docs

JAN, FEB, MAR = (f"2026-0{month}-01T09:00:00+08:00" for month in (1, 2, 3))
A = {"cadre_id": "A", "name": "林知远"}


def fold(*records: tuple[str, dict[str, Any], str]) -> dict[str, Any]:
    documents: dict[str, Any] = {}
    for kind, data, time in records:
        roster_docs.apply(documents, kind, data, time)
    return documents


def test_states_follow_their_time_in_every_order_of_arrival() -> None:
    records = [
        ("cadre.recorded", {**A, "state": "active"}, JAN),
        ("cadre.recorded", {**A, "state": "suspended"}, FEB),
        ("cadre.recorded", {**A, "state": "retired", "name": "林之远"}, MAR),
    ]
    ends = [fold(*order) for order in itertools.permutations(records)]
    assert all(end == ends[0] for end in ends)
    person = ends[0]["person:A"]
    assert person["record"]["name"] == "林之远"
    assert roster_docs.state_at(person, "2026-02-15T00:00:00+08:00") == "suspended"
    assert roster_docs.state_at(person, "2025-01-01T00:00:00+08:00") == "active"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("cadre.recorded", A),
        ("tenure.recorded", {"cadre": "A", "organ": "O", "post": "局长", "from": "2020-01-01"}),
        ("organ.recorded", {"organ_id": "O", "names": [{"name": "甲局"}]}),
        ("management.recorded", {"organ": "O", "post": "局长", "committee": "M", "department": "org-M"}),
        ("relation.recorded", {"cadre": "A", "kind": "kin", "department": "org-M"}),
        ("cadre.merged", {"from": "A2", "into": "A", "recorded_by": "c", "confirmed_by": "h"}),
    ],
)
def test_the_same_record_again_changes_nothing(kind: str, data: dict[str, Any]) -> None:
    documents: dict[str, Any] = {}
    assert roster_docs.apply(documents, kind, data, JAN) == {roster_docs.keys(kind, data)[0]}
    assert roster_docs.apply(documents, kind, data, JAN) == set()


def test_a_later_tenure_record_takes_the_place_of_the_same_tenure() -> None:
    begun = {"cadre": "A", "organ": "O", "post": "局长", "from": "2020-01-01", "tenure_id": "t1"}
    ended = {"cadre": "A", "organ": "O", "post": "局长", "from": "2020-01-01", "to": "2025-12-31"}
    other = {"cadre": "A", "organ": "O", "post": "局长", "from": "2020-01-01", "tenure_id": "t2"}
    documents = fold(("tenure.recorded", begun, JAN), ("tenure.recorded", ended, FEB), ("tenure.recorded", other, FEB))
    assert documents["person:A"]["tenures"] == [{**ended, "tenure_id": "t1"}, other]
    assert documents["person:A"]["record"] == {}


def test_management_rows_differ_by_their_first_day() -> None:
    row = {"organ": "O", "post": "局长", "committee": "M", "department": "org-M"}
    new = {**row, "committee": "P", "department": "org-P", "from": "2026-03-10"}
    corrected = {**new, "co_manager": {"committee": "M", "department": "org-M"}}
    documents = fold(*(("management.recorded", data, JAN) for data in (row, new, corrected)))
    assert documents["posts:O"] == [row, corrected]


def test_other_types_are_refused() -> None:
    with pytest.raises(ValueError, match="not a roster record"):
        roster_docs.apply({}, "finding.reported", {}, JAN)
