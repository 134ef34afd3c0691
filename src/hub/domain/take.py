"""evolve: how an event changes the facts of a dossier. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from hub.domain.dates import add_months, day_of
from hub.domain.facts import Act, Dossier, Impact, Note, Pause, Said, Standing, Statement, Task, Tolerance
from hub.domain.pack import Pack

Event = Mapping[str, Any]
"""A domain event: ``kind``, ``day`` (on which the hub took it), ``id``, ``source``, ``time``, and what its kind needs."""


def take(dossier: Dossier, event: Event, pack: Pack) -> None:
    """Apply one event's facts. Order of arrival leaves no trace in them, but for days of acceptance (clocks alone read those)."""
    if event.get("standing") is not None:
        dossier.standing = Standing.model_validate(event["standing"])
    dossier.today = event["day"]
    TAKERS[event["kind"]](dossier, event)
    _impacts(dossier, pack)


def _statement(dossier: Dossier, event: Event) -> None:
    new = Statement.model_validate(event["statement"])
    old = dossier.statements.get(new.id)
    new.accepted = event["day"]
    new.first_accepted = old.first_accepted if old else event["day"]
    dossier.statements[new.id] = new
    dossier.revoked = [entry for entry in dossier.revoked if entry.partition("|")[2] != new.id]
    for task in dossier.tasks:
        if task.state == "returned" and any(entry.partition("@")[0] == new.id for entry in _bases(task)):
            _resume(dossier, task, event["day"])
    if old is None:
        for task in dossier.tasks:
            if task.state == "returned" and new.issue in task.cases:
                _resume(dossier, task, event["day"])
    if old is not None and old.revision != new.revision:
        _answer_asked(dossier, new, event)


def _answer_asked(dossier: Dossier, new: Statement, event: Event) -> None:
    """A new revision answers what the body was asked about the old one."""
    for slot in (f"attr:{new.id}", f"attrrev:{new.id}", f"evidence:{new.id}"):
        said = dossier.said.get(slot)
        if said is not None and said.state == "open":
            close(said, event["day"])


def _bases(task: Task) -> list[str]:
    return [entry for key, entries in task.basis.items() if key for entry in entries]


def _resume(dossier: Dossier, task: Task, day: str) -> None:
    task.state = "acknowledged" if task.acknowledged_on else "delivered"
    for pause in task.pauses:
        pause.until = pause.until or day


def _removed(dossier: Dossier, event: Event) -> None:
    old = dossier.statements.pop(event["finding"], None)
    if old is not None and event.get("mistaken"):
        dossier.revoked.append(f"{old.issue}|{old.id}")


def _act(dossier: Dossier, event: Event) -> None:
    new = Act.model_validate(event["act"])
    old = dossier.acts.get(new.id)
    new.accepted = old.accepted if old else event["day"]
    dossier.acts[new.id] = new


def _act_removed(dossier: Dossier, event: Event) -> None:
    """An act, tolerance decision or application proved to concern somebody else."""
    for kept in (dossier.acts, dossier.tolerances, dossier.notes):
        kept.pop(event["act"], None)
    impact = dossier.impacts.get(event["act"])
    if impact is not None:
        impact.state = "cancelled"


def _act_revoked(dossier: Dossier, event: Event) -> None:
    if event["act"] in dossier.acts:
        dossier.acts[event["act"]].revoked = True


def _act_extended(dossier: Dossier, event: Event) -> None:
    act = dossier.acts.get(event["act"])
    if act is None:
        return
    act.extended_until = max(event["until"], act.extended_until or "")
    said = dossier.said.get(f"exec:{act.id}")
    for clock in said.clocks if said else ():
        clock.due = act.extended_until


def _tolerance(dossier: Dossier, event: Event) -> None:
    new = Tolerance.model_validate(event["tolerance"])
    old = dossier.tolerances.get(new.id)
    new.accepted = old.accepted if old else event["day"]
    dossier.tolerances[new.id] = new


