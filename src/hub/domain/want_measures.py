"""Wants about measures: tolerance first (意见10), holds, corrections (意见11), feedback, review after a decision. Proposals: tasks.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hub.domain.assess import Case, bearing_facts
from hub.domain.facts import Task
from hub.domain.view import View, accepted, blocked_reason, ground_lost
from hub.domain.want_acts import act_rules
from hub.domain.want_followups import dossier_rules
from hub.domain.wants import Mode, Spec, Want


def spent(view: View, case: Case) -> bool:
    """People have decided on just these facts: no new proposal without a new group or a revision."""
    bearing = bearing_facts(case)
    for act in case.acts:
        if act.measure and act.kind == "accountability" and not _new(case, bearing, set(act.about) | {act.id}, {}):
            return True
    decided = view.decided_on(case.id)
    if decided is None or decided.decision is None or decided.decision["decision"] == "return_for_evidence":
        return False
    basis = [entry for key in decided.cases for entry in decided.basis.get(key, ())]
    revisions = {entry.partition("@")[0]: int(entry.partition("@")[2] or 0) for entry in basis}
    if not _new(case, bearing, set(revisions), revisions):
        return True
    if any(act.outcome == "upheld" and _appealed(act.about, decided, view) for act in view.acts("appeal_decided")):
        return False  # what was taken is void (R-AP-02); new facts are judged anew
    measures = {decided.measure, decided.decision.get("measure")}
    return accepted(decided) and set(case.eligible.values()) <= measures


def _new(case: Case, bearing: set[str], known: set[str], revisions: dict[str, int]) -> bool:
    """A group or act that is not among the known, or a revision of one that is."""
    now = {one.id: one.revision for one in case.statements}
    if any(revisions.get(key, 0) and now.get(key, 0) > revisions[key] for key in bearing & known):
        return True
    if any(act.id in bearing and act.id not in known for act in case.acts):
        return True
    return any(group.counted and not set(group.members) & known for group in case.groups)


def reviews(view: View, case: Case) -> Iterator[Want]:
    """R-TO-01 and R-TO-06: the accountability organ decides on tolerance before any task; silence is no decision."""
    to = view.standing.discipline
    if to is None or view.department is None or not view.in_service or case.red_line or case.closed:
        return
    covered = case.refused | case.mitigated | case.tolerated
    grounds = []
    application = view.application(case)
    open_ones = sorted(one.id for one in view.counted(case) if one.category == "NO_RESP" and one.id not in covered)
    waiting = bool(case.eligible) and not case.passed and not case.spent
    facts = {
        "measure_waiting": waiting,
        "no_resp_waiting": "R-FU-10" in case.fired and bool(open_ones),
        "applied": application is not None,
        "red_line": case.red_line,
    }
    fired = view.pack.fired("review", facts)
    if "R-TO-01" in fired:
        asked = sorted(bearing_facts(case) - covered) if waiting else open_ones
        grounds.append("R-TO-01:" + ",".join(asked))
    if application is not None and "R-TO-06" in fired:
        grounds.append(f"R-TO-06:{application.id}")
    if grounds:
        rules = [ground.partition(":")[0] for ground in grounds]
        yield Want(
            f"review:{case.id}", "tolerance.review.requested", to, rules, data={"level": case.level}, case=case.id, grounds=grounds,
            clocks=[("tolerance_reminder", to, ["R-TO-07"], None)], family=f"measure:{case.id}", suspended=blocked_reason(view, case) is not None,
        )  # fmt: skip


def red_line(view: View, case: Case) -> Iterator[Want]:
    """R-TO-05: tolerance does not apply; a decision that nevertheless tolerates goes to the superior level."""
    if "R-TO-05" not in case.fired:
        return
    if view.department and view.in_service:
        yield Want(
            f"tolerance_na:{case.id}",
            "tolerance.not_applicable",
            view.department,
            ["R-TO-05"],
            "state",
            case=case.id,
            digest="1",
        )
    ids = {one.id for one in case.statements} | {act.id for act in case.acts}
    for decision in view.dossier.tolerances.values():
        to = view.standing.superior_discipline or view.standing.discipline
        if decision.outcome == "tolerated" and ids & set(decision.about) and to:
            yield Want(
                f"exception:{decision.id}",
                "tolerance.exception",
                to,
                ["R-TO-05"],
                "once",
                {"decision": decision.ref},
                case.id,
            )


def corrections(view: View) -> Iterator[Want]:
    """R-TO-02, R-TO-03, R-CR: tolerance and correction start together; to the organ that decided, a copy to the department."""
    for decision in view.dossier.tolerances.values():
        homes = [case for case in view.cases.values() if _covers(case, decision.about)]
        facts = {"outcome": decision.outcome, "red_line": any(case.red_line for case in homes)}
        fired = view.pack.fired("tolerance", facts)
        rules: list[str] = [rule for rule in ("R-TO-02", "R-TO-03") if rule in fired]
        if not rules or not homes:
            continue
        deadline = decision.extended_until or decision.deadline
        data: dict[str, Any] = {
            "correction": decision.ref,
            "items": decision.items,
            "requirements": decision.requirements,
            "deadline": decision.deadline,
        }
        if not (decision.items and decision.requirements and decision.deadline):
            data["incomplete"] = True
        elif _long(view, decision.accepted, decision.deadline):
            data["exceeds_default"] = True
        for to in dict.fromkeys(filter(None, (decision.source, view.department))):
            copy = {"copy": True} if to != decision.source else {}
            slot = f"correction:{decision.id}:{to}"
            clocks: list[Spec] = [("correction", to, ["R-CR-02"], deadline)] if deadline else []
            mode: Mode = "once" if decision.confirmed_on else "item"
            yield Want(slot, "correction.opened", to, rules, mode, data | copy, homes[0].id, clocks=clocks)
            named = {"correction": decision.ref} | copy
            if decision.extended_until:
                extended = named | {"until": decision.extended_until}
                yield Want(
                    f"{slot}:extended:{decision.extended_until}",
                    "correction.extended",
                    to,
                    ["R-CR-03"],
                    "once",
                    extended,
                    homes[0].id,
                )
            if decision.confirmed_on:
                yield Want(f"{slot}:closed", "correction.closed", to, ["R-CR-01"], "once", named, homes[0].id)


def _covers(case: Case, about: list[str]) -> bool:
    return bool({one.id for one in case.statements} & set(about) or {act.id for act in case.acts} & set(about))


def _long(view: View, accepted_on: str, deadline: str | None) -> bool:
    days = view.pack.deadline("correction_default_max").n
    return (
        bool(deadline and accepted_on)
        and (date.fromisoformat(deadline or "") - date.fromisoformat(accepted_on)).days > days
    )


def referral_hold(view: View, case: Case) -> Iterator[Want]:
    """R-FU-07: nothing personal until the discipline organ has reported."""
    to = view.department
    if to and view.in_service and "R-FU-07" in case.fired and not case.facts["discipline_reported"]:
        data = {"reason": "referral"}
        yield Want(f"held:referral:{case.id}", "personnel.held", to, ["R-FU-07"], data=data, case=case.id)


def holds(view: View) -> Iterator[Want]:
    """personnel.held: the reason is named, nothing is taken back; personnel.released when it is over."""
    to = view.department
    if to is None or not view.in_service:
        return
    if "R-FU-08" in dossier_rules(view):
        yield Want("held:under_case", "personnel.held", to, ["R-FU-08"], data={"reason": "under_case"})
    task = view.dossier.open_task()
    for case in view.cases.values():
        if task is not None and case.id in task.cases:
            if case.level == "KX":
                yield Want(
                    f"held:conflict:{case.id}",
                    "personnel.held",
                    to,
                    ["R-CO-02"],
                    data={"reason": "conflict"},
                    case=case.id,
                )
            if view.application(case) is not None:
                yield Want(
                    f"held:tolerance_applied:{case.id}",
                    "personnel.held",
                    to,
                    ["R-TO-06"],
                    data={"reason": "tolerance_applied"},
                    case=case.id,
                )


def after_decision(view: View, task: Task) -> Iterator[Want]:
    """What follows from people's decision: case.decided, feedback to the bodies, filing; review where the ground is gone."""
    decision = task.decision
    if decision is None or decision["decision"] == "return_for_evidence":
        return
    keys = ("decision", "measure", "organ", "document_no", "decided_on")
    data = {"task": task.id} | {key: decision.get(key) for key in keys}
    for case_id in task.cases:
        yield Want(
            f"decided:{task.n}:{case_id}", "case.decided", task.to, ["R-GV-03"], "once", data, case_id, full=True
        )
        case = view.cases.get(case_id)
        if case is not None:
            yield from _feedback(view, task, case)
        if accepted(task):
            yield from _afterthought(view, task, case_id, case)


