"""GET /v1/queues/{organ}/stream: what is published to an organ, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from hub.api.auth import AnyAsker, Asker, Parts
from hub.api.parts import ApiParts
from hub.api.problems import Problem
from hub.api.queues import QUEUE_WORK, Purpose, look
from hub.ports import Sealed
from schemas.topics import clarifications, tasks

router = APIRouter(tags=["queues"])

POLL_S = 0.5
HEARTBEAT_S = 15.0
PAGE = 500
MARK = 12
"""Hex digits of the chain's hash that go with a position: another ledger has others there."""


@router.get("/v1/queues/{organ}/stream", response_class=StreamingResponse)
async def stream(
    organ: str,
    asker: AnyAsker,
    parts: Parts,
    request: Request,
    purpose: Purpose = QUEUE_WORK,
    last_event_id: Annotated[str | None, Header(description="position in the ledger to go on after")] = None,
    after: Annotated[str, Query(description="the same, or `now` for what comes from now on")] = "0",
) -> StreamingResponse:
    """Tasks, follow-ups and clarifications of the organ in ledger order, only what is sealed and published.

    Every event's `id` names its place in the ledger; a reader that comes back with `Last-Event-ID` misses nothing. A
    place that this ledger does not have (it was restored from an older backup) is answered with 410. Opening it leaves
    one access entry; a person who is recused from a case is told nothing of it.
    """
    await look(organ, asker, parts, "queue.stream", purpose)
    cursor = await place_of(parts, last_event_id if last_event_id is not None else after)
    await parts.service.looked(asker.code, "queue.stream", {"organ": organ, "after": cursor}, purpose)
    lines = published_to(parts, organ, cursor, request, asker)
    return StreamingResponse(lines, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def place_of(parts: ApiParts, stated: str) -> int:
    """The position that a reader names: ``now``, a number, or an event's id. Raises Problem (400, 410)."""
    if stated == "now":
        return await parts.store.published()
    number, _, mark = stated.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Problem("malformed", "Last-Event-ID is a position in the ledger")
    position = int(number)
    known = await parts.store.hash_at(position) if position else b""
    if known is None or (mark and known.hex()[:MARK] != mark):
        raise Problem("cursor_expired")
    return position


async def published_to(
    parts: ApiParts, organ: str, cursor: int, request: Request, asker: Asker
) -> AsyncIterator[bytes]:
    """Server-sent events of one organ after ``cursor``, for ever, with comments while nothing comes."""
    mine = {tasks(organ), clarifications(organ)}
    quiet_s = 0.0
    yield b": connected\n\n"
    while not await request.is_disconnected():
        upto = await parts.store.published()
        page = await parts.store.unpublished(cursor, PAGE) if cursor < upto else []
        for line in page:
            if line.position > upto:
                break
            cursor = line.position
            told = line.entry.kind == "out" and not line.entry.emptied and contract_name(parts, line) in mine
            if told and await _may_see(parts, asker, line):
                yield framed(line)
                quiet_s = 0.0
        if cursor >= upto or not page:
            await asyncio.sleep(POLL_S)
            quiet_s += POLL_S
            if quiet_s >= HEARTBEAT_S:
                yield b": still here\n\n"
                quiet_s = 0.0


async def _may_see(parts: ApiParts, asker: Asker, line: Sealed) -> bool:
    """The key of what concerns a cadre is the cadre. A department's own system is not recused; tasks are rerouted then."""
    person = asker.source is None
    return not (person and line.entry.key and await parts.service.barred(asker.code, {line.entry.key}))


def contract_name(parts: ApiParts, line: Sealed) -> str:
    """The entry's topic without the prefix of this hub."""
    return (line.entry.topic or "").removeprefix(parts.settings.topic_prefix)


def framed(line: Sealed) -> bytes:
    """One server-sent event; JSON bodies have no line break."""
    place = f"{line.position}-{line.hash.hex()[:MARK]}".encode()
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (place, line.entry.type.encode(), line.entry.body)
