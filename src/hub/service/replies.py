"""Replies: what people in departments and bodies decided, answered and did (contract section 3.4). Two people where policy asks for two."""

from __future__ import annotations

from typing import Any

from hub.domain.facts import OPEN_TASK, Dossier, Task
from hub.domain.registry import Source
from hub.domain.view import accepted
from hub.service import acts, early, reviews
from hub.service.ended import ENDED, refuse_ended
from hub.service.session import Session
from hub.service.verdicts import Refusal
from schemas.replies import TaskDecided


class NotYet(Refusal):
    """What a reply names was never there: it is kept until it is, rather than refused."""


TWO_PEOPLE = ("task.decided", "match.reviewed", "link.reviewed", "cadre.merged")
DECISION_FIELDS = tuple(name for name in TaskDecided.model_fields if name != "task")
"""What is kept of people's decision, by message or by console."""


async def handle(session: Session, source: Source, type: str, data: dict[str, Any]) -> None:
    """One reply. Refusal where it names nothing known, comes from the wrong place, or lacks the second person."""
    if type in TWO_PEOPLE:
        two_people(data)
    receipt: dict[str, Any] = {"reply": type, "event": session.cause.id if session.cause else ""}
    try:
        await HANDLERS[type](session, source, data)
    except NotYet as early:
        await _keep(session, source, type, data, early)
        receipt |= {"parked": True}
    session.say("reply.accepted", source.code, receipt)


async def _keep(session: Session, source: Source, type: str, data: dict[str, Any], early: NotYet) -> None:
    """Park a reply with the dossier of the cadre that it names; only a department's where a task is meant."""
    named = data.get("task") or data.get("of") or data.get("case")
    cause = session.cause
    cadre = await session.real_cadre(named["cadre"]) if isinstance(named, dict) else ""
    if cause is None or await session.person(cadre) is None or (type.startswith("task.") and source.kind != "dept"):
        raise Refusal(early.reason, early.detail, status=early.status)
    kept = {
        "id": cause.id,
        "urn": cause.source,
        "source": source.code,
        "type": type,
        "time": cause.time,
        "data": data,
    }
    await session.step(f"cadre:{cadre}", {"kind": "reply.parked", "reply": kept})


def two_people(data: dict[str, Any]) -> None:
    """N-35: who records does not confirm."""
    if not data.get("confirmed_by") or data["confirmed_by"] == data.get("recorded_by"):
        raise Refusal("second_person", "a second person confirms what the first one records", status=403)


# ---- what a reply names ----


async def _task(
    session: Session, named: Any, *, states: tuple[str, ...], first: tuple[str, ...] = ()
) -> tuple[str, Task]:
    """The dossier key and the task that a reply names: by id, or that cadre's one in these states, ``first`` before others."""
    if isinstance(named, dict):
        key = f"cadre:{await session.real_cadre(named['cadre'])}"
        every = (await session.dossier(key)).tasks
        tasks = [task for task in every if task.state in states]
        if not every:
            raise NotYet("unknown_task", "no task of this cadre is known yet", status=422)
    else:
        item = await session.json(f"item:{named}", None)
        key = item["dossier"] if item else ""
        tasks = (
            [task for task in (await session.dossier(key)).tasks if task.id == named and task.state in states]
            if key.startswith("cadre:")
            else []
        )
    if not tasks:
        raise Refusal("unknown_task", "no task in a fitting state is known by this name", status=422)
    return key, next((task for task in reversed(tasks) if task.state in first), tasks[-1])


async def _case(session: Session, named: Any) -> tuple[str, str]:
    """(dossier key, issue) of a case named by {cadre, issue} or ``<cadre>/<issue>``."""
    if isinstance(named, dict):
        return f"cadre:{await session.real_cadre(named['cadre'])}", named["issue"]
    cadre, _, issue = str(named).partition("/")
    if not issue:
        raise Refusal("unknown_case", "a case is named by {cadre, issue} or by its id <cadre>/<issue>")
    return f"cadre:{await session.real_cadre(cadre)}", issue