FEEDBACK = {"R-FB-01": "written", "R-FB-02": "written", "R-FB-03": "adoption"}
"""Rule → the form of the feedback that it asks for."""


def _feedback(view: View, task: Task, case: Case) -> Iterator[Want]:
    seen: set[str] = set()
    for one in view.live(case):
        facts = {"body": one.body, "proposes_responsibility": one.proposes_responsibility}
        fired = view.pack.fired("source", facts)
        rule = next((rule for rule in FEEDBACK if rule in fired), None)
        if rule and one.source not in seen:
            seen.add(one.source)
            yield Want(
                f"feedback:{task.n}:{case.id}:{one.source}",
                "feedback.due",
                one.source,
                [rule],
                "once",
                {"of": case.id, "form": FEEDBACK[rule]},
                case.id,
            )


def _afterthought(view: View, task: Task, case_id: str, case: Case | None) -> Iterator[Want]:
    to = view.department or task.to
    decision = task.decision or {}
    cleared = case is not None and any(rule in case.fired for rule in ("R-CL-01", "R-CL-02", "R-CL-03"))
    upheld = [
        act
        for act in view.acts("appeal_decided")
        if "R-AP-02" in act_rules(view, act) and _appealed(act.about, task, view)
    ]
    restoration: list[str] = []
    if ground_lost(case):
        rules = ["R-CL-09"] if cleared else ["R-CO-01"]
        yield Want(
            f"task_review:{task.n}:{case_id}",
            "task.review.requested",
            to,
            rules,
            data={"task": task.id},
            case=case_id,
            grounds=["lost"],
        )
        if task.executed_on:
            restoration.append("R-CL-09")
    if upheld:
        restoration.append("R-AP-02")
    if restoration:
        data = {"task": task.id, "announced_to": decision.get("announced_to", [])}
        yield Want(
            f"restoration:{task.n}:{case_id}",
            "restoration.proposed",
            to,
            restoration,
            data=data,
            case=case_id,
            grounds=["restore"],
        )
    impact = view.dossier.impacts.get(f"task:{task.n}")
    if cleared and task.executed_on and impact is not None and impact.state == "running":
        yield Want(
            f"impact_suspended:{impact.id}", "impact.suspended", to, ["R-CL-09"], "once", {"of": impact.id}, case_id
        )


def _appealed(about: list[str], task: Task, view: View) -> bool:
    ids = {entry.partition("@")[0] for entries in task.basis.values() for entry in entries}
    return bool(ids & set(about)) or task.id in about


def overturned(view: View) -> Iterator[Want]:
    """R-AP-02 for acts that others carried out: restoration within the scope in which the act was announced (政务处分法60)."""
    to = view.department
    if to is None:
        return
    for appeal in view.acts("appeal_decided"):
        if appeal.outcome != "upheld" or any(
            _appealed(appeal.about, task, view) for task in view.dossier.tasks if accepted(task)
        ):
            continue
        hit = [
            act
            for act in view.dossier.acts.values()
            if act.id in appeal.about or (act.about and set(act.about) & set(appeal.about))
        ]
        measures = [
            act
            for act in hit
            if act.kind in ("accountability", "sanction", "appraisal", "unfit") and act.id != appeal.id
        ]
        for act in measures:
            data = {"act": act.ref, "announced_to": act.announced_to}
            case = act.ref if act.own_case else None
            yield Want(
                f"restoration:{appeal.id}:{act.id}",
                "restoration.proposed",
                to,
                ["R-AP-02"],
                data=data,
                case=case,
                grounds=["restore"],
            )
