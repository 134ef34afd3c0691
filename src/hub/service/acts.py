"""Formal acts, tolerance and correction: who may, what they are about, to which dossiers they go (contract 3.2; R-CL-11, R-CL-12, R-TO)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.domain import matching
from hub.domain.files import ActFile, FindingFile
from hub.domain.registry import Source
from hub.service.binding import (
    SHARED,
    astray,
    cadres,
    follow,
    keep_early,
    known,
    name_refs,
    refit,
    resolve,
    resolve_all,
    take_early,
    targets,
    too_late,
    unfit,
)
from hub.service.ended import refuse_about_ended, refuse_ended
from hub.service.session import Session
from hub.service.verdicts import Refusal

# ---- determinations ----


async def made(session: Session, source: Source, data: dict[str, Any], hash: str) -> None:
    """determination.made: checked, resolved, given to the dossiers; parked where a finding is not here yet."""
    cause = session.cause
    assert cause is not None
    ident = f"{source.code}/{data['ref']}"
    old = await session.act(ident)
    refuse_ended(old)
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
        events=[cause.id],
    )
    file.about = dict.fromkeys(data.get("about", ()))
    await resolve_all(session, file, strict=True)
    await refuse_about_ended(session, file)
    if data.get("subject") is not None:
        file.person = await _person(session, data["subject"])
        file.own_case = not data.get("about")
    elif data.get("cadre"):
        file.person = await session.real_cadre(data["cadre"])
    keys = await _dossiers(session, file)
    await _false_accusation(session, source, file, keys)
    await _store(session, source, file)


async def _once_more(session: Session, source: Source, old: ActFile, data: dict[str, Any], hash: str) -> None:
    """The same act again: an approved extension, an exact repeat, or a clash."""
    if data.get("extension"):
        cause = session.cause
        assert cause is not None
        old.extensions.append([cause.time, data["extension"]["until"]])
        old.events.append(cause.id)
        session.put_act(old)
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
    if file.person is None and file.kind not in SHARED and len(await cadres(session, file)) > 1:
        raise Refusal("several_cadres", "the findings concern several cadres; name the one that is meant")
    return await targets(session, file)


async def _false_accusation(session: Session, source: Source, file: ActFile, keys: list[str]) -> None:
    """R-CL-11, R-CL-12: authority, level, document, date, fabrication and intent; else the sender is told what is missing."""
    if file.kind != "false_accusation":
        return
    data = file.data
    missing = [name for name in ("document_no", "decided_on") if not data.get(name)]
    missing += [name for name in ("fabrication", "intent") if data.get(name) is not True]
    if source.body != "discipline" and source.role != "party_committee":
        missing.append("authority")
    for key in keys or [""]:
        if await unfit(session, file, key) and "level" not in missing:
            missing.append("level")
    if missing:
        raise Refusal(
            "false_accusation_record", "the record lacks elements", fields={"missing": missing, "rules": ["R-CL-11"]}
        )


async def _store(session: Session, source: Source, file: ActFile) -> None:
    """Keep an act, with what arrived before it, and hand it to whom it concerns."""
    await take_early(session, file)
    await name_refs(session, file)
    session.put_act(file)
    waiting = [ref for ref, ident in file.about.items() if ident is None]
    receipt = "determination.parked" if waiting else "determination.accepted"
    session.say(receipt, source.code, {"determination": file.ref}, ["R-IN-01"])
    await refit(session, file)
    await known(session, file.ref, file.id)


async def deliver(session: Session, finding: FindingFile, cadre: str) -> None:
    """A statement came to a cadre's dossier: the acts about this finding follow."""
    await follow(session, finding)


