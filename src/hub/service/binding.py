"""Which findings a formal act is about, and to whose dossiers it goes: a function of what is known, not of what came first.

Every act keeps its refs as written. Whenever a finding comes, is revised, or is matched anew, :func:`refit` works out again
what the refs mean and whom the act concerns; dossiers that it no longer concerns lose it, others get it. So an act that
arrives before its findings, and one that arrives after them, end in the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.domain.dates import day_of
from hub.domain.facts import Act, Note, Tolerance
from hub.domain.files import ActFile, FindingFile
from hub.domain.groups import RANK
from hub.service.session import Session
from hub.service.verdicts import Refusal

SHARED = ("joint_meeting", "false_accusation", "accident_report", "audit_result")
"""Acts that may concern everybody whom the findings name; the others concern one person."""
PUTS = {"act": "act.put", "tolerance": "tolerance.put", "application": "note.put"}


# ---- references ----


async def resolve(session: Session, ref: str, time: str | None = None) -> str | None:
    """A ref as written (bare or ``<source>/<ref>``) to a finding or act id; Refusal where a bare one means several.

    ``time``: that of the event that names it. Of several, the one finding known by the ref at that time is meant.
    """
    known = await session.json(f"ref:{ref}", [])
    if len(known) > 1:
        earlier = [ident for ident in known if time is not None and await _first(session, ident) <= time]
        if len(earlier) == 1:
            return str(earlier[0])
        raise Refusal("ambiguous_ref", "a bare ref that several sources use; write <source code>/<ref>")
    return str(known[0]) if known else None


async def _first(session: Session, ident: str) -> str:
    finding = await session.file(ident)
    act = await session.act(ident) if finding is None else None
    return finding.first_time if finding else act.time if act else "9999"


async def resolve_all(session: Session, file: ActFile, *, strict: bool) -> None:
    """What the refs of an act mean now. ``strict``: raise for one that means several; else it stays open."""
    for ref in file.about:
        try:
            file.about[ref] = await resolve(session, ref, file.time)
        except Refusal:
            if strict:
                raise
            file.about[ref] = None


async def known(session: Session, ref: str, ident: str) -> None:
    """A finding or act has come: index its ref, and look again at every act that names it."""
    for name in (ref, ident):
        index = await session.json(f"ref:{name}", [])
        if ident not in index:
            session.put_json(f"ref:{name}", sorted([*index, ident]))
    for name in (ref, ident):
        for waiting in await session.json(f"about:{name}", []):
            act = await session.act(waiting)
            if act is not None:
                await refit(session, act)


async def name_refs(session: Session, file: ActFile) -> None:
    """Note under every ref that this act names it."""
    for ref in file.about:
        session.put_json(f"about:{ref}", sorted({*await session.json(f"about:{ref}", []), file.id}))


# ---- persons ----


async def cadres(session: Session, file: ActFile) -> list[str]:
    """The cadres whom the findings name, directly or through the acts that this one is about."""
    found: list[str] = []
    for ident in file.about.values():
        finding = await session.file(ident) if ident else None
        other = await session.act(ident) if ident and finding is None else None
        if finding is not None and finding.current:
            found += meant(finding, file)
        if other is not None:
            found += [key.removeprefix("cadre:") for key in other.dossiers]
    return sorted(set(found))


def meant(finding: FindingFile, file: ActFile) -> list[str]:
    """Whom a finding named when the act was made: an act never carries over to somebody named or matched only later."""
    before = [number for number, one in finding.revisions.items() if one.data and one.time <= file.time]
    then = finding.revisions[max(before, default=min(finding.revisions))].data
    now = finding.statement_data()
    found = []
    for index, subject in finding.subjects.items():
        if not subject.confirmed or subject.cadre is None:
            continue
        if file.kind not in SHARED:
            named = now["subjects"][index]
            if then is not None and not any(_alike(one, named) for one in then["subjects"]):
                continue
            if subject.after is not None and file.time < subject.after:
                continue
        found.append(subject.cadre)
    return found


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one.get("citizen_id") and other.get("citizen_id"):
        return bool(one["citizen_id"] == other["citizen_id"])
    return one.get("name") == other.get("name") and one.get("cadre_id") == other.get("cadre_id")


async def targets(session: Session, file: ActFile) -> list[str]:
    """Dossier keys that an act belongs to now; none where it needs one person and several are concerned."""
    if file.person is not None:
        return [f"cadre:{await session.real_cadre(file.person)}"]
    found = await cadres(session, file)
    return [f"cadre:{cadre}" for cadre in found] if len(found) <= 1 or file.kind in SHARED else []


async def unfit(session: Session, file: ActFile, key: str) -> bool:
    """Whether the organ stands too low for this person, as things lay on the day of the act (R-CL-12; tolerance by the organ beside
    the managing committee or above). ``key`` "" asks for what holds whoever is concerned."""
    if file.kind not in ("false_accusation", "tolerance"):
        return False
    source = session.registry.sources[file.source]
    stated = (file.data.get("authority") or {}).get("level")
    level = source.level or session.registry.level_of(source.organ)
    managed = (await session.standing_on(key, file.time)).committee_level if key else None
    if file.kind == "tolerance":
        return managed is not None and RANK.get(level or "", 9) > RANK[managed]
    pack = session.packs.on(day_of(file.time))
    needed = RANK[pack.parameters["false_accusation_min_level"]]
    if pack.parameters["province_managed_needs_province_level"] and managed in ("province", "central"):
        needed = min(needed, RANK["province"])
    level = level or stated
    return RANK.get(level or "", 9) > needed or (stated or level) != level


async def astray(session: Session, file: ActFile, key: str) -> bool:
    """Whether a tolerance decision comes from an organ outside the line of the committee that manages this person (Gate-6: the competent
    body): neither of that committee's own area nor above it."""
    if file.kind != "tolerance":
        return False
    managed = (await session.standing_on(key, file.time)).committee
    organ = session.registry.sources[file.source].organ
    line = session.registry.line
    return managed is not None and managed not in line(organ) and organ not in line(managed)


