"""The state of a case, task or finding as people see it (policy section 11)."""

from __future__ import annotations

from datetime import date

from hub.domain.assess import Case, assess
from hub.domain.dates import IsWorkday
from hub.domain.facts import OPEN_TASK, Dossier, Task
from hub.domain.pack import PackSet
from hub.domain.view import View, accepted, blocked_reason
from hub.domain.want_measures import reviews, spent


def view_of(dossier: Dossier, packs: PackSet, today: date, is_workday: IsWorkday) -> View:
    """A dossier as assessed today."""
    task = dossier.open_task()
    pack = packs.named(task.pack) if task is not None else packs.on(today)
    view = View(dossier, assess(dossier, pack, today), pack, today, is_workday)
    for case in view.cases.values():
        case.spent = spent(view, case)
    return view


def find_case(view: View, issue: str) -> Case | None:
    """The case of an issue: by its id, or by any issue that became part of it."""
    if issue in view.cases:
        return view.cases[issue]
    return next((case for case in view.cases.values() if any(one.issue == issue for one in case.statements)), None)


def stage(view: View, case: Case) -> str:
    """open, corroborating, conflict, tolerance_review, eligible, proposed, decided, executed, impact_running, expired, closed_*, …"""
    tasks = view.tasks_on(case.id)
    if any(task.state in OPEN_TASK for task in tasks) and case.level != "KX":
        return "proposed"
    if not view.in_service and case.level not in ("K0",):
        return "not_applicable"
    decided = [task for task in tasks if accepted(task)]
    if decided:
        return _after(view, decided[-1])
    if case.closed:
        return f"closed_{case.closed}"
    blocked = blocked_reason(view, case)
    if blocked:
        return {"conflict": "conflict", "under_case": "held", "referral": "referred"}[blocked]
    if view.standing.outside and case.level != "K0":
        return "referred"
    if any(True for _ in reviews(view, case)):
        return "tolerance_review"
    if any(task.decision is not None for task in tasks):
        return "decided"
    if case.passed:
        return "eligible"
    return "corroborating" if case.level != "K0" else "open"


def _after(view: View, task: Task) -> str:
    impact = view.dossier.impacts.get(f"task:{task.n}")
    if impact is not None and impact.state == "expired":
        return "expired"
    if task.executed_on is not None:
        return "impact_running" if impact is not None and impact.state == "running" else "executed"
    return "decided"


def task_state(dossier: Dossier, task: Task) -> str:
    """As in contract section 5; ``review_requested`` once people were asked to look at a decision again."""
    asked = any(
        said.slot.startswith(f"task_review:{task.n}:") and said.state == "open" for said in dossier.said.values()
    )
    return "review_requested" if asked else task.state


def finding_status(view: View, finding: str) -> str | None:
    """The status of a finding as now in force in this dossier."""
    for case in view.cases.values():
        if finding in case.status:
            return case.status[finding]
    return None