async def _slots(session: Session, named: Any, types: tuple[str, ...]) -> tuple[str, list[str], str | None]:
    """(dossier key, open slots, case) of follow-ups named by id, by {cadre}, or by {cadre, issue}."""
    if isinstance(named, str):
        item = await session.json(f"item:{named}", None)
        if item is None or item["dossier"].startswith("finding:"):
            raise Refusal("unknown_item", "no item is known by this id")
        dossier = await session.dossier(item["dossier"])
        slots = [slot for slot, said in dossier.said.items() if said.id == named]
        return item["dossier"], slots, dossier.said[slots[0]].case if slots else None
    key = f"cadre:{await session.real_cadre(named['cadre'])}"
    dossier = await session.dossier(key)
    issue = named.get("issue")
    known = [
        slot
        for slot, said in dossier.said.items()
        if said.type in types and (issue is None or said.case == _case_of(dossier, issue))
    ]
    if not known:
        raise NotYet("unknown_item", "no item of this kind is known for this cadre yet")
    found = [slot for slot in known if dossier.said[slot].state == "open"]
    if not found:
        raise Refusal("unknown_item", "no open item of this kind is known for this cadre")
    return key, found, dossier.said[found[0]].case


def _case_of(dossier: Dossier, issue: str) -> str:
    """The case that an issue belongs to."""
    from hub.domain.issues import cases

    for case, ones in cases(dossier.statements.values(), dossier.links).items():
        if case == issue or any(one.issue == issue for one in ones):
            return case
    return issue


def _mine(source: Source, to: str) -> None:
    if source.code != to:
        raise Refusal("not_competent", "this item lies with another recipient", status=403)


# ---- tasks ----


async def _acknowledged(session: Session, source: Source, data: dict[str, Any]) -> None:
    key, task = await _task(session, data["task"], states=(*OPEN_TASK, "decided", "executed"), first=OPEN_TASK)
    if source.code not in (task.to, task.copy_to):
        raise Refusal("not_competent", "this task lies with another department", status=403)
    await session.step(key, {"kind": "task.acknowledged", "task": task.id, "by": source.code, "on": _on(session)})


async def _decided(session: Session, source: Source, data: dict[str, Any]) -> None:
    key, task = await _task(session, data["task"], states=OPEN_TASK)
    _mine(source, task.to)
    check_decision(task, data)
    decision = {name: data.get(name) for name in DECISION_FIELDS}
    await session.step(key, {"kind": "task.decided", "task": task.id, "decision": decision, "on": _on(session)})


def check_decision(task: Task, data: dict[str, Any]) -> None:
    """A decision names its measure where the proposal left it open, and its document (R-GV-03). Nothing is pre-filled."""
    kind = data["decision"]
    if kind != "return_for_evidence" and not data.get("document_no"):
        raise Refusal("document_no", "a decision names the document or meeting that took it")
    if kind == "accept_other_measure" and not data.get("measure"):
        raise Refusal("measure", "accept_other_measure names the measure")
    if kind == "accept" and task.measure is None and not data.get("measure"):
        raise Refusal("measure", "the proposal names several candidates; the decision names the measure")
    if kind == "accept" and task.measure is not None and data.get("measure") not in (None, task.measure):
        raise Refusal("measure", "another measure than proposed is accept_other_measure")


async def _executed(session: Session, source: Source, data: dict[str, Any]) -> None:
    key, task = await _task(session, data["task"], states=("decided", *OPEN_TASK), first=("decided",))
    _mine(source, task.to)
    if task.decision is not None and not accepted(task):
        raise Refusal("nothing_to_execute", "people decided on no measure; there is nothing to carry out")
    await session.step(key, {"kind": "task.executed", "task": task.id, "on": data.get("on") or _on(session)})


def _on(session: Session) -> str:
    cause = session.cause
    assert cause is not None
    return cause.time[:10]


# ---- follow-ups ----


