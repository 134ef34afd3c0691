"""The roster learnt something: findings that it touches are matched anew; what a person confirmed stays (matching.md, Time).

Kept by finding: ``mt:<cadre>`` lists the findings matched to a cadre or with the cadre among the candidates, ``mn:<name>`` those
whose subject of that name is not settled. Both are small: they grow with findings, not with the roster.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from hub.domain.files import FindingFile, SubjectFile
from hub.domain.matching import names
from hub.ports import UnitOfWork, Wake
from hub.service.session import Session

SETTLED = ("strong", "person", "unit")


async def remember(session: Session, file: FindingFile, index: int, subject: dict[str, Any]) -> None:
    """Note which cadres and names this subject's match rests on."""
    made = file.subjects[index]
    keys = [f"mt:{cadre}" for cadre in dict.fromkeys([*filter(None, [made.cadre]), *made.candidates])]
    if made.how not in SETTLED:
        keys += [f"mn:{names.level1(name)}" for name in (subject.get("name"), *(subject.get("aliases") or ())) if name]
    for key in keys:
        found = await session.json(key, [])
        if file.id not in found:
            session.put_json(key, sorted([*found, file.id]))


async def forget(session: Session, file: FindingFile, cadres: Iterable[str] | None = None) -> None:
    """This finding is matched no more, to none of ``cadres`` (None: to nobody at all)."""
    keys = [f"mt:{cadre}" for cadre in cadres or ()]
    if cadres is None:
        keys = [f"mt:{one}" for made in file.subjects.values() for one in (made.cadre, *made.candidates) if one]
        for subject in (
            one for revision in file.revisions.values() for one in (revision.data or {}).get("subjects", ())
        ):
            known = (subject.get("name"), *(subject.get("aliases") or ()))
            keys += [f"mn:{names.level1(name)}" for name in known if name]
    for key in dict.fromkeys(keys):
        found = await session.json(key, [])
        if file.id in found:
            session.put_json(key, [one for one in found if one != file.id])


async def announce(documents: Iterable[str], uow: UnitOfWork, today: date) -> None:
    """After a bulk load: wake whatever the changed roster documents concern, to be looked at by the clockwork."""
    changed = list(documents)
    people = [key.removeprefix("person:") for key in changed if key.startswith("person:")]
    wanted = {f"mt:{cadre}": cadre for cadre in people} | {f"cadre:{cadre}": cadre for cadre in people}
    present = {wanted[key] for key in await uow.peek(list(wanted))}
    organs = [key.removeprefix("posts:") for key in changed if key.startswith("posts:")]
    lying = await uow.peek([f"at:{organ}" for organ in organs])
    for cadre in sorted(present):
        uow.set_wakes(f"touched:{cadre}", [Wake(f"touched:{cadre}", "roster", today)])
    for key in sorted(lying):
        organ = key.removeprefix("at:")
        uow.set_wakes(f"posts-touched:{organ}", [Wake(f"posts-touched:{organ}", "roster", today)])


def same(old: SubjectFile, how: str, cadre: str | None) -> bool:
    """Whether a new look came to the same answer."""
    return old.how == how and old.cadre == cadre
