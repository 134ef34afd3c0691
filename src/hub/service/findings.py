"""Findings: revisions, identity of the subjects, statements handed to the dossiers that they concern (R-IN-04..07, R-ID-01..06)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from hub.domain import matching
from hub.domain.clocks import fire_said
from hub.domain.dates import due_date
from hub.domain.facts import Clock, Said, Statement
from hub.domain.files import FindingFile, Revision, SubjectFile
from hub.domain.registry import Source
from hub.domain.standing import nearest, nearest_committee
from hub.service import acts, calibration, rematch
from hub.service.ended import ENDED, refuse_ended
from hub.service.session import Session
from hub.service.verdicts import Refusal
from schemas.canonical import canonical

CONTEXT = ("appraisal", "other")


def data_hash(data: Any) -> str:
    """Hash of a payload alone: the same revision with other content is a clash, whatever the event's id."""
    return hashlib.sha256(canonical(data)).hexdigest()


async def handle(session: Session, source: Source, type: str, data: dict[str, Any]) -> None:
    """One finding event. Raises Refusal for a clash; otherwise a receipt says accepted or parked."""
    cause = session.cause
    assert cause is not None
    ref, number = data["ref"], data.get("revision", 1)
    ident = f"{source.code}/{ref}"
    file = await session.file(ident) or FindingFile(id=ident, ref=ref, source=source.code)
    refuse_ended(file)
    clean = {key: value for key, value in data.items() if key != "petitioner"}
    digest = data_hash(clean)
    seen = file.revisions.get(number)
    if seen is not None:
        if seen.hash != digest:
            raise Refusal(
                "revision_clash", "this ref and revision is known with other content", status=409, quarantine=True
            )
        session.say("duplicate.ignored", source.code, {"finding": ref, "event": cause.id}, ["R-IN-04"])
        return
    if type != "finding.retracted":
        _remit(source, data)
    retracted = type == "finding.retracted"
    held = file.statement_data()
    first = not file.revisions
    file.revisions[number] = Revision(
        id=cause.id, time=cause.time, hash=digest, retracted=retracted, data=None if retracted else clean
    )
    file.first_time = min(file.first_time or cause.time, cause.time)
    _seal(session, source, ref, number, data)
    session.put_file(file)
    if first:
        await acts.known(session, ref, ident)
    if file.current == 0 and 1 not in file.revisions:
        session.say("finding.parked", source.code, {"finding": ref, "revision": number, "event": cause.id}, ["R-IN-05"])
        return
    await _accept(session, source, file, number, held)


async def _accept(session: Session, source: Source, file: FindingFile, number: int, held: dict[str, Any]) -> None:
    """Take the highest revision in force; ``held`` is the statement that was in force before this event."""
    cause = session.cause
    assert cause is not None
    highest = max(file.revisions)
    changed = highest > file.current
    rules = ["R-IN-07"] if is_context(session, source) else ["R-IN-01"]
    before = file.current
    file.current = max(file.current, highest)
    other = file.statement_data() is not held
    warnings: list[str] = []
    if other or (changed and before == 0):
        warnings = await identify(session, source, file)
    if any(one.how == "ended" for one in file.subjects.values()):
        warnings.append(ENDED)
    receipt = {"finding": file.ref, "revision": number, "event": cause.id}
    session.say("finding.accepted", source.code, receipt | ({"warnings": warnings} if warnings else {}), rules)
    if changed or before:
        await hand_over(session, source, file, only_times=not (changed or other))


def _remit(source: Source, data: dict[str, Any]) -> None:
    """R-IN-06: outside what the registration lists the finding goes back; where it lists nothing, nothing is outside."""
    categories, organs = source.remit_categories, source.remit_organs
    outside = categories and data["category"] not in categories
    named = [subject.get("organ") for subject in data["subjects"] if subject.get("organ")]
    if outside or (organs and any(organ not in organs for organ in named)):
        raise Refusal(
            "outside_remit",
            "the matter lies outside what this body is registered for",
            status=422,
            fields={"returned": True},
        )


def _seal(session: Session, source: Source, ref: str, number: int, data: dict[str, Any]) -> None:
    """The sealed petitioner stays apart: no ledger, no dossier, no output ever reads it."""
    if data.get("petitioner"):
        session.put_json(f"sealed:{source.code}/{ref}/{number}", {"jwe": data["petitioner"]})


