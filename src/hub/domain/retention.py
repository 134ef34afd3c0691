"""When the retention of a record has ended (R-CF-03; 个人信息保护法 19, 47): everything in it is over, and has been for the period.

A record is a whole dossier with the findings and formal acts in it: all of it or nothing. The specification names no period;
a committee's dated pack does (``retention_months``), and without one no retention ever ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from hub.domain.dates import add_months
from hub.domain.facts import Act, Dossier, Said, Task
from hub.domain.files import ActFile, FindingFile
from hub.domain.view import accepted


def ended(
    dossier: Dossier, files: Sequence[FindingFile], acts: Sequence[ActFile], months: int | None, today: date
) -> bool:
    """Whether the retention of this record is over on ``today``.

    ``months``: the period in force for it, None = for ever. It runs from the day of the last event, which is not counted,
    to the corresponding day (or the last of that month); a rest day moves nothing. The record has ended on the day after.
    A dossier in which nothing ever took place is none.
    """
    if months is None or not dossier.today:
        return False
    return outlived(dossier, files, acts, months, today) and not open_matters(dossier, files, acts)


def outlived(dossier: Dossier, files: Sequence[FindingFile], acts: Sequence[ActFile], months: int, today: date) -> bool:
    """Whether the last event lies longer ago than the period."""
    return today > add_months(last_event(dossier, files, acts), months)


def last_event(dossier: Dossier, files: Iterable[FindingFile] = (), acts: Iterable[ActFile] = ()) -> date:
    """The latest day of anything in the record; that the roster was looked at again is no event of it."""
    days = {*_of_facts(dossier), *_of_tasks(dossier)}
    for said in _all_said(dossier, files):
        days |= {said.on, *(clock.due for clock in said.clocks if clock.fired)}
        days |= {clock.stopped for clock in said.clocks if clock.stopped}
    days |= {revision.time[:10] for file in files for revision in file.revisions.values()}
    days |= {act.time[:10] for act in acts}
    return date.fromisoformat(max(filter(None, days), default=dossier.today))


def _of_facts(dossier: Dossier) -> Iterator[str | None]:
    for one in dossier.statements.values():
        yield from (one.time[:10], one.accepted)
    for act in dossier.acts.values():
        yield from (act.time[:10], act.accepted, act.decided_on, act.effective_on, act.extended_until)
    for decision in dossier.tolerances.values():
        yield from (decision.time[:10], decision.accepted, decision.deadline, decision.extended_until)
        yield decision.confirmed_on
    for note in dossier.notes.values():
        yield from (note.time[:10], note.data.get("on"))
    for impact in dossier.impacts.values():
        yield from () if impact.state == "cancelled" else (impact.start, *impact.ends.values())


def _of_tasks(dossier: Dossier) -> Iterator[str | None]:
    for task in dossier.tasks:
        decision = task.decision or {}
        yield from (task.on, task.acknowledged_on, task.executed_on)
        yield from (decision.get("decided_on"), decision.get("effective_on"))
        yield from (day for pause in task.pauses for day in (pause.since, pause.until))


def _all_said(dossier: Dossier, files: Iterable[FindingFile]) -> Iterator[Said]:
    yield from dossier.said.values()
    for file in files:
        yield from file.said.values()


def open_matters(dossier: Dossier, files: Iterable[FindingFile] = (), acts: Iterable[ActFile] = ()) -> list[str]:
    """Why a record is not over, as codes, sorted: an unanswered item never ends by itself (silence is no answer)."""
    found = {
        "proposal": dossier.open_task() is not None,
        "execution": any(_waits_for_execution(task) for task in dossier.tasks),
        "pause": any(pause.until is None for task in dossier.tasks for pause in task.pauses),
        "item": any(said.type and said.state == "open" for said in dossier.said.values()),
        "clock": any(_runs(said) for said in dossier.said.values()),
        "impact": any(one.state == "running" for one in dossier.impacts.values()),
        "case_filed": dossier.standing.state == "under_case" or _unanswered(dossier, "case_filed", "case_closed"),
        "appeal": _unanswered(dossier, "appeal_filed", "appeal_decided"),
        "parked": bool(dossier.early)
        or any(act.parked for act in dossier.acts.values())
        or any(_waits(act) for act in acts),
        "review": any(said.state == "open" for file in files for said in file.said.values()),
    }
    return sorted(code for code, so in found.items() if so)


def _runs(said: Said) -> bool:
    """A stopped clock that was late has fired long before a record is outlived."""
    return said.state == "open" and any(clock.stopped is None and not clock.fired for clock in said.clocks)


def _waits_for_execution(task: Task) -> bool:
    return task.state == "decided" and accepted(task) and task.executed_on is None


def _unanswered(dossier: Dossier, opening: str, closing: str) -> bool:
    """Whether an act of the one kind is followed by none of the other."""

    def at(kind: str) -> list[Act]:
        return [act for act in dossier.acts.values() if act.kind == kind and not act.revoked]

    ends = [act.time for act in at(closing)]
    return any(not any(time >= act.time for time in ends) for act in at(opening))


def _waits(act: ActFile) -> bool:
    """Something that it names is not here."""
    return any(ident is None for ident in act.about.values())
