"""Deadlines: started with what was said, stopped by the answer's own date, overdue once, on the day after the last day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from hub.domain.dates import IsWorkday, due_date, next_workday
from hub.domain.facts import Clock, Impact, Said, Task
from hub.domain.view import View
from hub.domain.wants import Output, Spec


def start_clocks(view: View, specs: Sequence[Spec]) -> list[Clock]:
    """Clocks for what is said today; a spec with a day starts there. ``correction`` ends on the day that the organ set."""
    made = []
    for key, owes, rules, start in specs:
        first = date.fromisoformat(start) if start else view.today
        if key == "correction":
            due = first
        else:
            deadline = view.pack.deadline(key)
            due = due_date(first, deadline.n, deadline.unit, view.is_workday)
        made.append(Clock(key=key, start=first.isoformat(), due=due.isoformat(), owes=owes, rules=list(rules)))
    return made


def fire(view: View) -> Iterator[Output]:
    """deadline.overdue and correction.overdue for every clock that ran out before today, impact.expired for periods that ended."""
    tasks = {f"task:{task.n}": task for task in view.dossier.tasks}
    for said in view.dossier.said.values():
        for clock in said.clocks:
            due = effective_due(clock, tasks.get(said.slot), view.is_workday)
            if due is not None and view.today > due and may_fire(said, clock, due):
                clock.fired = True
                yield _overdue(said, clock, due)
    yield from _expired(view)


def may_fire(said: Said, clock: Clock, due: date) -> bool:
    """Whether this clock still has to fire once ``due`` is past: nobody answered, or the answer is of a later day."""
    if clock.fired:
        return False
    if clock.stopped is None:
        return said.state == "open"
    return said.state in ("open", "done") and date.fromisoformat(clock.stopped) > due


def fire_said(said: Said, today: date) -> Iterator[tuple[dict[str, str], Clock]]:
    """The overdue clocks of one item outside a dossier, each once: (data of deadline.overdue, clock)."""
    for clock in said.clocks:
        late = clock.stopped is None and said.state == "open"
        late = late or (clock.stopped is not None and clock.stopped > clock.due and said.state == "done")
        if late and not clock.fired and today.isoformat() > clock.due:
            clock.fired = True
            yield {"of": clock.key, "was_due": clock.due, "item": said.id}, clock


def effective_due(clock: Clock, task: Task | None, is_workday: IsWorkday) -> date | None:
    """The last day after pauses (a ledger of suspensions); None while a pause lasts."""
    due = date.fromisoformat(clock.due)
    if task is None or not task.pauses or clock.key == "ack_by_org_dept":
        return due
    if task.pauses[-1].until is None:
        return None
    stood = sum((date.fromisoformat(pause.until or "") - date.fromisoformat(pause.since)).days for pause in task.pauses)
    return next_workday(due + timedelta(days=stood), is_workday)


def _overdue(said: Said, clock: Clock, due: date) -> Output:
    cause = ["deadline", f"{said.slot}#{clock.key}", due.isoformat()]
    if clock.key == "correction":
        decision = said.slot.split(":")[1]
        data: dict[str, object] = {"correction": decision.rpartition("/")[2], "was_due": due.isoformat()}
        if said.to != decision.partition("/")[0]:
            data["copy"] = True
        return Output("correction.overdue", clock.owes, data, clock.rules, said.case, cause)
    data = {"of": clock.key, "was_due": due.isoformat()}
    if said.id:
        data["item"] = said.id
    return Output("deadline.overdue", clock.owes, data, clock.rules, said.case, cause)


def _expired(view: View) -> Iterator[Output]:
    """R-IM-02: one event when the last restriction has ended."""
    running = [impact for impact in view.dossier.impacts.values() if impact.state == "running"]
    if not running or view.today <= date.fromisoformat(last_end(running)):
        return
    for impact in running:
        impact.state = "expired"
    to = view.department or view.standing.department
    if to:
        last = last_end(running)
        data = {"of": sorted(impact.id for impact in running), "last_day": last}
        yield Output(
            "impact.expired",
            to,
            data,
            ["R-IM-02"],
            max(running, key=lambda one: max(one.ends.values())).case,
            ["impact", last, view.dossier.about],
        )


def last_end(impacts: Sequence[Impact]) -> str:
    """The latest last day of all restrictions."""
    return max(max(impact.ends.values()) for impact in impacts)
