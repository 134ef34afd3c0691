"""Single histories that once went wrong, each by itself."""

from __future__ import annotations

import pytest

from tests.properties.histories import Row
from tests.properties.play import arrive, facts_of, play
from tests.properties.stories import PAIR, REFUSED, act, found, reply, tolerance

CONFIRMED: Row = {
    "at": "d20", "by": "disc-M", "type": "correction.confirmed", "id": "c1", "data": {"correction": "t1", "on": "2026-03-22"},
}  # fmt: skip
TOLERATED = tolerance("t1", ["f1"], "tolerated", 5, items=["完善制度"], requirements="整改", deadline="2026-05-01")
REVOKED: Row = {
    "at": "d9", "by": "disc-M", "type": "determination.revoked", "id": "a1-off",
    "data": {"ref": "a1", "kind": "accountability", "about": ["f1"]},
}  # fmt: skip
APPLIED: Row = {
    "at": "d8", "by": "org-M", "type": "tolerance.applied", "id": "ap", "data": {"findings": ["f1"], "by": "A"},
}  # fmt: skip
ADMONITION = act("a1", "accountability", 4, about=["f1"], form="admonition")


def revised(number: int, at: int, **data: object) -> Row:
    """A revision of f1."""
    row = found("f1", "insp-P", at, revision=number, **data)
    return {**row, "type": "finding.revised", "id": f"f1r{number}"}


RETRACTED: Row = {
    "at": "d30", "by": "insp-P", "type": "finding.retracted", "id": "f1x", "data": {"ref": "f1", "revision": 3, "reason": "撤回"},
}  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([found("f1", "insp-P"), TOLERATED, CONFIRMED], id="a correction confirmed before its decision is here"),
        pytest.param([found("f1", "insp-P"), ADMONITION, REVOKED], id="a revocation before its act"),
        pytest.param([found("f1", "insp-P"), revised(2, 3, severity="S3"), RETRACTED], id="a revision below a retraction"),
        pytest.param([found("f1", "insp-P", subjects=[{"kind": "unit", "organ": "M-plan"}]), revised(2, 3)], id="from a unit to a cadre"),
        pytest.param([found("f1", "insp-P", attribution="none_stated"), revised(2, 3, attribution="none_stated")], id="asked again"),
        pytest.param([*PAIR, REFUSED, APPLIED], id="an early application"),
    ],
)  # fmt: skip
def test_either_order_ends_the_same(rows: list[Row]) -> None:
    """First to last, and last to first."""
    one, other = arrive(rows), arrive(rows[::-1])
    assert facts_of(one) == facts_of(other)
    assert one.current() == other.current()


def test_a_review_may_say_that_it_is_nobody() -> None:
    """``chosen`` null returns the finding to its body; the match and what stood on it are gone."""
    nobody = reply("y1", "match.reviewed", 5, finding="f1", subject=0, chosen=None, recorded_by="x", confirmed_by="y")
    played = play([found("f1", "insp-P"), nobody])
    assert [event["data"]["reason"] for event in played.of_type("finding.returned_to_source")] == ["no_match"]
    assert not played.dossiers["cadre:A"].statements


def test_a_decision_does_not_carry_over_to_somebody_named_later() -> None:
    """Tolerance was decided when f1 named A; the revision names B."""
    decision = {**TOLERATED, "data": {name: value for name, value in TOLERATED["data"].items() if name != "cadre"}}
    played = play([found("f1", "insp-P"), decision, revised(2, 9, subject="B")])
    assert not played.dossiers["cadre:B"].tolerances


def test_evidence_is_indexed_for_the_department() -> None:
    """Refs and whose they are; never the evidence itself."""
    played = play([*PAIR, REFUSED])
    facts = played.of_type("task.proposed")[0]["data"]["facts"]
    assert [one["evidence"] for one in facts] == [[{"ref": "e-f1", "own": True}], [{"ref": "e-f2", "own": True}]]
