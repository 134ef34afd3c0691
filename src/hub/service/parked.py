"""Replies that came before what they answer: kept with the dossier, applied when it is there (policy section 11, last line)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.domain.facts import Dossier
from hub.service import replies
from hub.service.session import Cause, Session
from hub.service.verdicts import Refusal


async def take_parked(session: Session) -> None:
    """Look again at what waits with the dossiers that this event touched. An outcome that is refused now is said to its sender.

    Ordering: by the replies' own times, again and again while one of them goes through, because an acknowledgement, a decision
    and its execution build on each other.
    """
    while session.waiting:
        key, _ = session.waiting.popitem()
        while await _one(session, key):
            pass


async def _one(session: Session, key: str) -> bool:
    dossier = await session.dossier(key)
    for kept in sorted(dossier.early, key=lambda one: (str(one["time"]), str(one["id"]))):
        source = session.registry.sources.get(kept["source"])
        if source is None or not await _ripe(session, dossier, kept):
            continue
        before = session.cause
        session.cause = Cause(kept["urn"], kept["source"], kept["id"], kept["time"], kept["type"])
        session.late = True
        try:
            await replies.HANDLERS[kept["type"]](session, source, kept["data"])
        except replies.NotYet:
            continue
        except Refusal as refusal:
            session.say("reply.rejected", source.code, {"event": kept["id"], "reason": refusal.reason} | refusal.fields)
        finally:
            session.cause, session.late = before, False
        await session.step(key, {"kind": "reply.taken", "reply": [kept["urn"], kept["id"]]})
        return True
    return False


async def _ripe(session: Session, dossier: Dossier, kept: dict[str, Any]) -> bool:
    """Whether everything that the answered item rests on had been stated by the time of the reply.

    A decision never applies to facts that came up after it was taken: nothing is decided beforehand (N-05).
    """
    named = kept["data"].get("task") or kept["data"].get("of") or kept["data"].get("case") or {}
    issue = named.get("issue") if isinstance(named, dict) else None
    if kept["type"].startswith("task.") and dossier.tasks:
        ids = {entry.partition("@")[0] for entries in dossier.tasks[-1].basis.values() for entry in entries}
    else:
        ids = {one.id for one in dossier.statements.values() if issue is None or one.issue == issue}
    return all(time <= kept["time"] for time in _times(dossier, ids))


def _times(dossier: Dossier, ids: set[str]) -> Iterable[str]:
    for key, one in dossier.statements.items():
        if key in ids:
            yield one.time
    for key, act in dossier.acts.items():
        if key in ids:
            yield act.time
    for decision in dossier.tolerances.values():
        if ids & set(decision.about):
            yield decision.time
