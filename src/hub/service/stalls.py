"""A part of the flow that stands still until somebody or something helps: remembered over restarts, told to operations."""

from __future__ import annotations

import orjson

from hub.domain.dates import ZONE
from hub.ports import Store, UnitOfWork
from hub.service.session import Cause, Session

PREFIX = "meta:stalled:"
ALERTED = "operations"


def stall(session: Session, flow: str, reason: str) -> None:
    """Remember that ``flow`` stands still, and raise the alert ``flow.stalled``, once until it moves again."""
    unit = session.uow
    since = unit.now.astimezone(ZONE).isoformat()
    unit.put(PREFIX + flow, orjson.dumps({"reason": reason, "since": since}))
    session.begin(Cause("urn:hub:self", "self", f"stalled:{flow}:{since}", since, "stalled"))
    session.say("flow.stalled", ALERTED, {"flow": f"{flow}:{reason}", "since": since})


def moves(unit: UnitOfWork, flow: str) -> None:
    """It goes on."""
    unit.put(PREFIX + flow, None)


async def stalled(store: Store) -> dict[str, dict[str, str]]:
    """Flow → reason and since, of all that stand still."""
    return {key.removeprefix(PREFIX): orjson.loads(body) for key, body in await store.documents(PREFIX)}
