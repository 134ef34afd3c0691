"""What the makers of wants look at: a dossier, its assessed cases, the pack and the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from hub.domain.assess import Case, in_force, lifts
from hub.domain.dates import IsWorkday
from hub.domain.facts import COUNTED, INACTIVE, Act, Dossier, Note, Standing, Statement, Task
from hub.domain.groups import counts
from hub.domain.pack import Pack

ACCEPTED = ("accept", "accept_other_measure")


@dataclass(slots=True)
class View:
    """Read-only view for one step."""

    dossier: Dossier
    cases: dict[str, Case]
    pack: Pack
    today: date
    is_workday: IsWorkday
    bearing: dict[str, list[Statement]] = field(default_factory=dict)
    """:meth:`counted` by case, once for a step."""
    dossier_fired: frozenset[str] | None = None
    """The rules of scope ``dossier`` that fire, once somebody asked."""
    finding_fired: dict[tuple[object, ...], frozenset[str]] = field(default_factory=dict)
    """The same of scope ``finding``, by what its facts are."""

    @property
    def standing(self) -> Standing:
        """Where the matter lies."""
        return self.dossier.standing

    @property
    def department(self) -> str | None:
        """The managing department, if there is one."""
        return None if self.standing.outside else self.standing.department

    @property
    def in_service(self) -> bool:
        """Whether personnel measures can concern this cadre at all (Gate-2)."""
        return self.standing.state not in INACTIVE and self.dossier.merged_into is None

    def frozen(self) -> bool:
        """A case is filed (立案) and not yet closed: 政务处分法 52."""
        filed = self.acts("case_filed")
        closed = self.acts("case_closed")
        running = [act for act in filed if not any((end.time, end.id) > (act.time, "") for end in closed)]
        return bool(running) or self.standing.state == "under_case"

    def acts(self, *kinds: str) -> list[Act]:
        """Acts in force of these kinds, in order of time."""
        everything = self.dossier.acts.values()
        found = [act for act in everything if act.kind in kinds and in_force(act, everything)]
        return sorted(found, key=lambda act: (act.time, act.id))

    def notes(self, kind: str, case: Case | None = None) -> list[Note]:
        """Notes of a kind, of one case where given, in order of time."""
        found = [
            note
            for note in self.dossier.notes.values()
            if note.kind == kind and (case is None or note_concerns(note, case))
        ]
        return sorted(found, key=lambda note: (note.time, note.id))

    def application(self, case: Case) -> Note | None:
        """An application for tolerance that no later decision on this case has answered (R-TO-06)."""
        ids = {one.id for one in case.statements} | {act.id for act in case.acts}
        decided = [one.time for one in self.dossier.tolerances.values() if ids & set(one.about)]
        waiting = [
            note for note in self.notes("tolerance.applied", case) if not any(time > note.time for time in decided)
        ]
        return waiting[-1] if waiting else None

    def live(self, case: Case) -> Iterator[Statement]:
        """Statements in force that are not out-argued, withdrawn or context."""
        return (one for one in case.statements if one.id not in case.excluded)

    def counted(self, case: Case) -> list[Statement]:
        """Statements that bear the level."""
        known = self.bearing.get(case.id)
        if known is None:
            known = [one for one in self.live(case) if counts(one) and one.id not in case.tolerated]
            self.bearing[case.id] = known
        return known

    def tasks_on(self, case_id: str) -> list[Task]:
        """Personnel tasks that rest on a case, oldest first."""
        return [task for task in self.dossier.tasks if case_id in task.cases]

    def decided_on(self, case_id: str) -> Task | None:
        """The latest task on a case that people have decided."""
        decided = [task for task in self.tasks_on(case_id) if task.decision is not None]
        return decided[-1] if decided else None


def blocked_reason(view: View, case: Case) -> str | None:
    """What suspends a case without deciding anything: a conflict, a filed case, a referral not yet answered."""
    if case.level == "KX":
        return "conflict"
    if view.frozen():
        return "under_case"
    if "R-FU-07" in case.fired and not case.facts["discipline_reported"]:
        return "referral"
    return None


def note_concerns(note: Note, case: Case) -> bool:
    """Whether a note names this case, one of its issues, findings or acts."""
    ids = {case.id, *(one.issue for one in case.statements)}
    named = {one.id for one in case.statements} | {act.id for act in case.acts}
    return note.case in ids or bool(named & set(note.about))


def expired(view: View, case: Case, one: Statement) -> bool:
    """Whether what followed from this finding is over: every period of its case has ended, none of them before it was found (R-IM-03)."""
    periods = [
        impact for impact in view.dossier.impacts.values() if impact.case == case.id and impact.state != "cancelled"
    ]
    if not periods or any(impact.state != "expired" for impact in periods):
        return False
    return one.first_time[:10] <= max(max(impact.ends.values()) for impact in periods)


def accepted(task: Task) -> bool:
    """Whether people decided on a measure."""
    return task.decision is not None and task.decision.get("decision") in ACCEPTED


def ground_lost(case: Case | None) -> bool:
    """What a measure stood on is gone, not merely suspended: the level fell, the report proved untrue, the match was wrong."""
    return case is None or (not case.eligible and case.level != "KX" and case.closed != "tolerated")


def basis_of(case: Case, ids: set[str]) -> list[str]:
    """``finding@revision`` and act ids, sorted."""
    by_id = {one.id: one for one in case.statements}
    return sorted(f"{key}@{by_id[key].revision}" if key in by_id else key for key in ids)


def formal_acts(case: Case) -> list[Act]:
    """Acts of a case that lift it to KA."""
    return [act for act in case.acts if lifts(act) and act.id not in case.tolerated]


__all__ = ["COUNTED", "View"]
