"""Fetches what a batch will need in a few queries; correct without, fast with.

Locks are taken in two steps, each in key order, and before any event is handled: two batches about the same cadres wait
for each other here instead of meeting in the middle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from hub.domain.matching import Candidates
from hub.service.gate import stated_time
from hub.service.session import Session
from hub.service.verdicts import Refusal
from schemas.codec import Event

FINDINGS = ("hub.finding.reported", "hub.finding.revised", "hub.finding.retracted")
BY_REF, BY_FINDING = ("ref", "about", "waiting"), ("finding", "early")
"""Kinds of documents kept under a bare ref and under ``<source>/<ref>``."""
NEAR = 10
"""People that come into question for a subject, up to whom their documents are fetched ahead."""
Stated = tuple[Mapping[str, Any], date]


async def prefetch(session: Session, events: Sequence[Event]) -> None:
    """Inbox rows, files, candidates, people and dossiers that the events of one batch will ask for."""
    known = [(source, event) for event in events if (source := session.registry.by_urn(_text(event, "source")))]
    inbox = await session.uow.seen([(source.urn, _text(event, "id")) for source, event in known])
    fresh = [(source, event) for source, event in known if (source.urn, _text(event, "id")) not in inbox]
    keys: list[str] = []
    files: list[str] = []
    for source, event in fresh:
        ref = event.data.get("ref") if isinstance(event.data, dict) else None
        if isinstance(ref, str):
            ident = f"{source.code}/{ref}"
            files.append(ident)
            keys += [f"{kind}:{ident}" for kind in (*BY_REF, *BY_FINDING)] + [f"{kind}:{ref}" for kind in BY_REF]
    if keys:
        await session.uow.get(keys)
    findings = [event for _, event in fresh if event.attributes.get("type") in FINDINGS]
    if findings:
        await _people(session, [stated for event in findings for stated in _subjects(session, event)], files)


async def _people(session: Session, stated: Sequence[Stated], files: Iterable[str]) -> None:
    """Whom the findings mean: their roster documents, where they are managed, their dossiers."""
    found = await session.look_up(stated)
    near = {one.cadre_id: one.id_relation for each in found for one in each.people[:NEAR]}
    meant = {cadre for cadre, relation in near.items() if relation == "equal"} | await _named(session, files)
    people = await session.uow.peek([f"person:{cadre}" for cadre in sorted(meant | near.keys())])
    records = [orjson.loads(body) for body in people.values()]
    await session.uow.peek([f"person:{one['merged_into']}" for one in records if one.get("merged_into")])
    await session.uow.peek([f"posts:{organ}" for organ in sorted(_organs(found, records))])
    keys = [f"cadre:{cadre}" for cadre in meant] + [f"mt:{cadre}" for cadre in meant | near.keys()]
    dossiers = await session.uow.get(keys) if keys else {}
    new = [cadre for cadre in meant if f"cadre:{cadre}" not in dossiers]
    lying = {unit for cadre in new if (unit := (await session.standing(f"cadre:{cadre}")).unit)}
    if lying:
        await session.uow.get([f"at:{unit}" for unit in lying])


async def _named(session: Session, files: Iterable[str]) -> set[str]:
    """Cadres that earlier revisions of these findings were matched to."""
    known = [file for ident in files if (file := await session.file(ident)) is not None]
    return {one.cadre for file in known for one in file.subjects.values() if one.cadre and one.confirmed}


def _organs(found: Iterable[Candidates], records: Iterable[Mapping[str, Any]]) -> set[str]:
    held = {tenure["organ"] for record in records for tenure in record.get("tenures", ())}
    return held | {organ for each in found for organ in each.organ.unit}


def _subjects(session: Session, event: Event) -> list[Stated]:
    """Subjects as stated, with the day of the report; none where the event will be refused anyway."""
    subjects = event.data.get("subjects") if isinstance(event.data, dict) else None
    if not isinstance(subjects, list) or not all(isinstance(one, dict) for one in subjects):
        return []
    try:
        on = date.fromisoformat(stated_time(event, session.uow.now)[:10])
    except Refusal:
        return []
    return [(one, on) for one in subjects if _readable(one)]


def _readable(subject: Mapping[str, Any]) -> bool:
    """Whether the fields that a look-up reads are text: the contract is checked later."""
    names = ("name", "citizen_id", "organ", "post", "wording", "cadre_id", "place")
    texts = all(isinstance(subject.get(name), str | None) for name in names)
    return texts and isinstance(subject.get("at"), str | None) and not subject.get("aliases")


def _text(event: Event, name: str) -> str:
    return str(event.attributes.get(name, ""))