# ---- identity ----


async def identify(session: Session, source: Source, file: FindingFile) -> list[str]:
    """Match every subject of the revision in force; people's word on the same subject stays."""
    cause = session.cause
    assert cause is not None
    data = file.statement_data()
    published = date.fromisoformat(cause.time[:10])
    warnings: list[str] = []
    kept: dict[int, SubjectFile] = {}
    doubtful: list[tuple[int, dict[str, Any]]] = []
    for index, subject in enumerate(data["subjects"]):
        key = data_hash(
            {name: subject.get(name) for name in ("kind", "name", "citizen_id", "cadre_id", "organ", "post", "at")}
        )
        old = next((one for one in file.subjects.values() if one.key == key), None)
        if old is not None:
            kept[index] = old
            continue
        query = matching.SubjectQuery.from_wire(subject, published)
        found = (await session.look_up([(subject, published)]))[0]
        if subject.get("kind", "cadre") != "cadre":
            kept[index] = _unit(key, subject, found, session)
            continue
        result = matching.match(query, found)
        warnings += [code for code in result.warnings if code == "id_checksum"]
        kept[index] = await _matched(session, file, index, key, result)
        doubtful.append((index, subject))
    for gone in [one for one in file.subjects.values() if one not in kept.values()]:
        await _withdraw_subject(session, file, gone)
    file.subjects = kept
    session.put_file(file)
    for index, subject in doubtful:
        await rematch.remember(session, file, index, subject)
    return list(dict.fromkeys(warnings))


async def match_again(session: Session, file: FindingFile) -> None:
    """The roster changed: what no person settled is matched anew; a strong match that no longer holds is revoked (R-ID-05)."""
    data = file.statement_data()
    published = date.fromisoformat(file.revisions[file.current].time[:10])
    for index, old in sorted(file.subjects.items()):
        if old.how in ("person", "unit", "none", "ended"):
            continue
        subject = data["subjects"][index]
        query = matching.SubjectQuery.from_wire(subject, published)
        result = matching.match(query, (await session.uow.candidates([query]))[0])
        how, chosen = answer_of(result)
        cadre = await session.real_cadre(chosen) if chosen else None
        if rematch.same(old, how, cadre):
            continue
        close_review(session, file, index, session.day, "withdrawn")
        if old.confirmed:
            await revoke(session, file, index, {"finding": file.ref, "subject": index})
        file.subjects[index] = await _matched(session, file, index, old.key, result)
        session.put_file(file)
        await rematch.remember(session, file, index, subject)
        if file.subjects[index].confirmed:
            await hand_one(session, session.registry.sources[file.source], file, index)


def answer_of(result: matching.MatchResult) -> tuple[str, str | None]:
    """(how, cadre) as it is kept in the file."""
    if result.route == "M1" and result.decision == "auto" and result.cadre_id:
        return "strong", result.cadre_id
    if result.probable and result.cadre_id:
        return "probable", result.cadre_id
    return ("none", None) if result.decision == "none" else ("review", None)


def _unit(key: str, subject: dict[str, Any], found: matching.Candidates, session: Session) -> SubjectFile:
    """The team or unit meant: by its code, or by the one organ that the words mean as of the conduct date."""
    said = subject.get("organ")
    organ = said if said in session.registry.organs else next(iter(sorted(found.organ.unit)), None)
    return SubjectFile(key=key, how="unit", cadre=organ, kind=subject["kind"])


async def _matched(
    session: Session, file: FindingFile, index: int, key: str, result: matching.MatchResult
) -> SubjectFile:
    """R-ID-01..04: strong id; probable until a person confirms; review; nobody."""
    base = {"finding": file.ref, "subject": index}
    candidates = list(dict.fromkeys([await session.real_cadre(one) for one in result.candidates]))
    said = calibration.forecast(result, len(candidates))
    told: dict[str, Any] = {"candidates": candidates, "explanation": result.explanation, "forecast": said}
    if result.route == "M1" and result.decision == "auto" and result.cadre_id:
        cadre = await session.real_cadre(result.cadre_id)
        await tell(session, cadre, "match.confirmed", base | {"route": "M1"}, ["R-ID-01"])
        return SubjectFile(key=key, how="strong", cadre=cadre, **told)
    if result.probable and result.cadre_id:
        cadre = await session.real_cadre(result.cadre_id)
        await tell(session, cadre, "match.probable", base | {"route": result.route}, ["R-ID-02"])
        made = SubjectFile(key=key, how="probable", cadre=cadre, **told)
        department = (await session.standing(f"cadre:{cadre}")).department
        _review(session, file, index, department, base | {"cadre": cadre}, ["R-ID-02"])
        return made
    if result.decision == "none":
        session.say("finding.returned_to_source", file.source, base | {"reason": "no_match"}, ["R-ID-04"])
        return SubjectFile(key=key, how="none", forecast=said)
    department = await _reviewer(session, file, result, candidates)
    _review(session, file, index, department, base | {"cadre": None}, ["R-ID-03"])
    return SubjectFile(key=key, how="review", **told)


