"""Formal acts, tolerance and correction: who may, what they are about, to which dossiers they go (contract 3.2; R-CL-11, R-CL-12, R-TO)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.domain import matching
from hub.domain.facts import Act, Tolerance
from hub.domain.files import ActFile, FindingFile
from hub.domain.registry import Source
from hub.service.session import Session
from hub.service.verdicts import Refusal

LEVEL_RANK = {"central": 0, "province": 1, "prefecture": 2, "county": 3, "township": 4}
SHARED = ("joint_meeting", "false_accusation", "accident_report", "audit_result")
"""Acts that may concern everybody whom the findings name; the others concern one person."""


# ---- references ----


async def resolve(session: Session, ref: str) -> str | None:
    """A ref as written (bare or ``<source>/<ref>``) to a finding or act id; Refusal where a bare one means several."""
    known = await session.json(f"ref:{ref}", [])
    if len(known) > 1:
        raise Refusal(
            "ambiguous_ref",
            "a bare ref that several sources use; write <source code>/<ref>",
            fields={"missing": ["about"]},
        )
    return known[0] if known else None


async def known(session: Session, ref: str, ident: str, file: FindingFile | None) -> None:
    """A finding or act has come: index its ref, and wake what waits for it."""
    for name in (ref, ident):
        index = await session.json(f"ref:{name}", [])
        if ident not in index:
            session.put_json(f"ref:{name}", sorted([*index, ident]))
        for waiting in await session.json(f"wait:{name}", []):
            act = await session.act(waiting)
            if act is not None and act.about.get(name, "") is None:
                act.about[name] = ident
                session.put_act(act)
                if file is not None and act.id not in file.acts:
                    file.acts.append(act.id)
                    session.put_file(file)
                await _again(session, act)
        session.put_json(f"wait:{name}", [])


async def _again(session: Session, act: ActFile) -> None:
    """What an act is about became known: the dossiers that have it get it anew."""
    for key in act.dossiers:
        await give(session, act, key)


# ---- determinations ----


async def made(session: Session, source: Source, data: dict[str, Any], hash: str) -> None:
    """determination.made: checked, resolved, given to the dossiers; parked where a finding is not here yet."""
    cause = session.cause
    assert cause is not None
    ident = f"{source.code}/{data['ref']}"
    old = await session.act(ident)
    if old is not None:
        await _once_more(session, source, old, data, hash)
        return
    _competent(source, data)
    file = ActFile(
        id=ident,
        ref=data["ref"],
        source=source.code,
        kind=data["kind"],
        type="act",
        data=data,
        time=cause.time,
        hash=hash,
    )
    await _about(session, file, data.get("about", ()))
    if data.get("subject") is not None:
        file.person = await _person(session, data["subject"])
        file.own_case = not data.get("about")
    elif data.get("cadre"):
        file.person = await session.real_cadre(data["cadre"])
    keys = await _dossiers(session, file)
    await _false_accusation(session, source, file, keys)
    await _store(session, source, file, keys)


async def _once_more(session: Session, source: Source, old: ActFile, data: dict[str, Any], hash: str) -> None:
    """The same act again: an approved extension, an exact repeat, or a clash."""
    if data.get("extension"):
        for key in old.dossiers:
            await session.step(key, {"kind": "act.extended", "act": old.id, "until": data["extension"]["until"]})
        session.say("determination.accepted", source.code, {"determination": old.ref}, ["R-ME-08"])
        return
    if old.hash != hash:
        raise Refusal("content_clash", "this determination is known with other content", status=409, quarantine=True)
    session.say("duplicate.ignored", source.code, {"determination": old.ref}, ["R-IN-04"])


def _competent(source: Source, data: dict[str, Any]) -> None:
    """An organ acts in its own name; a false accusation is determined, and a case filed, by those who may."""
    authority = data.get("authority") or {}
    organ = authority.get("organ")
    if organ is not None and organ not in (source.code, source.organ):
        raise Refusal(
            "not_competent", "a source states its own acts only", status=403, fields={"missing": ["authority"]}
        )
    discipline = source.body == "discipline"
    committee = source.role == "party_committee"
    if data["kind"] in ("case_filed", "case_closed") and not discipline:
        raise Refusal(
            "not_competent", "a case is filed by a discipline organ", status=403, fields={"missing": ["authority"]}
        )
    if data["kind"] == "sanction" and not (discipline or committee):
        raise Refusal(
            "not_competent",
            "a sanction is decided by a discipline organ or a committee",
            status=403,
            fields={"missing": ["authority"]},
        )
    if data["kind"] == "joint_meeting" and source.role != "joint_meeting":
        raise Refusal(
            "not_competent",
            "only a joint meeting decides which conclusion prevails",
            status=403,
            fields={"missing": ["authority"]},
        )


async def _about(session: Session, file: ActFile, refs: Any) -> None:
    for ref in refs:
        ident = await resolve(session, ref)
        if ident is None and "/" not in ref:
            own = f"{file.source}/{ref}"
            ident = own if await session.file(own) or await session.act(own) else None
        file.about[ref] = ident


async def _person(session: Session, subject: dict[str, Any]) -> str:
    """The cadre of an act that names a person: by strong id alone (Gate-1)."""
    if subject.get("cadre_id"):
        return await session.real_cadre(subject["cadre_id"])
    cause = session.cause
    assert cause is not None
    query = matching.SubjectQuery.from_wire(subject, date.fromisoformat(cause.time[:10]))
    result = matching.match(query, (await session.uow.candidates([query]))[0])
    if result.route != "M1" or result.cadre_id is None:
        raise Refusal(
            "identity", "a formal act names its person by citizen ID or cadre number", fields={"missing": ["subject"]}
        )
    return await session.real_cadre(result.cadre_id)


async def _dossiers(session: Session, file: ActFile) -> list[str]:
    """The dossiers that an act goes to now. One-person acts over several persons' findings must name the person."""
    if file.person is not None:
        return [f"cadre:{file.person}"]
    found = await _cadres(session, file)
    if len(found) > 1 and file.kind not in SHARED:
        raise Refusal(
            "several_cadres",
            "the findings concern several cadres; name the one that is meant",
            fields={"missing": ["cadre"]},
        )
    if len(found) == 1 and file.kind not in SHARED:
        file.person = found[0]
    return [f"cadre:{cadre}" for cadre in found]


