"""Questions: who may read what, and for which purpose; every one leaves exactly one access entry (R-CF-01, R-CF-02, N-10, N-14, N-30)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import orjson

from hub.domain.facts import Dossier, Task
from hub.domain.registry import Person, Registry
from hub.domain.standing import nearest_committee
from hub.domain.view import View
from hub.ports import LedgerEntry, SealStore, Store
from hub.service import acts, replies
from hub.service.session import Cause, Session
from hub.service.status import find_case, stage, task_state, view_of
from hub.service.verdicts import Answer, Refusal

_RESTRICTIONS = {
    "leading_post": ("no_leading",),
    "higher_post": ("no_higher",),
    "promotion": ("no_leading", "no_higher", "no_promotion"),
}
NOT_AVAILABLE = Answer("not_available")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a person, a source as one of its clerks, or a cadre."""

    code: str
    place: str | None
    cadre: str | None = None
    works_under: tuple[str, ...] = ()
    kin_of: tuple[str, ...] = ()
    role: str = "clerk"


@dataclass(slots=True)
class Question:
    """One question and what it needs to be answered."""

    session: Session
    store: Store
    asker: Asker
    query: str
    args: Mapping[str, Any]


def denied(reason: str) -> Answer:
    """This asker may not, or not in this way; none of the content comes back."""
    return Answer("denied", {"reason": reason})


async def answer(session: Session, store: Store, asker: str, query: str, args: Mapping[str, Any]) -> Answer:
    """One question; the reasons of a denial are looked at in the order of scenario-format.md, the first that applies is given."""
    handler = QUERIES.get(query)
    if handler is None:
        found = NOT_AVAILABLE
    elif not args.get("purpose"):
        found = denied("no_purpose")
    else:
        who = await _asker(session, asker)
        found = await handler(Question(session, store, who, query, args))
    _log(session, asker, query, args, found)
    return found


def _log(session: Session, asker: str, query: str, args: Mapping[str, Any], found: Answer) -> None:
    named = {
        key: args[key]
        for key in ("case", "task", "finding", "cadre", "organ", "report", "body", "period")
        if key in args
    }
    body = {
        "who": asker,
        "query": query,
        "object": named,
        "purpose": args.get("purpose"),
        "answer": found.answer,
        "reason": found.content.get("reason"),
    }
    ident = f"access:{uuid4()}"
    session.uow.append(
        LedgerEntry(ident, "access", "access.logged", orjson.dumps(body, option=orjson.OPT_SORT_KEYS), session.uow.now)
    )


async def _asker(session: Session, code: str) -> Asker:
    registry = session.registry
    person: Person | None = registry.people.get(code)
    if person is not None:
        return Asker(code, person.place, None, person.works_under, person.kin_of, person.role)
    if code in registry.sources:
        return Asker(code, code)
    if await session.person(code) is not None:
        return Asker(code, None, cadre=await session.real_cadre(code))
    return Asker(code, code if code in registry.organs else None)


# ---- who may ----


async def _recused(question: Question, cadre: str) -> bool:
    """The subject, kin or subordinates of the subject, staff of a department that is recused (N-14)."""
    asker = question.asker
    if asker.cadre == cadre or cadre in asker.works_under or cadre in asker.kin_of:
        return True
    person = await question.session.person(cadre)
    for relation in (person or {}).get("relations", ()):
        barred = relation.get("person")
        if relation["department"] == asker.place and barred in (None, asker.code):
            return True
    return False


async def _about_cadre(question: Question, cadre: str) -> Answer | None:
    """Denial of a question about a cadre, or None: recused first, then only the department where the matters lie now."""
    if await _recused(question, cadre):
        return denied("recused")
    place = await question.session.standing(f"cadre:{cadre}")
    if question.asker.place is None or question.asker.place not in (place.department, place.co_department):
        return denied("not_competent")
    return None


def _of_committee(registry: Registry, asker: Asker, organ: str | None) -> bool:
    """For reports and exports: staff of that committee's own department, body, joint meeting or the committee itself."""
    source = registry.sources.get(asker.place or "")
    home = source.organ if source is not None else asker.place
    return home is not None and organ is not None and (home == organ or nearest_committee(registry, home) == organ)


def _released(question: Question, organ: str | None) -> bool:
    """Whether a secrecy officer of the operating organ released it."""
    officer = question.session.registry.people.get(str(question.args.get("released_by") or ""))
    return officer is not None and officer.role == "secrecy_officer" and officer.place == organ


async def _named_task(question: Question) -> tuple[Dossier, Task] | None:
    named = question.args.get("task")
    session = question.session
    if isinstance(named, Mapping):
        dossier = await session.dossier(f"cadre:{await session.real_cadre(str(named['cadre']))}")
        task = dossier.open_task() or (dossier.tasks[-1] if dossier.tasks else None)
    else:
        item = await session.json(f"item:{named}", None)
        if item is None or not item["dossier"].startswith("cadre:"):
            return None
        dossier = await session.dossier(item["dossier"])
        task = next((one for one in dossier.tasks if one.id == named), None)
    return (dossier, task) if task is not None else None


# ---- queries ----


def _view(question: Question, dossier: Dossier) -> View:
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
    refused = await _about_cadre(question, cadre)
    if refused is not None:
        return refused
    view = _view(question, await question.session.dossier(f"cadre:{cadre}"))
    case = find_case(view, str(named.get("issue")))
    if case is None:
        return denied("not_open")
    return Answer("allowed", {"stage": stage(view, case), "level": case.level, "cadre": cadre, "issue": case.id})


