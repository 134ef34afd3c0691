"""Queries about one finding, case, task or cadre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from hub.domain.assess import assess
from hub.domain.facts import Dossier, Task
from hub.domain.tasks import ground_of
from hub.domain.view import View
from hub.service import acts, replies
from hub.service.asking import Question, about_cadre, denied, task_asked_about
from hub.service.session import Cause, Session
from hub.service.status import find_case, stage, task_state, view_of
from hub.service.verdicts import Answer, Refusal

_RESTRICTIONS = {
    "leading_post": ("no_leading",),
    "higher_post": ("no_higher",),
    "promotion": ("no_leading", "no_higher", "no_promotion"),
}


def view_for(question: Question, dossier: Dossier) -> View:
    session = question.session
    return view_of(dossier, session.packs, session.today, session.is_workday)


async def finding_read(question: Question) -> Answer:
    """N-30: another body's finding only where that body released it."""
    session, asker = question.session, question.asker
    try:
        ident = await acts.resolve(session, str(question.args.get("finding")))
    except Refusal:
        ident = None
    file = await session.file(ident) if ident else None
    data = file.statement_data() if file else {}
    source = session.registry.sources.get(asker.place or "")
    mine = file is not None and source is not None and source.code == file.source
    if file is None or not (mine or (source is not None and source.body in data.get("release", ()))):
        return denied("no_release")
    revision = file.in_force()
    status = "withdrawn" if revision is not None and revision.retracted else data.get("status")
    content = {
        "revision": file.current,
        "status": status,
        "severity": data.get("severity"),
        "dataclassification": "work_secret",
        "summary": data["issue"].get("summary"),
    }
    return Answer("allowed", content)


async def case_read(question: Question) -> Answer:
    """Stage, level and the named facts of one case."""
    named = question.args.get("case")
    if not isinstance(named, Mapping) or "cadre" not in named:
        cadre, _, issue = str(named).partition("/")
        named = {"cadre": cadre, "issue": issue}
    cadre = await question.session.real_cadre(str(named["cadre"]))
    refused = await about_cadre(question, cadre)
    if refused is not None:
        return refused
    view = view_for(question, await question.session.dossier(f"cadre:{cadre}"))
    case = find_case(view, str(named.get("issue")))
    if case is None:
        return denied("not_open")
    return Answer("allowed", {"stage": stage(view, case), "level": case.level, "cadre": cadre, "issue": case.id})


async def task_read(question: Question) -> Answer:
    """State, measure and clock of a task, its own pack, and a newer one in force since."""
    found = await task_asked_about(question)
    if isinstance(found, Answer):
        return found
    dossier, task = found
    now = question.session.packs.names_on(question.session.today)
    newer = [name for name in now if name not in task.pack] or None
    paused = bool(task.pauses) and task.pauses[-1].until is None
    content = {
        "task": task.id,
        "state": task_state(dossier, task),
        "measure": task.measure,
        "candidates": task.candidates,
        "pack": task.pack,
        "newer_pack": newer,
        "clock": "paused" if paused else "running",
    }
    return Answer("allowed", content)


async def task_recompute(question: Question) -> Answer:
    """What the newest pack would propose on the same facts; the task keeps its own (R-GV-01)."""
    found = await task_asked_about(question)
    if isinstance(found, Answer):
        return found
    dossier, task = found
    session = question.session
    pack = session.packs.on(session.today)
    return Answer("allowed", {"pack": list(pack.names), "measure": recompute(dossier, task, session)})


def recompute(dossier: Dossier, task: Task, session: Session) -> str | None:
    """The measure that today's pack gives on a task's cases; None where it is none or several."""
    cases = assess(dossier, session.packs.on(session.today), session.today)
    grounds = [ground_of(cases[key]) for key in task.cases if key in cases]
    measures = {measure for ground in grounds if ground is not None for measure in ground.measures}
    return measures.pop() if len(measures) == 1 else None


async def cadre_bars(question: Question) -> Answer:
    """Whether a restriction stands today (R-IM-02, R-IM-03); expired ones are masked and only counted."""
    cadre = await question.session.real_cadre(str(question.args.get("cadre")))
    refused = await about_cadre(question, cadre)
    if refused is not None:
        return refused
    kinds = _RESTRICTIONS.get(str(question.args.get("for")))
    if kinds is None:
        return denied("not_open")
    dossier = await question.session.dossier(f"cadre:{cadre}")
    today = question.session.day
    standing = [one for one in dossier.impacts.values() if one.state != "cancelled"]
    running = [one for one in standing if max(one.ends.values()) >= today]
    ends = [one.ends[kind] for one in running for kind in kinds if one.ends.get(kind, "") >= today]
    content: dict[str, Any] = {"bar": bool(ends), "shown": len(running), "masked": len(standing) - len(running)}
    return Answer("allowed", content | ({"until": max(ends)} if ends else {}))


async def cadre_history(question: Question) -> Answer:
    """Impact periods of a cadre, expired ones too; the purpose is logged."""
    cadre = await question.session.real_cadre(str(question.args.get("cadre")))
    refused = await about_cadre(question, cadre)
    if refused is not None:
        return refused
    dossier = await question.session.dossier(f"cadre:{cadre}")
    today = question.session.day
    items = []
    for one in dossier.impacts.values():
        state = one.state if one.state == "cancelled" or max(one.ends.values()) >= today else "expired"
        items.append({"document_no": one.document_no, "state": state, "basis": one.basis, "start": one.start})
    return Answer("allowed", {"items": items})


async def decision_record(question: Question) -> Answer:
    """People's decision by console: the same checks as by message, two people always (N-35)."""
    found = await task_asked_about(question)
    if isinstance(found, Answer):
        return found
    dossier, task = found
    session, args = question.session, question.args
    data = {name: args[name] for name in replies.DECISION_FIELDS if args.get(name) is not None}
    source = session.registry.sources[task.to]
    now = session.uow.now.isoformat()
    session.cause = Cause(source.urn, source.code, f"console:{uuid4()}", now, "task.decided")
    try:
        replies.two_people(data)
        if question.asker.place != task.to or task.state not in ("delivered", "acknowledged", "returned"):
            return denied("not_open")
        missing = [name for name in ("decision", "organ", "decided_on", "reason") if name not in data]
        if missing:
            return denied("not_open")
        await replies.HANDLERS["task.decided"](session, source, {"task": task.id, **data})
    except Refusal as refusal:
        return denied("second_person" if refusal.reason == "second_person" else "not_open")
    return Answer("allowed", {"state": task_state(dossier, task), "task": task.id})
