"""Removes the content of one record whose retention has ended, in one transaction; what took place stays provable (R-CF-03).

Removed: the dossier, its findings and acts, what they are indexed by, queue items, wake-up calls, and the bodies of its
ledger lines. Kept: a mark of each finding and act under its id, the refs, inbox rows without their content hash, the
ledger lines with everything but their bodies, and who looked at the record (access entries, 个人信息保护法 55, 56).
With an archive the content is first sealed for its custodian; nothing in the hub can open that again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import orjson

from hub.domain.chain import REMOVAL
from hub.domain.files import ActFile, FindingFile
from hub.domain.retention import ended
from hub.ports import LedgerEntry
from hub.service import rematch
from hub.service.record import Record, gather, lines_of
from hub.service.session import Session

RULE = "R-CF-03"


class Archive(Protocol):
    """Where content goes before it is removed. ``kid`` names the key of its custodian."""

    @property
    def kid(self) -> str: ...

    def seal(self, content: bytes) -> str:
        """The content as one JWE that the custodian alone can open."""


async def remove(session: Session, key: str, archive: Archive | None) -> bool:
    """Remove the record ``key`` where its retention has ended today; False, doing nothing, where it has not.

    Raises RefusedError (``unpublished``) where a line of it was not published yet: nothing of it is removed then.
    Idempotent: what was removed has no dossier any more. Every document of it is locked, and looked at under the locks.
    """
    record = await gather(session, key)
    if not await has_ended(session, record):
        return False
    lines = await lines_of(session, record)
    documents = await _documents(session, record)
    place = None if archive is None else _sealed(session, record, archive, documents, lines)
    positions = await session.uow.empty(line.id for line in lines)
    await _clear(session, record, documents, lines)
    body = {
        "dossier": key,
        "how": "deleted" if place is None else "sealed",
        "archive": place,
        "custodian": archive.kid if archive is not None else None,
        "lines": len(lines),
        "positions": positions,
        "months": period(session, record),
        "pack": list(session.packs.on(session.today).names),
        "rules": [RULE],
    }
    ident = f"retention:{key}:{session.day}"
    session.uow.append(LedgerEntry(ident, "note", REMOVAL, orjson.dumps(body), session.uow.now, dossier=key))
    return True


async def has_ended(session: Session, record: Record) -> bool:
    """Whether the record's retention is over today; what was joined to another dossier ends with that one, not before."""
    into = record.dossier.merged_into
    if into is not None and await session.uow.peek([f"cadre:{into}"]):
        return False
    return ended(record.dossier, record.all_files, record.all_acts, period(session, record), session.today)


def period(session: Session, record: Record) -> int | None:
    """Months for which the record is kept, by today's pack of the committee that manages the cadre or unit."""
    return session.packs.on(session.today).retention_months(record.dossier.standing.committee)


async def _documents(session: Session, record: Record) -> dict[str, bytes]:
    """What is removed, as stored; petitioners sealed for their custodians go with their findings."""
    keys = [record.dossier.key]
    for file in record.files:
        keys += [f"finding:{file.id}", *(f"sealed:{file.id}/{number}" for number in file.revisions)]
    keys += [f"act:{act.id}" for act in record.acts]
    return await session.uow.get(keys)


def _sealed(
    session: Session, record: Record, archive: Archive, documents: Mapping[str, bytes], lines: list[LedgerEntry]
) -> str:
    """Put everything that will be removed under ``archive:<dossier>/<day>``; returns that key.

    Bodies of lines are kept as text, byte for byte: whoever opens the archive can check them against the ledger.
    """
    content: dict[str, Any] = {
        "dossier": record.dossier.key,
        "on": session.day,
        "documents": {key: orjson.Fragment(body) for key, body in documents.items()},
        "lines": [{"id": line.id, "type": line.type, "body": line.body.decode()} for line in lines],
    }
    place = f"archive:{record.dossier.key}/{session.day}"
    session.put_json(place, {"kid": archive.kid, "jwe": archive.seal(orjson.dumps(content))})
    return place


async def _clear(session: Session, record: Record, documents: Mapping[str, bytes], lines: list[LedgerEntry]) -> None:
    dossier = record.dossier
    for key in documents:
        session.uow.put(key, None)
    for file in record.files:
        await rematch.forget(session, file)
        session.uow.set_wakes(f"finding:{file.id}", [])
        mark = FindingFile(id=file.id, ref=file.ref, source=file.source, first_time=file.first_time, ended=session.day)
        session.put_file(mark)
    for file in record.shared_files:
        await _let_go(session, file, record)
    for act in record.acts:
        await _unname(session, act)
        session.put_act(
            ActFile(
                id=act.id,
                ref=act.ref,
                source=act.source,
                kind="",
                type=act.type,
                data={},
                time=act.time,
                ended=session.day,
            )
        )
    for act in record.shared_acts:
        act.dossiers = [key for key in act.dossiers if key != dossier.key]
        session.put_act(act)
    session.uow.set_wakes(dossier.key, [])
    if dossier.standing.unit:
        lying = await session.json(f"at:{dossier.standing.unit}", [])
        session.put_json(f"at:{dossier.standing.unit}", [key for key in lying if key != dossier.key])
    _unlist(session, record, lines)
    await _forget_hashes(session, lines)


async def _let_go(session: Session, file: FindingFile, record: Record) -> None:
    """A finding that stays for others' sake concerns this cadre or unit no more, whatever is stated later."""
    cadre = record.dossier.about
    gone = {act.id for act in record.acts}
    for subject in file.subjects.values():
        subject.candidates = [one for one in subject.candidates if one != cadre]
        if f"{subject.kind}:{subject.cadre}" == record.dossier.key:
            subject.how, subject.cadre, subject.explanation = "ended", None, {}
    file.acts = [one for one in file.acts if one not in gone]
    await rematch.forget(session, file, [cadre])
    session.put_file(file)


async def _unname(session: Session, act: ActFile) -> None:
    """No ref leads to this act any more."""
    for ref in act.about:
        naming = await session.json(f"about:{ref}", [])
        session.put_json(f"about:{ref}", [one for one in naming if one != act.id])


def _unlist(session: Session, record: Record, lines: list[LedgerEntry]) -> None:
    """Items of queues, with their leases: every item is something that was said."""
    items = [line.id for line in lines if line.kind == "out"]
    items += [said.id for file in record.files for said in file.said.values()]
    for ident in items:
        session.uow.put(f"item:{ident}", None)
        session.uow.put(f"lease:{ident}", None)
    session.uow.unqueue(items)


async def _forget_hashes(session: Session, lines: list[LedgerEntry]) -> None:
    """An event that was read stays known by its id alone: a hash would still confirm a guess at the content."""
    events = [(source, ident) for line in lines if line.kind == "in" for source, _, ident in [line.id.partition("/")]]
    for row in (await session.uow.seen(events)).values():
        session.uow.receive(replace(row, content_hash=None))