def _correction(dossier: Dossier, event: Event) -> None:
    decision = dossier.tolerances.get(event["decision"])
    if decision is None:
        return
    if event.get("until"):
        decision.extended_until = max(event["until"], decision.extended_until or "")
        for said in _said(dossier, f"correction:{decision.id}:"):
            for clock in said.clocks:
                clock.due = decision.extended_until
    else:
        decision.confirmed_on = min(filter(None, [decision.confirmed_on, event["on"]]))
        for said in _said(dossier, f"correction:{decision.id}:"):
            close(said, event["on"])


def _said(dossier: Dossier, prefix: str) -> list[Said]:
    return [said for slot, said in dossier.said.items() if slot.startswith(prefix) and said.state == "open"]


def close(said: Said, day: str) -> None:
    """Answered on ``day``: the clocks stop; one that had run out by then still fires."""
    said.state = "done"
    for clock in said.clocks:
        clock.stopped = clock.stopped or day


def _note(dossier: Dossier, event: Event) -> None:
    note = Note.model_validate(event["note"])
    dossier.notes[note.id] = note
    for slot in event.get("answers", ()):
        said = dossier.said.get(slot)
        if said is not None and said.state == "open":
            close(said, event["on"])
    for slot in event.get("stops", ()):
        said = dossier.said.get(slot)
        for clock in said.clocks if said else ():
            clock.stopped = clock.stopped or event["on"]


def _link(dossier: Dossier, event: Event) -> None:
    target = dossier.links if event["same"] else dossier.unlinked
    pair = sorted(event["issues"])
    if pair not in target:
        target.append(pair)


def _task(dossier: Dossier, event: Event) -> Task:
    return next(task for task in dossier.tasks if task.id == event["task"])


def _clocks(dossier: Dossier, task: Task) -> Said | None:
    return dossier.said.get(f"task:{task.n}")


def _acknowledged(dossier: Dossier, event: Event) -> None:
    task = _task(dossier, event)
    copy = event["by"] == task.copy_to and event["by"] != task.to
    key = "dual_mgmt_reply" if copy else "ack_by_org_dept"
    said = _clocks(dossier, task)
    for clock in said.clocks if said else ():
        if clock.key == key:
            clock.stopped = min(clock.stopped or event["on"], event["on"])
    if not copy and task.acknowledged_on is None:
        task.acknowledged_on = event["on"]
        task.state = "acknowledged" if task.state == "delivered" else task.state


def _decided(dossier: Dossier, event: Event) -> None:
    task = _task(dossier, event)
    said = _clocks(dossier, task)
    decision = dict(event["decision"])
    if decision["decision"] == "return_for_evidence":
        task.state = "returned"
        task.pauses.append(Pause(why="return_for_evidence", since=event["on"]))
        for clock in said.clocks if said else ():
            if clock.key == "ack_by_org_dept":
                clock.stopped = clock.stopped or event["on"]  # who sends it back has seen it
        return
    if decision["decision"] == "accept" and decision.get("measure") is None:
        decision["measure"] = task.measure
    task.decision = decision
    task.state = "decided"
    if task.executed_early and decision["decision"] in ("accept", "accept_other_measure"):
        task.state, task.executed_on = "executed", task.executed_early
    if said is not None:
        close(said, event["on"])
    for other in dossier.said.values():
        for clock in other.clocks:
            if clock.key == "first_followup" and clock.owes == task.to and other.case in task.cases:
                clock.stopped = clock.stopped or event["on"]  # people's decision is a follow-up, and more


def _executed(dossier: Dossier, event: Event) -> None:
    task = _task(dossier, event)
    if task.decision is None:
        task.executed_early = event["on"]  # parked until the decision that it carries out is here
        return
    task.state = "executed"
    task.executed_on = event["on"]


def _named(dossier: Dossier, event: Event) -> None:
    """Ids of what was just published, so that replies can name them."""


def _parked(dossier: Dossier, event: Event) -> None:
    """A reply waits for what it answers."""
    dossier.early = [*dossier.early, event["reply"]]


def _taken(dossier: Dossier, event: Event) -> None:
    """A reply that waited was applied, or refused."""
    dossier.early = [kept for kept in dossier.early if [kept["urn"], kept["id"]] != event["reply"]]


def _merged(dossier: Dossier, event: Event) -> None:
    dossier.merged_into = event["into"]
    for key in list(dossier.statements):
        del dossier.statements[key]
    dossier.acts.clear()
    dossier.tolerances.clear()
    dossier.notes.clear()
    dossier.links.clear()
    dossier.unlinked.clear()