async def task_read(question: Question) -> Answer:
    """State, measure and clock of a task, its own pack, and a newer one in force since."""
    found = await _named_task(question)
    if found is None:
        return denied("not_open")
    dossier, task = found
    refused = await _about_cadre(question, dossier.about)
    if refused is not None:
        return refused
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
    found = await _named_task(question)
    if found is None:
        return denied("not_open")
    dossier, task = found
    refused = await _about_cadre(question, dossier.about)
    if refused is not None:
        return refused
    session = question.session
    pack = session.packs.on(session.today)
    return Answer("allowed", {"pack": list(pack.names), "measure": recompute(dossier, task, session)})


def recompute(dossier: Dossier, task: Task, session: Session) -> str | None:
    """The measure that today's pack gives on a task's cases; None where it is none or several."""
    from hub.domain.assess import assess
    from hub.domain.tasks import ground_of

    cases = assess(dossier, session.packs.on(session.today), session.today)
    grounds = [ground_of(cases[key]) for key in task.cases if key in cases]
    measures = {measure for ground in grounds if ground is not None for measure in ground.measures}
    return measures.pop() if len(measures) == 1 else None


async def cadre_bars(question: Question) -> Answer:
    """Whether a restriction stands today (R-IM-02, R-IM-03); expired ones are masked and only counted."""
    cadre = await question.session.real_cadre(str(question.args.get("cadre")))
    refused = await _about_cadre(question, cadre)
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
    refused = await _about_cadre(question, cadre)
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
    found = await _named_task(question)
    if found is None:
        return denied("not_open")
    dossier, task = found
    session, args = question.session, question.args
    refused = await _about_cadre(question, dossier.about)
    if refused is not None:
        return refused
    fields = (
        "decision",
        "measure",
        "organ",
        "document_no",
        "decided_on",
        "effective_on",
        "announced_to",
        "reason",
        "recorded_by",
        "confirmed_by",
    )
    data = {name: args[name] for name in fields if args.get(name) is not None}
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


async def report_read(question: Question) -> Answer:
    """How many cadres under a committee the period's findings of one kind of body name; small cells are suppressed."""
    args, session = question.args, question.session
    organ = str(args.get("organ"))
    if args.get("report") != "persons_by_body":
        return NOT_AVAILABLE
    if not _of_committee(session.registry, question.asker, organ):
        return denied("not_competent")
    if not _released(question, organ):
        return denied("not_released")
    first, last = quarter(str(args.get("period")))
    persons = 0
    async for dossier in _dossiers(question):
        if dossier.standing.committee != organ:
            continue
        persons += any(
            one.body == args.get("body") and first <= one.first_time[:10] <= last for one in dossier.statements.values()
        )
    small = int(session.packs.on(session.today).thresholds["small_cell"])
    return Answer("suppressed") if 0 < persons < small else Answer("allowed", {"persons": persons})


async def cases_export(question: Question) -> Answer:
    """保密法36: many cases of one organ together are released by the secrecy officer first."""
    args, session = question.args, question.session
    organ = str(args.get("organ"))
    if not _of_committee(session.registry, question.asker, organ):
        return denied("not_competent")
    if not _released(question, organ):
        return denied("aggregation")
    cases = 0
    async for dossier in _dossiers(question):
        if dossier.standing.committee == organ and not await _recused(question, dossier.about):
            cases += len(_view(question, dossier).cases)
    return Answer("allowed", {"cases": cases})


async def _dossiers(question: Question) -> Any:
    after = ""
    while found := await question.store.documents("cadre:", after=after, limit=500):
        for key, body in found:
            after = key
            yield Dossier.model_validate_json(body)


async def ledger_verify(question: Question) -> Answer:
    """Walk the hash chain; where it is broken, publication stops and operations hear of it. Intake goes on."""
    store = question.store
    session = question.session
    if not isinstance(store, SealStore):
        return NOT_AVAILABLE
    bad = await store.verify()
    halted = await session.json("meta:halt", None)
    if bad is not None and halted is None:
        first = bad.rpartition("/")[2]
        halted = {"reason": "ledger_altered", "first_bad": first}
        session.put_json("meta:halt", halted)
        session.cause = Cause("urn:hub:self", "self", f"verify:{bad}", session.uow.now.isoformat(), "ledger.verify")
        session.say("ledger.alert", "operations", {"first_bad": first})
    content = {"intact": bad is None, "publishing": "stopped" if halted else "running"}
    return Answer("allowed", content | ({"first_bad": bad.rpartition("/")[2]} if bad is not None else {}))


def quarter(text: str) -> tuple[str, str]:
    """First and last day of a year or quarter, ``2026`` or ``2026-Q1``."""
    from hub.domain.dates import add_months

    year, _, part = text.partition("-Q")
    first = date(int(year), 3 * (int(part) - 1) + 1 if part else 1, 1)
    after = add_months(first, 3 if part else 12)
    return first.isoformat(), date.fromordinal(after.toordinal() - 1).isoformat()


QUERIES: dict[str, Callable[[Question], Awaitable[Answer]]] = {
    "finding.read": finding_read,
    "case.read": case_read,
    "task.read": task_read,
    "task.recompute": task_recompute,
    "cadre.bars": cadre_bars,
    "cadre.history": cadre_history,
    "decision.record": decision_record,
    "report.read": report_read,
    "cases.export": cases_export,
    "ledger.verify": ledger_verify,
}