async def _cadres(session: Session, file: ActFile) -> list[str]:
    found: list[str] = []
    for ident in file.about.values():
        finding = await session.file(ident) if ident else None
        other = await session.act(ident) if ident and finding is None else None
        if finding is not None:
            found += [one.cadre for one in finding.subjects.values() if one.confirmed and one.cadre]
        if other is not None:
            found += [key.removeprefix("cadre:") for key in other.dossiers]
    return list(dict.fromkeys(found))


async def _false_accusation(session: Session, source: Source, file: ActFile, keys: list[str]) -> None:
    """R-CL-11, R-CL-12: authority, level, document, date, fabrication and intent; else the sender is told what is missing."""
    if file.kind != "false_accusation":
        return
    data = file.data
    authority = data.get("authority") or {}
    missing = [name for name in ("document_no", "decided_on") if not data.get(name)]
    missing += [name for name in ("fabrication", "intent") if data.get(name) is not True]
    if source.body != "discipline" and source.role != "party_committee":
        missing.append("authority")
    pack = session.packs.on(session.today)
    needed = LEVEL_RANK[pack.parameters["false_accusation_min_level"]]
    for key in keys:
        managed = (await session.standing(key)).committee_level
        if pack.parameters["province_managed_needs_province_level"] and managed in ("province", "central"):
            needed = min(needed, LEVEL_RANK["province"])
    level = source.level or session.registry.level_of(source.organ) or authority.get("level")
    if LEVEL_RANK.get(level or "", 9) > needed or (authority.get("level") or level) != level:
        missing.append("level")
    if missing:
        raise Refusal(
            "false_accusation_record", "the record lacks elements", fields={"missing": missing, "rules": ["R-CL-11"]}
        )


async def _store(session: Session, source: Source, file: ActFile, keys: list[str]) -> None:
    waiting = [ref for ref, ident in file.about.items() if ident is None]
    for ref in waiting:
        session.put_json(f"wait:{ref}", sorted({*await session.json(f"wait:{ref}", []), file.id}))
    for ident in file.about.values():
        finding = await session.file(ident) if ident else None
        if finding is not None and file.id not in finding.acts:
            finding.acts.append(file.id)
            session.put_file(finding)
    session.put_act(file)
    await known(session, file.ref, file.id, None)
    receipt = "determination.parked" if waiting else "determination.accepted"
    session.say(receipt, source.code, {"determination": file.ref}, ["R-IN-01"])
    for key in keys:
        await give(session, file, key)


async def deliver(session: Session, finding: FindingFile, cadre: str) -> None:
    """A statement came to a cadre's dossier: the acts about this finding follow, unless they are bound to another person."""
    for ident in finding.acts:
        act = await session.act(ident)
        if act is None or act.revoked or f"cadre:{cadre}" in act.dossiers:
            continue
        if act.kind not in SHARED and act.person is None:
            act.person = cadre
        if act.person in (None, cadre):
            await give(session, act, f"cadre:{cadre}")


async def give(session: Session, file: ActFile, key: str) -> None:
    """Hand an act to a dossier, with what it is about as far as known."""
    if key not in file.dossiers:
        file.dossiers.append(key)
    session.put_act(file)
    about = [ident or ref for ref, ident in file.about.items()]
    if file.type == "tolerance":
        decision = _decision(file, about)
        await session.step(key, {"kind": "tolerance.put", "tolerance": decision.model_dump(exclude_defaults=True)})
    else:
        made_act = _act(session, file, about)
        await session.step(key, {"kind": "act.put", "act": made_act.model_dump(exclude_defaults=True)})