async def _reviewer(
    session: Session, file: FindingFile, result: matching.MatchResult, candidates: Iterable[str]
) -> str | None:
    """The department that manages the named organ; else that of the first candidate, else the one nearest to the body."""
    if result.organ_id:
        place = await session.standing(f"unit:{result.organ_id}")
        if place.department:
            return place.department
    for cadre in candidates:
        place = await session.standing(f"cadre:{cadre}")
        if place.department:
            return place.department
    return nearest(session.registry, "department", session.registry.sources[file.source].organ)


async def tell(session: Session, cadre: str, type: str, data: dict[str, Any], rules: list[str]) -> None:
    """Say something about an identity to the department that manages the cadre, if there is one."""
    department = (await session.standing(f"cadre:{cadre}")).department
    if department:
        session.say(type, department, data | {"cadre": cadre}, rules, about=cadre)


def _review(
    session: Session, file: FindingFile, index: int, department: str | None, data: dict[str, Any], rules: list[str]
) -> None:
    """match.review.requested with its clock; candidates stay in the file for the reviewer alone."""
    if department is None:
        return
    deadline = session.packs.on(session.today).deadline("identity_review")
    due = due_date(session.today, deadline.n, deadline.unit, session.is_workday).isoformat()
    full = data | {"due": {"key": "identity_review", "date": due}}
    ident = session.say("match.review.requested", department, full, rules, about=data["cadre"])
    clock = Clock(key="identity_review", start=session.day, due=due, owes=department, rules=rules)
    slot = f"review:{index}"
    file.said[slot] = Said(
        slot=slot, id=ident, type="match.review.requested", to=department, on=session.day, rules=rules, clocks=[clock]
    )
    session.queue_item(ident, "match.review.requested", department, "issued", full, due, f"finding:{file.id}")
    session.put_wakes(f"finding:{file.id}", file)


def close_review(session: Session, file: FindingFile, index: int, day: str, state: str = "done") -> None:
    """A review was answered, or its question is gone."""
    said = file.said.get(f"review:{index}")
    if said is None or said.state != "open":
        return
    said.state = "done" if state == "done" else "withdrawn"
    for clock in said.clocks:
        clock.stopped = clock.stopped or day
    session.queue_item(
        said.id, said.type, said.to, state, {"finding": file.ref, "subject": index}, None, f"finding:{file.id}"
    )
    session.put_wakes(f"finding:{file.id}", file)
    session.put_file(file)


async def tick(session: Session, file: FindingFile) -> None:
    """Overdue identity reviews; silence settles nothing."""
    for said in file.said.values():
        for data, clock in fire_said(said, session.today):
            session.say("deadline.overdue", clock.owes, data | {"finding": file.ref}, clock.rules)
    session.put_file(file)
    session.put_wakes(f"finding:{file.id}", file)


async def _withdraw_subject(session: Session, file: FindingFile, gone: SubjectFile) -> None:
    """A revision no longer names this subject."""
    for index, one in file.subjects.items():
        if one is gone:
            close_review(session, file, index, session.day, "withdrawn")
    if gone.cadre is not None and (gone.confirmed or gone.how == "unit"):
        await session.step(_dossier_key(gone), {"kind": "statement.removed", "finding": file.id})


def _dossier_key(subject: SubjectFile) -> str:
    return f"{subject.kind}:{subject.cadre}"


# ---- statements ----