async def _note(
    session: Session,
    source: Source,
    key: str,
    kind: str,
    data: dict[str, Any],
    *,
    case: str | None = None,
    about: list[str] | None = None,
    answers: list[str] | None = None,
    stops: list[str] | None = None,
    on: str | None = None,
) -> None:
    cause = session.cause
    assert cause is not None
    note = {
        "id": f"{cause.source}/{cause.id}",
        "kind": kind,
        "source": source.code,
        "case": case,
        "about": about or [],
        "time": cause.time,
        "data": data,
    }
    await session.step(
        key,
        {"kind": "note.put", "note": note, "answers": answers or [], "stops": stops or [], "on": on or _on(session)},
    )


async def _verify_answered(session: Session, source: Source, data: dict[str, Any]) -> None:
    key, slots, case = await _slots(session, data["of"], ("verify.requested",))
    _recipient(await session.dossier(key), slots, source)
    await _note(
        session, source, key, "verify.answered", {"result": data["result"]}, case=case, answers=slots, on=data.get("on")
    )


async def _followup_done(session: Session, source: Source, data: dict[str, Any]) -> None:
    types = (
        "talk.suggested",
        "reminder.suggested",
        "referral.made",
        "restoration.proposed",
        "filing.due",
        "execution.followup",
        "key_assessment.suggested",
        "task.review.requested",
    )
    key, slots, case = await _slots(session, data["of"], types)
    _recipient(await session.dossier(key), slots, source)
    await _note(session, source, key, "followup.done", {}, case=case, answers=slots, on=data["on"])


def _recipient(dossier: Dossier, slots: list[str], source: Source) -> None:
    if any(dossier.said[slot].to != source.code for slot in slots):
        raise Refusal("not_competent", "this item lies with another recipient", status=403)


async def _talk_held(session: Session, source: Source, data: dict[str, Any]) -> None:
    key = f"cadre:{await session.real_cadre(data['cadre'])}"
    dossier = await session.dossier(key)
    slots = [slot for slot, said in dossier.said.items() if said.type == "talk.suggested" and said.state == "open"]
    await _note(session, source, key, "talk.held", {"on": data["on"]}, answers=slots, on=data["on"])


async def _harm_stated(session: Session, source: Source, data: dict[str, Any]) -> None:
    key, issue = await _case(session, data["case"])
    await _note(session, source, key, "harm.stated", {"harm": list(data["harm"])}, case=issue)


async def _tolerance_applied(session: Session, source: Source, data: dict[str, Any]) -> None:
    """R-TO-06. Names a case, or findings and the cadre who applies."""
    if data.get("case") is not None:
        key, issue = await _case(session, data["case"])
        await _note(session, source, key, "tolerance.applied", {}, case=issue)
        return
    await acts.applied(session, source, data)


# ---- clarification ----


async def _clarification_applied(session: Session, source: Source, data: dict[str, Any]) -> None:
    key, issue = await _case(session, data["case"])
    await _note(session, source, key, "clarification.applied", {"harm": list(data.get("harm") or ())}, case=issue)


async def _clarification_assessed(session: Session, source: Source, data: dict[str, Any]) -> None:
    key, slots, case = await _slots(
        session, data["of"], ("clarification.assessment.requested", "clarification.deferred")
    )
    _recipient(await session.dossier(key), slots, source)
    await _note(
        session,
        source,
        key,
        "clarification.assessed",
        {"harm": list(data.get("harm") or ()), "propose": data["propose"]},
        case=case,
        answers=slots,
    )


async def _clarification_approved(session: Session, source: Source, data: dict[str, Any]) -> None:
    """People approve; without consent only the written form is left (澄清意见2020)."""
    key, issue = await _case(session, data["case"])
    slot = await _clarification(session, key, issue)
    if "written" not in data["forms"]:
        raise Refusal("forms", "the written form is always among the forms")
    if not data["consent"] and set(data["forms"]) != {"written"}:
        raise Refusal("consent", "without the cadre's consent only the written form is left")
    keep = {name: data[name] for name in ("organ", "forms", "consent", "scope")}
    await _note(session, source, key, "clarification.approved", keep | {"slot": slot}, case=issue, stops=[slot])