async def refit(session: Session, file: ActFile) -> None:
    """Bring an act into the dossiers that it concerns now and out of all others; acts about it follow."""
    await resolve_all(session, file, strict=False)
    before = list(file.dossiers)
    # A decision once taken in is not lost by what the roster learns later about who managed whom.
    wanted = [
        key
        for key in await targets(session, file)
        if not await unfit(session, file, key) and (key in before or not await astray(session, file, key))
    ]
    for ident in file.about.values():
        finding = await session.file(ident) if ident else None
        if finding is not None and file.id not in finding.acts:
            finding.acts.append(file.id)
            session.put_file(finding)
    file.dossiers = wanted
    session.put_act(file)
    for key in before:
        if key not in wanted:
            await session.step(key, {"kind": "act.removed", "act": file.id})
    for key in wanted:
        await give(session, file, key)
    if before != wanted:
        await _followers(session, file)


async def _followers(session: Session, file: ActFile) -> None:
    for name in (file.ref, file.id):
        for ident in await session.json(f"about:{name}", []):
            act = await session.act(ident)
            if act is not None and ident != file.id and file.id in act.about.values():
                await refit(session, act)


async def follow(session: Session, finding: FindingFile) -> None:
    """A finding's subjects or matches may have changed: every act about it is looked at again."""
    for ident in finding.acts:
        act = await session.act(ident)
        if act is not None:
            await refit(session, act)


# ---- handing over ----


async def give(session: Session, file: ActFile, key: str) -> None:
    """Hand an act to a dossier, with what it is about as far as known; nothing where the dossier has just this."""
    about = [ident or ref for ref, ident in file.about.items()]
    dossier = await session.dossier(key)
    made: Act | Tolerance | Note
    old: Act | Tolerance | Note | None
    if file.type == "tolerance":
        made, old, field = _decision(file, about), dossier.tolerances.get(file.id), "tolerance"
    elif file.type == "application":
        made, old, field = _application(file, about), dossier.notes.get(file.id), "note"
    else:
        made, old, field = _act(session, file, about), dossier.acts.get(file.id), "act"
    if old is not None and old.model_copy(update={"accepted": ""} if field != "note" else {}) == made:
        return
    event = {"kind": PUTS[file.type], field: made.model_dump(exclude_defaults=True)}
    await session.step(key, event | ({"on": file.time[:10]} if field == "note" else {}))


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
        extended_until=extended_until(file), revoked=file.revoked, time=file.time,
        parked=bool(file.about) and not any(file.about.values()), **copied,
    )  # fmt: skip


def extended_until(file: ActFile) -> str | None:
    """The latest day to which the act's formalities were extended."""
    first = (file.data.get("extension") or {}).get("until")
    return max(filter(None, [first, *(until for _, until in file.extensions)]), default=None)


def _decision(file: ActFile, about: list[str]) -> Tolerance:
    data = file.data
    return Tolerance(
        id=file.id, ref=file.ref, source=file.source, about=about, outcome=data["outcome"], items=list(data.get("items") or ()),
        requirements=data.get("requirements"), deadline=data.get("deadline"), time=file.time,
        extended_until=max((until for _, until in file.extensions), default=None), confirmed_on=file.confirmed_on,
    )  # fmt: skip


def _application(file: ActFile, about: list[str]) -> Note:
    return Note(id=file.id, kind="tolerance.applied", source=file.source, about=about, time=file.time)


# ---- what came before the act it belongs to ----


async def keep_early(session: Session, ident: str, what: dict[str, Any]) -> None:
    """Park a revocation, extension or correction until its act is here."""
    kept: Iterable[Any] = await session.json(f"early:{ident}", [])
    session.put_json(f"early:{ident}", [*kept, what])


async def take_early(session: Session, file: ActFile) -> None:
    """Apply to a new act what arrived before it."""
    for what in await session.json(f"early:{file.id}", []):
        file.events.append(what["event"])
        if what["what"] == "revoked":
            file.revoked = True
        elif what["what"] == "extended" and not too_late(file, what["time"]):
            file.extensions.append([what["time"], what["until"]])
        elif what["what"] == "confirmed":
            file.confirmed_on = min(filter(None, [file.confirmed_on, what["on"]]))
    session.put_json(f"early:{file.id}", [])


def too_late(file: ActFile, time: str) -> bool:
    """Whether a correction's extension was granted after the day that the organ had set."""
    deadline = file.data.get("deadline") if file.type == "tolerance" else None
    return bool(deadline and time[:10] > deadline)