async def hand_over(session: Session, source: Source, file: FindingFile, *, only_times: bool = False) -> None:
    """Give the statement in force to every dossier that it concerns, and the acts that wait for it."""
    for index in sorted(file.subjects):
        subject = file.subjects[index]
        if subject.cadre is not None and (subject.confirmed or subject.how == "unit"):
            await hand_one(session, source, file, index, only_times=only_times)


async def hand_one(
    session: Session, source: Source, file: FindingFile, index: int, *, only_times: bool = False
) -> None:
    """One subject's statement to its dossier."""
    subject = file.subjects[index]
    key = _dossier_key(subject)
    statement = make_statement(session, source, file, index)
    if only_times:
        old = (await session.dossier(key)).statements.get(file.id)
        if old is not None and old.first_time == statement.first_time:
            return
    await session.step(key, {"kind": "statement.put", "statement": statement.model_dump(exclude_defaults=True)})
    if subject.how != "unit":
        await acts.deliver(session, file, subject.cadre or "")


def is_context(session: Session, source: Source) -> bool:
    """R-IN-07: a context source counts only where a dated pack lists it as a further body; appraisal is never one (P-4)."""
    further = session.packs.on(session.today).parameters["further_source_bodies"]
    return source.body in CONTEXT and (source.body == "appraisal" or source.code not in further)


def make_statement(session: Session, source: Source, file: FindingFile, index: int) -> Statement:
    """What the revision in force says about one subject; free text of the body stays out of the dossier."""
    data = file.statement_data()
    subject = data["subjects"][index]
    revision = file.revisions[file.current]
    issue = data["issue"]
    at = subject.get("at")
    period = issue.get("period")
    committee = nearest_committee(session.registry, source.organ)
    return Statement(
        id=file.id, ref=file.ref, source=source.code, body=source.body or "other", level=source.level or data["level"],
        organ=source.organ, committee=committee, lineage=lineage(session, source.organ), context=is_context(session, source),
        revision=file.current, status="withdrawn" if revision.retracted else data["status"],
        verified_by=verified_elsewhere(session, source, data),
        issue=issue.get("ref") or f"{file.source}/{file.ref}", objects=list(issue.get("objects") or ()),
        period=[period.get("from"), period.get("to")] if period else None, place=issue.get("place"),
        category=data["category"], severity=subject.get("severity") or data.get("severity"),
        attribution=subject.get("attribution", "none_stated"), dissent=bool(subject.get("recorded_dissent")),
        sub_code=subject.get("sub_code"), conduct=(at.get("to") or at.get("from")) if isinstance(at, dict) else at,
        matter=data.get("matter"), relations=[[one["kind"], one["ref"]] for one in data.get("relations") or ()],
        evidence=[[one["ref"], "own" if one["own"] else ""] for one in data.get("evidence") or ()],
        harm=list(data.get("harm") or ()), blockers=list(data.get("blockers") or ()),
        duties_performed=bool(data.get("duties_performed")), unsuited_to_level=bool(data.get("unsuited_to_level")),
        prior_warning=bool(data.get("prior_warning")), proposes_responsibility=bool(data.get("proposes_responsibility")),
        ranking_fell=bool(data.get("ranking_fell")), heard=bool(data.get("statement_heard")),
        time=revision.time, first_time=file.first_time,
    )  # fmt: skip


def verified_elsewhere(session: Session, source: Source, data: dict[str, Any]) -> str | None:
    """The other body that a sender names as the verifying one; a body may assert only its own verification (R-IN-01)."""
    named = data.get("verified_by")
    if named in (None, source.code, source.organ):
        return None
    known = session.registry.sources.get(named)
    return known.code if known is not None and known.body is not None else None


def lineage(session: Session, organ: str) -> list[str]:
    """The organs above an organ, nearest first."""
    return session.registry.line(organ)[1:]


def parse_day(text: str) -> date:
    """The day of an ISO timestamp."""
    return datetime.fromisoformat(text).date()


async def revoke(session: Session, file: FindingFile, index: int, base: dict[str, Any]) -> None:
    """R-ID-05: a confirmed match was wrong; everything that stood on it is taken back."""
    subject = file.subjects[index]
    cadre = subject.cadre or ""
    await tell(session, cadre, "match.revoked", base, ["R-ID-05"])
    await session.step(f"cadre:{cadre}", {"kind": "statement.removed", "finding": file.id, "mistaken": True})
