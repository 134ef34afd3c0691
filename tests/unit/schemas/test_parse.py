"""Events become payloads; what is wrong is named without a trace of what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.codec import Event
from schemas.findings import FindingReported
from schemas.parse import Invalid, parse

FINDING: dict[str, Any] = {
    "ref": "f1",
    "body": "audit",
    "level": "prefecture",
    "issue": {"ref": "i1"},
    "category": "NO_ACT",
    "status": "lead",
    "subjects": [{"name": "林知远"}],
}


def event(data: Any, type_: Any = "hub.finding.reported") -> Event:
    return Event({"type": type_}, data)


def test_a_finding_becomes_its_model() -> None:
    found = parse(event(FINDING))
    assert isinstance(found, FindingReported)
    assert found.subjects[0].name == "林知远"


@pytest.mark.parametrize(
    "type_", ["finding.reported", "hub.task.proposed", "hub.", "", None, "hub.hub.finding.reported"]
)
def test_types_that_nobody_may_send(type_: Any) -> None:
    with pytest.raises(Invalid) as caught:
        parse(event(FINDING, type_))
    assert [one["loc"] for one in caught.value.fields] == ["type"]


@pytest.mark.parametrize(
    ("change", "loc"),
    [
        ({"ref": None}, "ref"),
        ({"category": "机密甲"}, "category"),
        ({"机密甲": "x"}, "?"),
        ({"subjects": [{"kind": "cadre", "机密甲": 1}]}, "subjects.0.?"),
        ({"revision": "机密甲"}, "revision"),
        ({"ref": "机密甲\x01"}, "ref"),
        ({"status": "substantiated"}, "data"),
        ({"verified_on": "机密甲"}, "verified_on"),
        ({"subjects": ["机密甲"]}, "subjects.0"),
        ({"subjects": []}, "subjects"),
    ],
)
def test_problems_name_the_place_and_never_the_value(change: dict[str, Any], loc: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(event(FINDING | change))
    assert caught.value.fields[0]["loc"] == loc
    assert "机密甲" not in str(caught.value)
    assert all(one["problem"] for one in caught.value.fields)
    assert caught.value.__cause__ is None


def test_data_that_is_no_object() -> None:
    wrong: tuple[Any, ...] = (None, [], "机密甲", 1)
    for data in wrong:
        with pytest.raises(Invalid) as caught:
            parse(event(data))
        assert "机密甲" not in str(caught.value)


def test_many_problems_are_cut_off() -> None:
    with pytest.raises(Invalid) as caught:
        parse(event(FINDING | {f"x{n}": n for n in range(100)}))
    assert len(caught.value.fields) == 20