async def applied(session: Session, source: Source, data: dict[str, Any]) -> None:
    """R-TO-06: an application that names findings waits for those that are not here yet."""
    cause = session.cause
    assert cause is not None
    file = ActFile(
        id=f"{cause.source}/{cause.id}", ref=f"{source.code}#{cause.id}", source=source.code, kind="tolerance.applied",
        type="application", data={}, time=cause.time, about=dict.fromkeys(data["findings"]),
    )  # fmt: skip
    await resolve_all(session, file, strict=True)
    await refuse_about_ended(session, file)
    cadre = await session.real_cadre(data["by"])
    if await session.person(cadre) is not None:
        file.person = cadre
    elif len(await cadres(session, file)) > 1:
        raise Refusal("several_cadres", "name the cadre by whom or for whom the application is made")
    await name_refs(session, file)
    session.put_act(file)
    await refit(session, file)


async def revoked(session: Session, source: Source, data: dict[str, Any]) -> None:
    """determination.revoked carries the ref of what it revokes; before the act is here it is parked with it."""
    cause = session.cause
    assert cause is not None
    ident = f"{source.code}/{data['ref']}"
    act = await session.act(ident)
    if act is None:
        named = await resolve(session, data["ref"])
        act = await session.act(named) if named else None
    refuse_ended(act)
    if act is None:
        await keep_early(session, ident, {"what": "revoked", "event": cause.id})
        session.say("determination.parked", source.code, {"determination": data["ref"]}, ["R-CL-13"])
        return
    if act.source != source.code:
        raise Refusal(
            "not_competent", "only the organ that made an act revokes it", status=403, fields={"missing": ["authority"]}
        )
    act.revoked = True
    act.events.append(cause.id)
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
    refuse_ended(old)
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
        events=[cause.id],
    )
    file.about = dict.fromkeys(data["about"])
    await resolve_all(session, file, strict=True)
    await refuse_about_ended(session, file)
    file.person = await session.real_cadre(data["cadre"]) if data.get("cadre") else None
    for key in await _dossiers(session, file):
        if await unfit(session, file, key):
            raise Refusal(
                "not_competent",
                "the deciding organ stands below the managing committee",
                status=403,
                fields={"missing": ["level"]},
            )
        if await astray(session, file, key):
            raise Refusal(
                "not_competent",
                "the deciding organ is not of the managing committee's line",
                status=403,
                fields={"missing": ["authority"]},
            )
    await _store(session, source, file)


async def correction(session: Session, source: Source, type: str, data: dict[str, Any]) -> None:
    """correction.confirmed and correction.extended, by the organ that decided; ``correction`` is the decision's ref."""
    cause = session.cause
    assert cause is not None
    ident = f"{source.code}/{data['correction']}"
    extended = type == "correction.extended"
    rules = ["R-CR-03" if extended else "R-CR-01"]
    on = data.get("on") or cause.time[:10]
    act = await session.act(ident)
    if act is None:
        named = await resolve(session, data["correction"])
        act = await session.act(named) if named else None
    refuse_ended(act)
    if act is None:
        what = {"what": "extended", "until": data["until"]} if extended else {"what": "confirmed", "on": on}
        await keep_early(session, ident, what | {"time": cause.time, "event": cause.id})
        session.say("determination.parked", source.code, {"determination": data["correction"]}, rules)
        return
    if act.type != "tolerance":
        raise Refusal("unknown_ref", "no tolerance decision has this ref", status=422)
    if act.source != source.code:
        raise Refusal(
            "not_competent",
            "the organ that decided confirms and extends",
            status=403,
            fields={"missing": ["authority"]},
        )
    event: dict[str, Any] = {"kind": "correction", "decision": act.id, "on": on}
    if extended:
        if too_late(act, cause.time):
            raise Refusal("too_late", "an extension is granted before the deadline")
        event["until"] = data["until"]
        act.extensions.append([cause.time, data["until"]])
    else:
        act.confirmed_on = min(filter(None, [act.confirmed_on, on]))
    act.events.append(cause.id)
    session.put_act(act)
    session.say("determination.accepted", source.code, {"determination": data["correction"]}, rules)
    for key in act.dossiers:
        await session.step(key, event)


__all__ = ["applied", "correction", "deliver", "known", "made", "resolve", "revoked", "tolerance"]
