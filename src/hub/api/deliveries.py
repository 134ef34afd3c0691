"""What an organ or body was pushed and what became of it: above all what it did not take, and another try."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from hub.api.auth import Parts
from hub.api.problems import Problem
from hub.api.queues import LARGEST_PAGE, PAGE, OwnQueue
from hub.ports_deliveries import Delivery

router = APIRouter(prefix="/v1/queues/{organ}/deliveries", tags=["queues"])
State = Literal["failed", "due", "delivered", "all"]


@router.get("")
async def deliveries(
    organ: str,
    asker: OwnQueue,
    parts: Parts,
    state: Annotated[State, Query(description="`failed`: all tries were used up")] = "failed",
    after: Annotated[int, Query(ge=0, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> JSONResponse:
    """Push deliveries to this recipient in the order of the ledger, without content. Of one without a webhook: none.

    `next` is the `after` of the next page, null on the last one.
    """
    wanted = None if state == "all" else state
    found = await parts.deliveries.of(organ, wanted, after=after, limit=limit + 1)
    page = found[:limit]
    following = page[-1].position if len(found) > limit else None
    return JSONResponse({"items": [_shown(one) for one in page], "next": following})


def _shown(one: Delivery) -> dict[str, Any]:
    waits = one.state == "due"
    return {
        "item": one.item,
        "state": one.state,
        "attempts": one.attempts,
        "last_error": one.last_error or None,
        "next_try": one.next_try.isoformat() if waits else None,
    }


@router.post("/retry", status_code=202)
async def retry_all(organ: str, asker: OwnQueue, parts: Parts) -> JSONResponse:
    """Try everything that failed once more: `due` says how many those are. Asking twice does nothing more."""
    return JSONResponse({"due": await _again(parts, organ)}, 202)


@router.post("/{item}/retry", status_code=202, responses={404: {"description": "it has not failed"}})
async def retry(organ: str, item: str, asker: OwnQueue, parts: Parts) -> JSONResponse:
    """Try one failed item once more."""
    if not await _again(parts, organ, item):
        raise Problem("not_found", "no failed delivery of this item")
    return JSONResponse({"item": item, "state": "due"}, 202)


async def _again(parts: Parts, organ: str, item: str | None = None) -> int:
    async with parts.store.begin() as unit:
        now = unit.now
    return await parts.deliveries.again(organ, now, item)
