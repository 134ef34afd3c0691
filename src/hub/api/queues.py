"""The queue of one organ over HTTP: its items, and leases that keep two people from completing one item."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import JSONResponse

from hub.api import events
from hub.api.auth import AnyAsker, Asker, Parts
from hub.api.parts import ApiParts
from hub.api.problems import Problem
from hub.errors import RefusedError
from hub.ports import QueueRow
from hub.ports_deliveries import Delivery
from hub.service import leases
from schemas.codec import STRUCTURED, Malformed, decode

PAGE = 100
LARGEST_PAGE = 1_000


def own_queue(organ: str, asker: AnyAsker) -> Asker:
    """Only the organ itself and those who work in it may look. Raises Problem (403)."""
    if asker.place != organ:
        raise Problem("forbidden", "this is another organ's queue")
    return asker


async def look(organ: str, asker: Asker, parts: ApiParts, query: str, purpose: str) -> None:
    """As :func:`own_queue` where cases are shown: a look that is refused leaves an access entry too."""
    if asker.place != organ:
        await parts.service.looked(asker.code, query, {"organ": organ}, purpose, denied="not_competent")
        raise Problem("forbidden", "this is another organ's queue")


OwnQueue = Annotated[Asker, Depends(own_queue)]
Purpose = Annotated[str, Query(min_length=1, max_length=200, description="what for; stands in the access entry")]
QUEUE_WORK = "queue_work"
"""What an organ's own queue is looked at for where nothing else is said."""
router = APIRouter(prefix="/v1/queues/{organ}", tags=["queues"])
Token = Annotated[int, Body(description="the fencing token of the claim")]


@router.get("")
async def items(
    organ: str,
    asker: AnyAsker,
    parts: Parts,
    purpose: Purpose = QUEUE_WORK,
    state: Annotated[str, Query(description="open, all, or one state")] = "open",
    after: Annotated[str, Query(description="id of the last item of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> JSONResponse:
    """Items of the queue, oldest first. `next` is the `after` of the next page, null on the last one.

    A page with items leaves one access entry that names them. Whoever is recused from a case does not see its items.
    """
    await look(organ, asker, parts, "queue.read", purpose)
    rows = await parts.store.queue_rows(organ=organ, open_only=state == "open", limit=leases.ROWS)
    wanted = [row for row in rows if state in ("open", "all", row.state)]
    start = next((place + 1 for place, row in enumerate(wanted) if row.id == after), len(wanted) if after else 0)
    page = wanted[start : start + limit]
    more = page[-1].id if start + limit < len(wanted) else None
    if page:
        page = await _looked_at(organ, asker, parts, purpose, page)
    held = await leases.leases(parts.store, [row.id for row in page])
    failed = {one.item: one for one in await parts.deliveries.of(organ, "failed", limit=leases.ROWS)}
    shown = [_shown(row, held.get(row.id), failed.get(row.id)) for row in page]
    return JSONResponse({"items": shown, "next": more})


async def _looked_at(organ: str, asker: Asker, parts: ApiParts, purpose: str, page: list[QueueRow]) -> list[QueueRow]:
    barred = await parts.service.barred(asker.code, {row.cadre for row in page if row.cadre})
    shown = [row for row in page if row.cadre not in barred]
    named = {"organ": organ, "items": [row.id for row in shown]}
    await parts.service.looked(asker.code, "queue.read", named, purpose)
    return shown


def _shown(row: QueueRow, lease: leases.Lease | None, failed: Delivery | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "type": row.type,
        "state": row.state,
        "open": row.open,
        "cadre": row.cadre,
        "case": row.case,
        "due": row.due.isoformat() if row.due else None,
        "copy": row.copy,
        "updated_at": row.updated_at.isoformat(),
        "lease": {"holder": lease.holder, "until": lease.until} if lease else None,
        "push_failed": {"attempts": failed.attempts, "last_error": failed.last_error} if failed else None,
        "event": orjson.loads(row.body),
    }


@router.post("/items/{item}/claim", responses={409: {"description": "somebody else holds it"}})
async def claim(organ: str, item: str, asker: OwnQueue, parts: Parts) -> JSONResponse:
    """Claim an open item: a fencing token, and until when it holds. Claiming again makes the older token stale."""
    row = await leases.open_item(parts.store, organ, item)
    if row.cadre and await parts.service.barred(asker.code, {row.cadre}):
        raise Problem("forbidden", "you are recused from this case", extra={"reason": "recused"})
    try:
        lease = await leases.claim(parts.store, item, asker.code, parts.settings.lease_minutes)
    except RefusedError as error:
        raise _conflict(error) from error
    return JSONResponse({"item": item, "holder": lease.holder, "fencing_token": lease.token, "until": lease.until})


@router.post("/items/{item}/complete", status_code=202, responses={409: {"description": "the token is stale"}})
async def complete(
    organ: str,
    item: str,
    fencing_token: Token,
    event: Annotated[dict[str, Any], Body(description="the reply as a signed structured CloudEvent")],
    asker: OwnQueue,
    parts: Parts,
) -> JSONResponse:
    """Send the department's reply under the lease, and end it. A stale token sends nothing.

    The reply goes the way of every event (`POST /v1/events`): the verdict stands under `receipt`.
    """
    events.check_room(parts)
    source = (await parts.store.registry()).sources.get(organ)
    if source is None:
        raise Problem("not_found")
    try:
        await leases.check(parts.store, item, fencing_token)
        path = await events.take(parts, source, decode(orjson.dumps(event), [("content-type", STRUCTURED.encode())]))
        await leases.end(parts.store, item, fencing_token)
    except Malformed as error:
        raise events.malformed(error) from error
    except RefusedError as error:
        raise _conflict(error) from error
    return JSONResponse({"receipt": path}, 202, {"location": path})


@router.post("/items/{item}/release", status_code=204)
async def release(
    organ: str, item: str, fencing_token: Annotated[int, Body(embed=True)], asker: OwnQueue, parts: Parts
) -> None:
    """Give a claimed item back."""
    try:
        await leases.end(parts.store, item, fencing_token)
    except RefusedError as error:
        raise _conflict(error) from error


def _conflict(error: RefusedError) -> Problem:
    return Problem("lease", str(error), extra={"reason": error.reason})
