"""People's answers about findings that are not here yet: parked, and taken as soon as the finding is (policy section 11).

Kept by ref as written: ``waiting:<ref>`` lists the answers that name it. An answer taken later is taken with the time that it
has itself, so that the order of arrival leaves no trace.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from hub.domain.registry import Source
from hub.service.session import Session
from hub.service.verdicts import Refusal

Handler = Callable[[Session, Source, dict[str, Any]], Awaitable[None]]
"""Takes one answer; Refusal where it does not fit."""


async def park(session: Session, source: Source, type: str, ref: str, data: dict[str, Any]) -> None:
    """Keep an answer until a finding is known by this ref."""
    cause = session.cause
    assert cause is not None
    kept: list[dict[str, Any]] = await session.json(f"waiting:{ref}", [])
    entry = {"source": source.code, "type": type, "id": cause.id, "time": cause.time, "data": data}
    session.put_json(f"waiting:{ref}", sorted([*kept, entry], key=lambda one: (one["time"], one["id"])))


async def take(session: Session, ref: str, ident: str, handlers: Mapping[str, Handler]) -> None:
    """A finding is here: take what waited for it. What is refused now is answered with the reason, as it would have been then."""
    outer = session.cause
    assert outer is not None
    for name in (ref, ident):
        waiting: list[dict[str, Any]] = await session.json(f"waiting:{name}", [])
        if waiting:
            session.put_json(f"waiting:{name}", [])
        for one in waiting:
            session.cause = replace(outer, time=one["time"])
            try:
                await handlers[one["type"]](session, session.registry.sources[one["source"]], one["data"])
            except Refusal as refusal:
                told = {"event": one["id"], "reason": refusal.reason, **refusal.fields}
                session.say("reply.rejected", one["source"], told)
            finally:
                session.cause = outer
