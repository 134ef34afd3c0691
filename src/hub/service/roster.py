"""Roster events: fold the record, re-route what it moves, join what was two (contract section 3.3; R-ST, R-RT, R-ID-05)."""

from __future__ import annotations

from typing import Any

import orjson

from hub.domain import roster_docs
from hub.domain.matching import names
from hub.domain.registry import Organ, Source
from hub.service import findings
from hub.service.binding import refit
from hub.service.replies import two_people
from hub.service.session import Session
from hub.service.verdicts import Refusal


async def handle(session: Session, source: Source, type: str, data: dict[str, Any]) -> None:
    """One record. States hold from the event's time; whoever's standing changes by it is looked at again at once."""
    cause = session.cause
    assert cause is not None
    if type == "cadre.merged":
        two_people(data)
    keys = roster_docs.keys(type, data)
    found = await session.uow.get(keys)
    documents = {key: orjson.loads(body) for key, body in found.items()}
    if type in ("tenure.recorded", "relation.recorded", "cadre.merged") and keys[0] not in documents:
        raise Refusal(
            "unknown_cadre", "this cadre is not in the roster; send cadre.recorded first", fields={"missing": ["cadre"]}
        )
    if type == "organ.recorded" and keys[0] in documents:
        data = _merged_organ(documents[keys[0]], data)
    changed = roster_docs.apply(documents, type, data, cause.time)
    if not changed:
        return
    bodies = {key: orjson.dumps(documents[key]) for key in sorted(changed)}
    for key, body in bodies.items():
        session.uow.put(key, body)
    await session.uow.roster_changed(bodies)
    session.forget_people()
    if type == "organ.recorded":
        _register(session, data)
    if type == "cadre.merged":
        await _merge(session, data["from"], data["into"])
        return
    if type in ("cadre.recorded", "tenure.recorded"):
        await touched(session, data.get("cadre_id") or data["cadre"])
    for dossier in await _touched(session, type, data):
        await refresh(session, dossier)


def _merged_organ(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Names and succession add up: what an organ once was called stays known."""
    names = {(one["name"], one.get("kind")): one for one in old.get("names", ())}
    for one in new["names"]:
        names[(one["name"], one.get("kind"))] = one
    joined = {key: value for key, value in old.items() if value is not None} | {
        key: value for key, value in new.items() if value is not None
    }
    succession = [
        *old.get("succession", ()),
        *(one for one in new.get("succession") or () if one not in old.get("succession", ())),
    ]
    return joined | {"names": list(names.values()), "succession": succession}


def _register(session: Session, data: dict[str, Any]) -> None:
    """Routing knows the organ too; one that is registered keeps its name there."""
    registry = session.registry
    if data["organ_id"] in registry.organs:
        return
    organ = Organ(
        code=data["organ_id"],
        name=data["names"][0]["name"],
        level=data.get("level"),
        parent=data.get("parent"),
        kind=data.get("kind"),
    )
    session.uow.save_registry(registry.model_copy(update={"organs": {**registry.organs, organ.code: organ}}))


async def _touched(session: Session, type: str, data: dict[str, Any]) -> list[str]:
    if type in ("cadre.recorded", "tenure.recorded", "relation.recorded"):
        cadre = data.get("cadre_id") or data["cadre"]
        return [f"cadre:{cadre}"]
    if type == "management.recorded":
        return list(await session.json(f"at:{data['organ']}", []))
    return []


async def touched(session: Session, cadre: str) -> None:
    """A cadre's record or tenures changed: unsettled findings that may mean this cadre, and strong matches, are looked at again."""
    person = await session.person(cadre)
    record = (person or {}).get("record") or {}
    known = [record.get("name"), *record.get("former_names", ()), *record.get("aliases", ())]
    ids: dict[str, None] = {}
    for key in (f"mt:{cadre}", *(f"mn:{names.level1(name)}" for name in known if name)):
        ids |= dict.fromkeys(await session.json(key, []))
    for ident in sorted(ids):
        file = await session.file(ident)
        if file is not None and file.current:
            await findings.match_again(session, file)


async def refresh(session: Session, key: str) -> None:
    """Look at a dossier again where its standing has changed; one that has no facts is left alone."""
    dossier = await session.dossier(key)
    place = await session.standing(key, fresh=True)
    if place != dossier.standing and (
        dossier.statements or dossier.acts or dossier.tolerances or dossier.notes or dossier.said
    ):
        await session.step(key, {"kind": "standing.put"})


async def _merge(session: Session, old: str, new: str) -> None:
    """Two records are one person: findings move, copies of one source are still one source (contract section 6)."""
    dossier = await session.dossier(f"cadre:{old}")
    moved = [await session.file(ident) for ident in list(dossier.statements)]
    notes, links, unlinked = list(dossier.notes.values()), list(dossier.links), list(dossier.unlinked)
    found = [await session.act(ident) for ident in [*dossier.acts, *dossier.tolerances, *dossier.notes]]
    kept = [act for act in found if act is not None]
    await session.step(f"cadre:{old}", {"kind": "merged", "into": new})
    for act in kept:
        act.dossiers = [key for key in act.dossiers if key != f"cadre:{old}"]
        session.put_act(act)
    theirs = [
        (file, index) for file in moved if file is not None for index, one in file.subjects.items() if one.cadre == old
    ]
    for file, index in theirs:
        file.subjects[index].cadre = new
        session.put_file(file)
    for act in kept:  # before the findings: what was decided about them is known when they come
        await refit(session, act)
    for file, index in theirs:
        await findings.hand_one(session, session.registry.sources[file.source], file, index)
    for note in notes:
        if note.id not in {act.id for act in kept}:
            event = {"kind": "note.put", "note": note.model_dump(exclude_defaults=True), "on": session.day}
            await session.step(f"cadre:{new}", event)
    for same, pairs in ((True, links), (False, unlinked)):
        for pair in pairs:
            await session.step(f"cadre:{new}", {"kind": "link.put", "issues": pair, "same": same})
