"""Narrow steps: a new statement on one issue of a large dossier is judged with that issue's facts alone.

A dossier can hold thousands of findings. Most events concern one case, and what is wanted for a case depends on its own facts,
on the standing, and on a few facts of the whole dossier. Where none of the latter is in play, a small dossier of just that
case gives the same outcome as the whole one (``tests/properties/test_narrow.py`` compares both on random histories).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.domain.facts import Dossier, Said, Statement

LARGE = 24
"""Dossiers of fewer statements are always judged whole."""
WHOLE_KINDS = ("case_filed", "case_closed", "appeal_decided", "joint_meeting")
SETTLED = ("open", "done")


@dataclass(slots=True)
class Index:
    """Where the parts of a dossier are. Kept with the dossier in memory only; dropped by every step on the whole."""

    statements: dict[str, list[str]] = field(default_factory=dict)
    slots: dict[str, list[str]] = field(default_factory=dict)
    involved: set[str] = field(default_factory=set)
    """Findings and issues that acts, tolerance decisions, notes or tasks name."""


def index_of(dossier: Dossier) -> Index:
    """The index of a dossier, made where there is none."""
    if dossier.index is None:
        made = Index()
        for one in dossier.statements.values():
            made.statements.setdefault(one.issue, []).append(one.id)
        for slot, said in dossier.said.items():
            if said.case is not None:
                made.slots.setdefault(said.case, []).append(slot)
        for act in dossier.acts.values():
            made.involved |= {*act.about, act.ref}
        for decision in dossier.tolerances.values():
            made.involved |= set(decision.about)
        for note in dossier.notes.values():
            made.involved |= {*note.about, *([note.case] if note.case else [])}
        for task in dossier.tasks:
            made.involved |= set(task.cases)
        dossier.index = made
    found: Index = dossier.index
    return found


def scope(dossier: Dossier, event: Mapping[str, Any], packs: Sequence[str], revision: int = 0) -> str | None:
    """The one case that this event can concern, or None where the whole dossier has to be looked at.

    ``packs``: the versions in force on the event's day, of this ``revision``.
    """
    if event["kind"] != "statement.put" or event.get("standing") is not None or len(dossier.statements) < LARGE:
        return None
    if (
        dossier.kind != "cadre"
        or dossier.links
        or dossier.unlinked
        or dossier.revoked
        or dossier.merged_into
        or dossier.impacts
    ):
        return None
    if dossier.packs != revision:
        return None
    if dossier.today != event["day"] or any(act.kind in WHOLE_KINDS for act in dossier.acts.values()):
        return None
    task = dossier.open_task()
    if task is not None and tuple(task.pack) != tuple(packs):
        return None
    new = Statement.model_validate(event["statement"])
    old = dossier.statements.get(new.id)
    if old is not None and (
        old.issue != new.issue or (old.status == "substantiated") != (new.status == "substantiated")
    ):
        return None
    assessed = dossier.said.get("key_assessment")
    if new.status == "substantiated" and (assessed is None or assessed.state not in SETTLED):
        return None
    index = index_of(dossier)
    ones = [dossier.statements[key] for key in index.statements.get(new.issue, ())]
    if any(one.objects or (one.place and one.period) for one in (*ones, new)):
        return None
    if {new.issue, new.id, *(one.id for one in ones)} & index.involved:
        return None
    return new.issue


def narrowed(dossier: Dossier, issue: str) -> Dossier:
    """A dossier of that case alone, sharing its parts with the whole one."""
    index = index_of(dossier)
    return Dossier.model_construct(
        key=dossier.key, about=dossier.about, kind=dossier.kind, standing=dossier.standing, today=dossier.today,
        statements={key: dossier.statements[key] for key in index.statements.get(issue, ())},
        said={slot: dossier.said[slot] for slot in index.slots.get(issue, ())},
    )  # fmt: skip


def widen(dossier: Dossier, small: Dossier, issue: str) -> None:
    """Lay what a narrow step changed over the whole dossier."""
    index = index_of(dossier)
    index.statements[issue] = list(small.statements)
    index.slots[issue] = list(small.said)
    dossier.statements.update(small.statements)
    dossier.said.update(small.said)
    dossier.today = small.today


def items_in(dossier: Dossier, issue: str) -> dict[str, Said]:
    """What was said on one case."""
    return {slot: dossier.said[slot] for slot in index_of(dossier).slots.get(issue, ())}
