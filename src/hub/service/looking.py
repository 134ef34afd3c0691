"""Looks at a queue: which cadres' items somebody must not see (N-14), and the access entry that a look leaves (R-CF-01)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

import orjson

from hub.domain.registry import Person
from hub.ports import LedgerEntry, Store
from hub.service.asking import Asker, Question, recused
from hub.service.session import Session


async def asker_of(session: Session, code: str) -> Asker:
    """Who asks: a person, a source, a cadre or an organ; of anybody else the code alone."""
    registry = session.registry
    person: Person | None = registry.people.get(code)
    if person is not None:
        cadre = None if person.cadre is None else await session.real_cadre(person.cadre)
        return Asker(code, person.place, cadre, person.works_under, person.kin_of, person.role)
    if code in registry.sources:
        return Asker(code, code)
    if await session.person(code) is not None:
        return Asker(code, None, cadre=await session.real_cadre(code))
    return Asker(code, code if code in registry.organs else None)


async def barred(session: Session, store: Store, asker: str, cadres: Collection[str]) -> frozenset[str]:
    """Those of ``cadres`` from whose cases the asker is recused."""
    await session.uow.peek([f"person:{cadre}" for cadre in cadres])  # one round trip for all
    question = Question(session, store, await asker_of(session, asker), "queue.read", {})
    return frozenset([cadre for cadre in cadres if await recused(question, await session.real_cadre(cadre))])


def note(
    session: Session, who: str, query: str, named: Mapping[str, Any], purpose: Any, answer: str, reason: str | None
) -> None:
    """One access entry: who looked at what, what for, and what came of it. Never what was shown."""
    body = {"who": who, "query": query, "object": named, "purpose": purpose, "answer": answer, "reason": reason}
    told = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    session.uow.append(LedgerEntry(f"access:{uuid4()}", "access", "access.logged", told, session.uow.now))
