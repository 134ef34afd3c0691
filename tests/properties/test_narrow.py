"""A statement judged with its own issue alone gives what the whole dossier gives."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from hub.domain import narrow
from tests.properties.histories import Row, anything, days
from tests.properties.play import Event, Played, documents, play

CATEGORIES = ("NO_ACT", "ECO_DAMAGE", "DISCIPLINE")
STATED = (
    "lead",
    "substantiated",
    "substantiated",
    "partly_substantiated",
    "inconclusive",
    "untrue",
    "seriously_untrue",
)
LATER = ("substantiated", "untrue", "lead", "partly_substantiated")


@st.composite
def many_issues(draw: st.DrawFn) -> list[Row]:
    """Findings on one cadre, several to an issue and to a day, revised, with whatever else may come between."""
    rows: list[Row] = []
    for number in range(draw(st.integers(3, 9))):
        data = {
            "subject": "A", "issue": draw(st.sampled_from(("n1", "n2", "n3"))), "evidence": [f"e{number}"],
            "category": draw(st.sampled_from(CATEGORIES)), "severity": draw(st.sampled_from(("S0", "S1", "S2", "S3"))),
            "attribution": draw(st.sampled_from(("leader", "none_stated"))), "status": draw(st.sampled_from(STATED)),
        }  # fmt: skip
        by = draw(st.sampled_from(("insp-P", "audit-M", "disc-M", "env-M", "safe-M")))
        ref = f"n{number}f"
        rows.append({"at": draw(days(2)), "by": by, "type": "finding.reported", "id": ref, "data": data})
        if draw(st.booleans()):
            revised = {**data, "ref": ref, "revision": 2, "status": draw(st.sampled_from(LATER))}
            rows.append({"at": draw(days(4)), "by": by, "type": "finding.revised", "id": f"{ref}2", "data": revised})
    if draw(st.booleans()):
        rows += draw(anything())
    return sorted(rows, key=lambda row: int(row["at"][1:]))


def said(events: list[Event]) -> list[tuple[str, str]]:
    """Ids and contents."""
    return sorted((event["id"], repr(event["data"])) for event in events)


def rows_of(played: Played) -> dict[str, tuple[str, str, bool]]:
    """The queue view."""
    return {key: (row.state, row.organ, row.open) for key, row in played.hub.store.rows.items()}


@given(many_issues())
def test_narrow_steps_equal_whole_ones(rows: list[Row]) -> None:
    """Same events, same ids, same documents, same queues, on any history."""
    with patch.object(narrow, "LARGE", 10**9):
        whole = play(rows)
    with patch.object(narrow, "LARGE", 0):
        small = play(rows)
    assert said(small.events) == said(whole.events)
    assert documents(small.hub) == documents(whole.hub)
    assert rows_of(small) == rows_of(whole)


def test_narrow_steps_are_taken() -> None:
    """A large dossier's next statement is judged narrowly: else the property above shows nothing."""
    taken: list[str | None] = []
    real = narrow.scope

    def counting(*args: object) -> str | None:
        taken.append(real(*args))  # type: ignore[arg-type]  # passed on as they came
        return taken[-1]

    data = {
        "subject": "A",
        "category": "NO_ACT",
        "severity": "S1",
        "status": "substantiated",
        "attribution": "leader",
        "evidence": ["e"],
    }
    rows: list[Row] = [
        {
            "at": "d5",
            "by": "insp-P",
            "type": "finding.reported",
            "id": f"f{number}",
            "data": {**data, "issue": f"i{number}"},
        }
        for number in range(4)
    ]
    with patch.object(narrow, "LARGE", 0), patch.object(narrow, "scope", counting):
        play(rows)
    assert "i3" in taken
