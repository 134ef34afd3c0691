"""When a record has ended: everything in it is over, and has been for the period."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.domain.facts import Dossier
from hub.domain.files import ActFile, FindingFile
from hub.domain.retention import ended, last_event, open_matters

CLOCK = {"key": "ack_by_org_dept", "start": "2026-03-01", "due": "2026-03-10", "owes": "org-M"}
SAID = {"slot": "talk:i1", "id": "x", "type": "talk.suggested", "to": "org-M", "on": "2026-03-02"}
TASK = {"n": 1, "id": "t", "to": "org-M", "level": "K2", "on": "2026-03-02"}
ACT = {"id": "disc-M/a", "ref": "a", "source": "disc-M", "kind": "case_filed", "time": "2026-03-03T09:00:00+08:00"}
STATEMENT = {
    "id": "audit-M/f", "ref": "f", "source": "audit-M", "body": "audit", "level": "prefecture", "organ": "M", "revision": 1,
    "status": "untrue", "issue": "i1", "category": "NO_ACT", "time": "2026-03-02T09:00:00+08:00", "first_time": "2026-03-02T09:00:00+08:00",
}  # fmt: skip


def dossier(**parts: Any) -> Dossier:
    """A dossier with one statement of 2026-03-02."""
    base = {"key": "cadre:A", "about": "A", "today": "2026-03-02", "statements": {"audit-M/f": STATEMENT}}
    return Dossier.model_validate(base | parts)


def finding(**parts: Any) -> FindingFile:
    return FindingFile.model_validate({"id": "audit-M/f", "ref": "f", "source": "audit-M"} | parts)


def act(about: dict[str, str | None]) -> ActFile:
    return ActFile.model_validate({**ACT, "type": "act", "data": {}, "about": about})


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ("2026-03-02", 12, date(2027, 3, 2)),
        ("2026-08-31", 6, date(2027, 2, 28)),
        ("2024-02-29", 12, date(2025, 2, 28)),
        ("2026-01-31", 1, date(2026, 2, 28)),
    ],
)
def test_it_ends_on_the_day_after_the_corresponding_day(start: str, months: int, last: date) -> None:
    record = dossier(statements={"f": {**STATEMENT, "time": f"{start}T23:59:00+08:00"}})
    assert not ended(record, (), (), months, last)
    assert ended(record, (), (), months, date.fromordinal(last.toordinal() + 1))


def test_without_a_period_it_never_ends() -> None:
    assert not ended(dossier(), (), (), None, date(9999, 12, 31))


def test_a_dossier_in_which_nothing_took_place_is_no_record() -> None:
    assert not ended(Dossier.model_validate({"key": "cadre:A", "about": "A"}), (), (), 1, date(2030, 1, 1))


OPEN: dict[str, dict[str, Any]] = {
    "proposal": {"tasks": [TASK]},
    "execution": {"tasks": [{**TASK, "state": "decided", "decision": {"decision": "accept"}}]},
    "pause": {"tasks": [{**TASK, "state": "recalled", "pauses": [{"why": "x", "since": "2026-03-02"}]}]},
    "item": {"said": {"talk:i1": SAID}},
    "clock": {"said": {"talk:i1": {**SAID, "type": "", "clocks": [CLOCK]}}},
    "impact": {"impacts": {"a": {"id": "a", "case": "i1", "basis": "x", "start": "2026-03-02", "ends": {"no_higher": "2026-09-02"}}}},
    "case_filed": {"acts": {"disc-M/a": ACT}},
    "appeal": {"acts": {"disc-M/a": {**ACT, "kind": "appeal_filed"}}},
    "parked": {"acts": {"disc-M/a": {**ACT, "kind": "sanction", "parked": True}}},
}  # fmt: skip


@pytest.mark.parametrize("code", OPEN)
def test_whatever_is_open_keeps_it(code: str) -> None:
    record = dossier(**OPEN[code])
    assert open_matters(record) == [code]
    assert not ended(record, (), (), 1, date(2099, 1, 1))


CLOSED: dict[str, dict[str, Any]] = {
    "rejected": {"tasks": [{**TASK, "state": "decided", "decision": {"decision": "reject"}}]},
    "carried out": {"tasks": [{**TASK, "state": "executed", "executed_on": "2026-03-04", "decision": {"decision": "accept"}}]},
    "answered": {"said": {"talk:i1": {**SAID, "state": "done", "clocks": [{**CLOCK, "stopped": "2026-03-05"}]}}},
    "overdue for ever": {"said": {"talk:i1": {**SAID, "type": "", "clocks": [{**CLOCK, "fired": True}]}}},
    "told": {"said": {"talk:i1": {**SAID, "state": "told"}}},
    "closed case": {"acts": {"disc-M/a": ACT, "b": {**ACT, "id": "b", "kind": "case_closed", "time": "2026-03-04T09:00:00+08:00"}}},
    "revoked": {"acts": {"disc-M/a": {**ACT, "revoked": True}}},
    "roster looks again": {"standing": {"changes_on": "2098-01-01"}},
}  # fmt: skip


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_over_does_not(name: str) -> None:
    assert open_matters(dossier(**CLOSED[name])) == []


def test_an_open_identity_review_and_a_waiting_act_keep_it() -> None:
    reviewed = finding(said={"review:1": {**SAID, "slot": "review:1", "type": "match.review.requested"}})
    assert open_matters(dossier(), [reviewed]) == ["review"]
    assert open_matters(dossier(), [], [act({"f": "audit-M/f", "g": None})]) == ["parked"]
    assert open_matters(dossier(), [finding()], [act({"f": "audit-M/f"})]) == []


@pytest.mark.parametrize(
    ("parts", "last"),
    [
        ({"said": {"talk:i1": {**SAID, "state": "done", "clocks": [{**CLOCK, "stopped": "2026-05-01"}]}}}, "2026-05-01"),
        ({"said": {"talk:i1": {**SAID, "state": "done", "clocks": [{**CLOCK, "fired": True}]}}}, "2026-03-10"),
        ({"tasks": [{**TASK, "state": "executed", "executed_on": "2026-06-01"}]}, "2026-06-01"),
        ({"impacts": {"a": {**OPEN["impact"]["impacts"]["a"], "state": "expired"}}}, "2026-09-02"),
        ({"impacts": {"a": {**OPEN["impact"]["impacts"]["a"], "state": "cancelled"}}}, "2026-03-02"),
        ({"acts": {"a": {**ACT, "accepted": "2026-07-01"}}}, "2026-07-01"),
        ({"today": "2030-01-01"}, "2026-03-02"),
    ],
)  # fmt: skip
def test_the_last_event_of_the_matter_counts_not_the_last_look(parts: dict[str, Any], last: str) -> None:
    assert last_event(dossier(**parts)) == date.fromisoformat(last)


def test_a_revision_that_changed_nothing_here_is_an_event_too() -> None:
    late = finding(revisions={2: {"id": "e", "time": "2026-08-01T09:00:00+08:00", "hash": "h"}})
    assert last_event(dossier(), [late]) == date(2026, 8, 1)