async def _clarification_done(session: Session, source: Source, data: dict[str, Any]) -> None:
    key, issue = await _case(session, data["case"])
    slot = await _clarification(session, key, issue)
    await _note(
        session,
        source,
        key,
        "clarification.done",
        {"forms": list(data["forms"]), "organ": data["organ"], "on": data["on"], "slot": slot},
        case=issue,
        on=data["on"],
    )


async def _clarification(session: Session, key: str, issue: str) -> str:
    dossier = await session.dossier(key)
    case = _case_of(dossier, issue)
    known = [slot for slot in (f"clar:{case}", f"clar-mistaken:{case}") if slot in dossier.said]
    for slot in known:
        if dossier.said[slot].state == "open":
            return slot
    if not known:
        raise NotYet("unknown_item", "no clarification is proposed on this case yet")
    raise Refusal("unknown_item", "no clarification is proposed on this case")


# ---- identity and links ----


async def _match_reviewed(session: Session, source: Source, data: dict[str, Any]) -> None:
    """Two people say who is meant; a later answer replaces the earlier and revokes its match (R-ID-05)."""
    ident = await acts.resolve(session, data["finding"])
    file = await session.file(ident) if ident else None
    refuse_ended(file)
    if file is None or not file.current:
        await early.park(session, source, "match.reviewed", data["finding"], data)
        return
    subject = file.subjects.get(data["subject"])
    if subject is not None and subject.how == "ended":
        raise Refusal(ENDED, "the retention of this cadre's record has ended", status=410)
    if subject is None or subject.how == "unit":
        raise Refusal("unknown_ref", "this finding has no such subject", fields={"missing": ["subject"]})
    chosen = await session.real_cadre(data["chosen"]) if data.get("chosen") else None
    if chosen is not None and await session.person(chosen) is None:
        raise Refusal("unknown_cadre", "the chosen cadre is not in the roster", fields={"missing": ["chosen"]})
    if source.code not in await reviews.reviewers(session, file, data["subject"], chosen):
        raise Refusal("not_competent", "this identity is reviewed by another department", status=403)
    await reviews.answered(session, file, data["subject"], chosen)


async def _link_reviewed(session: Session, source: Source, data: dict[str, Any]) -> None:
    files = []
    for ref in data["findings"]:
        ident = await acts.resolve(session, ref)
        file = await session.file(ident) if ident else None
        refuse_ended(file)
        if file is None or not file.current or not file.statement_data():
            await early.park(session, source, "link.reviewed", ref, data)
            return
        files.append(file)
    issues = sorted({file.statement_data()["issue"].get("ref") or file.id for file in files})
    cadres = {one.cadre for file in files for one in file.subjects.values() if one.confirmed and one.cadre}
    for cadre in sorted(cadres):
        await session.step(f"cadre:{cadre}", {"kind": "link.put", "issues": issues, "same": data["same"]})


HANDLERS = {
    "task.acknowledged": _acknowledged,
    "task.decided": _decided,
    "task.executed": _executed,
    "match.reviewed": _match_reviewed,
    "link.reviewed": _link_reviewed,
    "verify.answered": _verify_answered,
    "harm.stated": _harm_stated,
    "talk.held": _talk_held,
    "followup.done": _followup_done,
    "tolerance.applied": _tolerance_applied,
    "clarification.applied": _clarification_applied,
    "clarification.assessed": _clarification_assessed,
    "clarification.approved": _clarification_approved,
    "clarification.done": _clarification_done,
}


async def taken_late(session: Session, source: Source, ref: str) -> None:
    """What people had answered about a finding before it came."""
    file = await session.file(f"{source.code}/{ref}")
    if file is not None and file.current:
        await early.take(session, ref, file.id, HANDLERS)
