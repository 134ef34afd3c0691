"""The personnel task: proposed, amended, rerouted, recalled. At most one open per cadre (P-3, R-ME-05, -10, -11, -12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.assess import STEP_DOWN, Case, bearing_facts
from hub.domain.dates import add_months, first_day
from hub.domain.facts import Said, Task
from hub.domain.groups import RANK
from hub.domain.view import View, basis_of, blocked_reason
from hub.domain.wants import Output

ORDER = ("REMOVE", "ADJUST", "DEMOTE")


@dataclass(frozen=True, slots=True)
class Ground:
    """One case's contribution to the one task: its candidate measures and the rules that fired."""

    case: Case
    measures: tuple[str, ...]
    rules: tuple[str, ...]


def ground_of(case: Case) -> Ground | None:
    """Candidates of a case after Gate-6, stepped down one step where mitigated (R-ME-12)."""
    if not case.passed:
        return None
    rules = list(case.passed)
    measures = set(case.passed.values())
    if case.mitigated & bearing_facts(case):
        measures = {step for step in (STEP_DOWN[measure] for measure in measures) if step}
        rules.insert(0, "R-ME-12")
    if not measures:
        return None
    ordered = tuple(measure for measure in ORDER if measure in measures)
    if len(ordered) > 1:
        rules.insert(0, "R-ME-05")
    return Ground(case, ordered, tuple(rules))


def grounds(view: View, task: Task | None) -> list[Ground]:
    """What a task should rest on now; grounds of the open task that are merely suspended stay."""
    if view.department is None or not view.in_service:
        return []
    found: list[Ground] = []
    for case in view.cases.values():
        held = blocked_reason(view, case) is not None or view.application(case) is not None
        on_task = task is not None and case.id in task.cases
        if held and on_task and task is not None:
            found.append(Ground(case, tuple(_measures_of(task, case)), tuple(task.rules)))
            continue
        made = ground_of(case)
        if made is not None and not held and (on_task or not case.spent):
            found.append(made)
    return found


def _measures_of(task: Task, case: Case) -> list[str]:
    stored = next((entry[1:] for entry in _digest_lists(task) if entry[0] == case.id), [])
    return stored or ([task.measure] if task.measure else task.candidates)


def _digest_lists(task: Task) -> list[list[str]]:
    return [entry.split("|") for entry in task.basis.get("", [])]


def digest(found: list[Ground]) -> list[str]:
    """What distinguishes one content of a task from another: cases and candidate measures."""
    return sorted("|".join((ground.case.id, *ground.measures)) for ground in found)


def fill(task: Task, view: View, found: list[Ground]) -> None:
    """Write the content that follows from ``found`` into a task."""
    measures = [measure for measure in ORDER if any(measure in ground.measures for ground in found)]
    task.measure = measures[0] if len(measures) == 1 else None
    task.candidates = measures
    task.cases = [ground.case.id for ground in found]
    task.rules = list(dict.fromkeys(rule for ground in found for rule in ground.rules))
    task.level = max(
        (ground.case.level for ground in found),
        key=lambda level: ("K1", "K2", "KA").index(level) if level in ("K1", "K2", "KA") else -1,
    )
    task.basis = {ground.case.id: basis_of(ground.case, bearing_facts(ground.case)) for ground in found}
    task.basis[""] = digest(found)
    task.unit = view.standing.unit
    task.committee_level = view.standing.committee_level


def content(task: Task) -> dict[str, object]:
    """The fields of a task event."""
    data: dict[str, object] = {"task": task.id, "measure": task.measure}
    if task.measure is None:
        data["candidates"] = task.candidates
    return data


def difference(view: View, reason: str) -> Iterator[tuple[Output, Task]]:
    """Bring the one open task into agreement with the facts; yields events with the task that they are about."""
    task = view.dossier.open_task()
    found = grounds(view, task)
    if task is None:
        if found:
            yield from _propose(view, found)
        return
    if not found:
        task.state = "superseded" if view.dossier.merged_into else "recalled"
        kind = "task.superseded" if view.dossier.merged_into else "task.recalled"
        yield Output(kind, task.to, {"task": task.id, "reason": reason}, task.rules, task.cases[0]), task
        if task.copy_to:
            yield (
                Output(
                    kind, task.copy_to, {"task": task.id, "reason": reason, "copy": True}, task.rules, task.cases[0]
                ),
                task,
            )
        return
    if view.department and task.to != view.department:
        yield from _reroute(view, task)
    if task.copy_to != view.standing.co_department:
        yield from _copy_moves(view, task)
    if digest(found) != task.basis.get(""):
        fill(task, view, found)
        amended = ["R-ME-10", *task.rules]
        yield Output("task.amended", task.to, content(task), amended, task.cases[0]), task
        if task.copy_to:
            yield Output("task.amended", task.copy_to, content(task) | {"copy": True}, amended, task.cases[0]), task
    yield from _flags(view, task, found)


