"""Who may ask what: recusal, competence, release (N-14, N-30, R-CF-02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.facts import Dossier, Task
from hub.domain.registry import Registry
from hub.domain.standing import nearest_committee
from hub.ports import Store
from hub.service.session import Session
from hub.service.verdicts import Answer

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


async def recused(question: Question, cadre: str) -> bool:
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


async def about_cadre(question: Question, cadre: str) -> Answer | None:
    """Denial of a question about a cadre, or None: recused first, then only the department where the matters lie now."""
    if await recused(question, cadre):
        return denied("recused")
    place = await question.session.standing(f"cadre:{cadre}")
    if question.asker.place is None or question.asker.place not in (place.department, place.co_department):
        return denied("not_competent")
    return None


def of_committee(registry: Registry, asker: Asker, organ: str | None) -> bool:
    """For reports and exports: staff of that committee's own department, body, joint meeting or the committee itself."""
    source = registry.sources.get(asker.place or "")
    home = source.organ if source is not None else asker.place
    return home is not None and organ is not None and (home == organ or nearest_committee(registry, home) == organ)


def released(question: Question, organ: str | None) -> bool:
    """Whether a secrecy officer of the operating organ released it."""
    officer = question.session.registry.people.get(str(question.args.get("released_by") or ""))
    return officer is not None and officer.role == "secrecy_officer" and officer.place == organ


async def task_asked_about(question: Question) -> tuple[Dossier, Task] | Answer:
    """The task that is named and its dossier, or why this asker gets no answer about it."""
    found = await named_task(question)
    if found is None:
        return denied("not_open")
    return await about_cadre(question, found[0].about) or found


async def named_task(question: Question) -> tuple[Dossier, Task] | None:
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
