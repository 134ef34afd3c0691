"""Fetches what a batch will need in a few queries; correct without, fast with."""

from __future__ import annotations

from collections.abc import Sequence

from hub.service.session import Session
from schemas.codec import Event


async def prefetch(session: Session, events: Sequence[Event]) -> None:
    """Inbox rows and the documents of findings named by the events of one batch."""
    seen = []
    keys: list[str] = []
    for event in events:
        source = session.registry.by_urn(str(event.attributes.get("source", "")))
        if source is None:
            continue
        seen.append((source.urn, str(event.attributes["id"])))
        ref = event.data.get("ref") if isinstance(event.data, dict) else None
        if isinstance(ref, str):
            ident = f"{source.code}/{ref}"
            keys += [f"finding:{ident}", f"ref:{ref}", f"ref:{ident}", f"wait:{ref}", f"wait:{ident}"]
    if seen:
        await session.uow.seen(seen)
    if keys:
        await session.uow.get(keys)