def _tick(dossier: Dossier, event: Event) -> None:
    """Only time has passed."""


def _impacts(dossier: Dossier, pack: Pack) -> None:
    """R-IM-01: periods follow from decisions and acts with an effective date; the longest wins (R-IM-02, 组织处理规定 combine max)."""
    for task in dossier.tasks:
        decision = task.decision or {}
        if (
            decision.get("decision") in ("accept", "accept_other_measure")
            and decision.get("effective_on")
            and decision.get("measure")
        ):
            months = pack.impact_periods["organisational"].get(decision["measure"])
            if not months:
                continue  # 停职检查 bars nothing afterwards
            document = decision.get("document_no")
            _start(
                dossier,
                f"task:{task.n}",
                task.cases[0],
                decision["measure"],
                document,
                decision["effective_on"],
                dict(months),
                decision["decided_on"],
            )
    for act in dossier.acts.values():
        found = _months(act, pack)
        start = act.effective_on or act.decided_on
        if found and start and not act.parked:
            _start(
                dossier,
                act.id,
                _home(dossier, act),
                found[0],
                act.document_no,
                start,
                found[1],
                day_of(act.time).isoformat(),
            )
        if act.id in dossier.impacts and act.revoked:
            dossier.impacts[act.id].state = "cancelled"
    _appeals(dossier)


def _home(dossier: Dossier, act: Act) -> str:
    if act.own_case:
        return act.ref
    return next((dossier.statements[ref].issue for ref in act.about if ref in dossier.statements), act.ref)


def _months(act: Act, pack: Pack) -> tuple[str, dict[str, int]] | None:
    """(key, months per restriction) of an act: a sanction by its type, an admonition by its form, others by their measure."""
    if act.kind == "sanction" and act.type:
        period = pack.impact_periods["sanctions"].get(act.type)
        months = min(act.merged_months or period or 0, pack.impact_periods["merged"]["max"])
        return (act.type, {"no_promotion": months}) if months else None
    organisational: Mapping[str, Any] = pack.impact_periods["organisational"]
    key = act.measure or (act.form if act.kind == "accountability" else None)
    if key is not None and key in organisational:
        return key, dict(organisational[key])
    return None


def _start(
    dossier: Dossier,
    key: str,
    case: str,
    basis: str,
    document: str | None,
    start: str,
    months: dict[str, int],
    known: str,
) -> None:
    if key in dossier.impacts:
        return
    first = date.fromisoformat(start)
    ends = {name: add_months(first, count).isoformat() for name, count in sorted(months.items())}
    over = max(ends.values()) < known
    state = "expired" if over else "running"
    dossier.impacts[key] = Impact(
        id=key, case=case, basis=basis, document_no=document, start=start, ends=ends, state=state, announced=not over
    )


def _appeals(dossier: Dossier) -> None:
    """An appeal that was upheld cancels the impact of what it was filed against (R-IM-05)."""
    for appeal in dossier.acts.values():
        if appeal.kind != "appeal_decided" or appeal.outcome != "upheld" or appeal.revoked:
            continue
        for key, impact in dossier.impacts.items():
            task = next((task for task in dossier.tasks if key == f"task:{task.n}"), None)
            ids = {entry.partition("@")[0] for entry in _bases(task)} | {task.id} if task else {key}
            act = dossier.acts.get(key)
            ids |= set(act.about) if act else set()
            if ids & set(appeal.about):
                impact.state = "cancelled"


TAKERS: dict[str, Callable[[Dossier, Event], Any]] = {
    "statement.put": _statement,
    "statement.removed": _removed,
    "act.put": _act,
    "act.removed": _act_removed,
    "act.revoked": _act_revoked,
    "act.extended": _act_extended,
    "tolerance.put": _tolerance,
    "correction": _correction,
    "note.put": _note,
    "link.put": _link,
    "task.acknowledged": _acknowledged,
    "task.decided": _decided,
    "task.executed": _executed,
    "reply.parked": _parked,
    "reply.taken": _taken,
    "standing.put": _tick,
    "merged": _merged,
    "tick": _tick,
}