def _propose(view: View, found: list[Ground]) -> Iterator[tuple[Output, Task]]:
    department = view.department or ""
    task = Task(
        n=len(view.dossier.tasks) + 1,
        id="",
        to=department,
        level="K1",
        pack=list(view.pack.names),
        on=view.today.isoformat(),
    )
    fill(task, view, found)
    task.copy_to = view.standing.co_department
    view.dossier.tasks.append(task)
    yield Output("task.proposed", department, content(task), task.rules, task.cases[0]), task
    if task.copy_to:
        copied = content(task) | {"copy": True}
        yield Output("task.proposed", task.copy_to, copied, [*task.rules, "R-RT-03"], task.cases[0]), task
    yield from _flags(view, task, found)


def _reroute(view: View, task: Task) -> Iterator[tuple[Output, Task]]:
    """R-ST-03, R-ST-07: the old department loses sight of the case; the former unit's department is asked for facts only."""
    old, new = task.to, view.department or ""
    up = RANK.get(view.standing.committee_level or "", 9) < RANK.get(task.committee_level or "", 9)
    recused = new != view.standing.own_department
    rule = "R-RT-02" if recused else "R-ST-07" if up else "R-ST-03"
    moved = task.unit != view.standing.unit
    task.to, task.unit, task.committee_level = new, view.standing.unit, view.standing.committee_level
    yield (
        Output("task.rerouted", new, content(task) | {"from": old, "to": new}, [rule, *task.rules], task.cases[0]),
        task,
    )
    yield Output("task.recalled", old, {"task": task.id, "reason": "rerouted"}, [rule], None), task
    if moved and not up:
        yield Output("verify.requested", old, {"of": "facts"}, [rule], None), task
    said = view.dossier.said.get(f"task:{task.n}")
    if said is not None:
        for clock in said.clocks:
            clock.owes = new if clock.owes == old else clock.owes
        said.to = new
        said.keep = said.keep | {"former": sorted({*said.keep.get("former", ()), old})}


def _copy_moves(view: View, task: Task) -> Iterator[tuple[Output, Task]]:
    """R-RT-03: the post has another co-manager now, or none; a former one that leads now has the task itself."""
    old, new = task.copy_to, view.standing.co_department
    task.copy_to = new
    if old and old != task.to:
        yield (
            Output("task.recalled", old, {"task": task.id, "reason": "rerouted", "copy": True}, ["R-RT-03"], None),
            task,
        )
    if new:
        yield (
            Output("task.proposed", new, content(task) | {"copy": True}, [*task.rules, "R-RT-03"], task.cases[0]),
            task,
        )


def _flags(view: View, task: Task, found: list[Ground]) -> Iterator[tuple[Output, Task]]:
    wanted: list[tuple[str, list[str]]] = []
    if "R-ME-11" in view.pack.fired("task", {"elected": view.standing.elected}):
        wanted.append(("legal_procedure", ["R-ME-11"]))
    limit = add_months(view.today, -12 * int(view.pack.thresholds["age_flag_years"]))
    ids = {entry.partition("@")[0] for ground in found for entry in basis_of(ground.case, bearing_facts(ground.case))}
    old = [one for ground in found for one in ground.case.statements if one.id in ids and one.conduct]
    if any(first_day(one.conduct or "") < limit for one in old):
        wanted.append(("old_matter", list(task.rules)))
    for flag, rules in wanted:
        if flag not in task.flags:
            task.flags.append(flag)
            yield Output("task.flagged", task.to, {"task": task.id, "flag": flag}, rules, task.cases[0]), task


def said_of(task: Task) -> Said:
    """The entry under which a task's clocks and recipients are kept."""
    return Said(
        slot=f"task:{task.n}",
        id=task.id,
        type="task.proposed",
        to=task.to,
        case=task.cases[0],
        on=task.on,
        rules=list(task.rules),
    )