def _act(session: Session, file: ActFile, about: list[str]) -> Act:
    data = file.data
    source = session.registry.sources.get(file.source)
    copied = {
        name: data.get(name)
        for name in (
            "decided_on", "effective_on", "document_no", "measure", "severity", "type", "form", "grade", "conclusion",
            "sub_code", "outcome", "merged_months",
        )
    }  # fmt: skip
    prevails = data.get("prevails")
    return Act(
        id=file.id, ref=file.ref, source=file.source, body=source.body if source else None, kind=file.kind, about=about,
        own_case=file.own_case, level=source.level if source else None, prevails=file.about.get(prevails) or prevails if prevails else None,
        unsuited_to_level=bool(data.get("unsuited_to_level")), announced_to=list(data.get("announced_to") or ()),
        extended_until=(data.get("extension") or {}).get("until"), time=file.time, **copied,
    )  # fmt: skip


def _decision(file: ActFile, about: list[str]) -> Tolerance:
    data = file.data
    return Tolerance(
        id=file.id, ref=file.ref, source=file.source, about=about, outcome=data["outcome"], items=list(data.get("items") or ()),
        requirements=data.get("requirements"), deadline=data.get("deadline"), time=file.time,
    )  # fmt: skip


async def revoked(session: Session, source: Source, data: dict[str, Any]) -> None:
    """determination.revoked carries the ref of what it revokes; before the act is here it is parked with it."""
    ident = f"{source.code}/{data['ref']}"
    act = await session.act(ident)
    if act is None:
        named = await resolve(session, data["ref"])
        act = await session.act(named) if named else None
    if act is None:
        session.put_json(f"revoked:{ident}", True)
        session.say("determination.parked", source.code, {"determination": data["ref"]}, ["R-CL-13"])
        return
    if act.source != source.code:
        raise Refusal(
            "not_competent", "only the organ that made an act revokes it", status=403, fields={"missing": ["authority"]}
        )
    act.revoked = True
    session.put_act(act)
    session.say("determination.accepted", source.code, {"determination": data["ref"]}, ["R-CL-13"])
    for key in act.dossiers:
        await session.step(key, {"kind": "act.revoked", "act": act.id})


# ---- tolerance and correction ----


async def tolerance(session: Session, source: Source, data: dict[str, Any], hash: str) -> None:
    """tolerance.decided: by the accountability organ, for findings or acts and one person; the six factors are mandatory."""
    cause = session.cause
    assert cause is not None
    ident = f"{source.code}/{data['ref']}"
    old = await session.act(ident)
    if old is not None:
        if old.hash != hash:
            raise Refusal("content_clash", "this decision is known with other content", status=409, quarantine=True)
        session.say("duplicate.ignored", source.code, {"determination": old.ref}, ["R-IN-04"])
        return
    missing = [] if data.get("factors") else ["factors"]
    if source.body != "discipline" and source.role != "party_committee":
        missing.append("authority")
    if missing:
        raise Refusal(
            "tolerance_record", "the decision lacks elements", fields={"missing": missing, "rules": ["R-TO-01"]}
        )
    file = ActFile(
        id=ident,
        ref=data["ref"],
        source=source.code,
        kind="tolerance",
        type="tolerance",
        data=data,
        time=cause.time,
        hash=hash,
    )
    await _about(session, file, data["about"])
    file.person = await session.real_cadre(data["cadre"]) if data.get("cadre") else None
    keys = await _dossiers(session, file)
    for key in keys:
        managed = LEVEL_RANK.get((await session.standing(key)).committee_level or "", 9)
        level = source.level or session.registry.level_of(source.organ) or ""
        if LEVEL_RANK.get(level, 9) > managed and managed != 9:
            raise Refusal(
                "not_competent",
                "the deciding organ stands below the managing committee",
                status=403,
                fields={"missing": ["level"]},
            )
    await _store(session, source, file, keys)


async def correction(session: Session, source: Source, type: str, data: dict[str, Any]) -> None:
    """correction.confirmed and correction.extended, by the organ that decided; ``correction`` is the decision's ref."""
    cause = session.cause
    assert cause is not None
    act = await session.act(f"{source.code}/{data['correction']}")
    if act is None:
        named = await resolve(session, data["correction"])
        act = await session.act(named) if named else None
    if act is None or act.type != "tolerance":
        raise Refusal(
            "unknown_ref", "no tolerance decision has this ref", status=422, fields={"missing": ["correction"]}
        )
    if act.source != source.code:
        raise Refusal(
            "not_competent",
            "the organ that decided confirms and extends",
            status=403,
            fields={"missing": ["authority"]},
        )
    event: dict[str, Any] = {"kind": "correction", "decision": act.id, "on": data.get("on") or cause.time[:10]}
    if type == "correction.extended":
        deadline = act.data.get("deadline")
        if deadline and cause.time[:10] > deadline:
            raise Refusal("too_late", "an extension is granted before the deadline", fields={"missing": ["deadline"]})
        event["until"] = data["until"]
    session.say(
        "determination.accepted",
        source.code,
        {"determination": data["correction"]},
        ["R-CR-03" if event.get("until") else "R-CR-01"],
    )
    for key in act.dossiers:
        await session.step(key, event)
