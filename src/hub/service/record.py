"""What belongs to one dossier: findings, formal acts, ledger lines. And what of it others still need (R-CF-03)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from hub.domain.chain import REMOVAL
from hub.domain.facts import Dossier
from hub.domain.files import ActFile, FindingFile
from hub.ports import LedgerEntry
from hub.service.session import Session
from schemas.inbound import INBOUND

MATCHING = ("match.reviewed", "link.reviewed")
"""Replies about findings, not about one dossier."""


@dataclass(slots=True)
class Record:
    """One dossier with its findings and acts. ``shared_*``: those that another dossier, not ended yet, has too."""

    dossier: Dossier
    files: list[FindingFile] = field(default_factory=list)
    shared_files: list[FindingFile] = field(default_factory=list)
    acts: list[ActFile] = field(default_factory=list)
    shared_acts: list[ActFile] = field(default_factory=list)

    @property
    def all_files(self) -> list[FindingFile]:
        """Every finding in it."""
        return self.files + self.shared_files

    @property
    def all_acts(self) -> list[ActFile]:
        """Every act in it."""
        return self.acts + self.shared_acts


async def gather(session: Session, key: str) -> Record:
    """The record of a dossier, every document of it locked."""
    record = Record(await session.dossier(key))
    dossier = record.dossier
    await session.uow.get([f"finding:{ident}" for ident in dossier.statements])
    for ident in dossier.statements:
        file = await session.file(ident)
        if file is not None and not file.ended:
            home = record.shared_files if await _present(session, holders(file) - {key}) else record.files
            home.append(file)
    named = {*dossier.acts, *dossier.tolerances, *dossier.notes, *(one for file in record.files for one in file.acts)}
    await session.uow.get([f"act:{ident}" for ident in sorted(named)])
    for ident in sorted(named):
        act = await session.act(ident)
        if act is not None and not act.ended:
            (record.shared_acts if await _needed(session, act, record) else record.acts).append(act)
    return record


def holders(file: FindingFile) -> set[str]:
    """The dossiers that a finding's statements lie in."""
    settled = [one for one in file.subjects.values() if one.cadre and (one.confirmed or one.how == "unit")]
    return {f"{one.kind}:{one.cadre}" for one in settled}


async def _present(session: Session, keys: Iterable[str]) -> bool:
    return bool(await session.uow.peek(sorted(keys)))


async def _needed(session: Session, act: ActFile, record: Record) -> bool:
    """Whether an act lies in another dossier, or belongs to nobody yet and names a finding that stays."""
    key = record.dossier.key
    if await _present(session, set(act.dossiers) - {key}):
        return True
    gone = {file.id for file in record.files}
    return key not in act.dossiers and not {ident for ident in act.about.values() if ident} <= gone


# ---- ledger lines ----


async def lines_of(session: Session, record: Record) -> list[LedgerEntry]:
    """The lines whose content goes with a record, in ledger order; looks (``access``) and removals stay for ever."""
    own = [one for one in await session.uow.lines(dossier=record.dossier.key) if _has_content(one)]
    wanted = {*_causes(own), *_events(session, record.files, record.acts)}
    found = await session.uow.lines(ids=sorted(wanted))
    return own + [one for one in found if one.kind == "in" and not one.emptied and _goes(session, one, record)]


def _has_content(line: LedgerEntry) -> bool:
    return line.kind != "access" and line.type != REMOVAL and not line.emptied


def _causes(lines: Sequence[LedgerEntry]) -> set[str]:
    """The inbound lines that the steps of a dossier came from."""
    steps = (orjson.loads(line.body) for line in lines if line.type == "dossier.step")
    return {f"{step['source']}/{step['event']['id']}" for step in steps}


def _events(session: Session, files: Iterable[FindingFile], acts: Iterable[ActFile]) -> set[str]:
    """The inbound lines of findings and acts: ``<source urn>/<event id>``."""
    sources = session.registry.sources
    found = {(file.source, one.id) for file in files for one in file.revisions.values()}
    found |= {(act.source, ident) for act in acts for ident in act.events}
    ids = {f"{sources[code].urn}/{ident}" for code, ident in found if code in sources}
    return ids | {act.id for act in acts if act.type == "application"}


def _goes(session: Session, line: LedgerEntry, record: Record) -> bool:
    """Whether an inbound line is this record's alone: roster records never are, acts and findings where they go."""
    kind = INBOUND.get(line.type)
    if kind is None or kind.family == "roster":
        return False
    if line.type in MATCHING:
        data = orjson.loads(line.body)["data"]
        named = {data["finding"]} if line.type == "match.reviewed" else set(data["findings"])
        return named <= {name for file in record.files for name in (file.id, file.ref)}
    if kind.family == "replies" or (line.type == "tolerance.applied" and _of_a_case(line)):
        return True
    return line.id in _events(session, record.files, record.acts)


def _of_a_case(line: LedgerEntry) -> bool:
    """An application that names a case is a note of that dossier; one that names findings has a file of its own."""
    return orjson.loads(line.body)["data"].get("case") is not None
