"""GET /v1/receipts/{source}/{id}: the verdict on an event."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter
from starlette.responses import JSONResponse

from hub.api.auth import Parts, SourceAsker
from hub.api.problems import Problem
from hub.ports import LedgerEntry

router = APIRouter(tags=["receipts"])


@router.get("/v1/receipts/{source}/{event_id:path}")
async def receipt(source: str, event_id: str, asker: SourceAsker, parts: Parts) -> JSONResponse:
    """What became of an event: `verdict` pending, accepted, parked, rejected or quarantined, and its receipts.

    `pending`: the hub has not read it yet, or never got it. A source sees its own alone.
    """
    if asker.code != source:
        raise Problem("forbidden", "these are another source's receipts")
    async with parts.store.begin() as unit:
        row = (await unit.seen([(asker.urn, event_id)])).get((asker.urn, event_id))
    if row is None:
        return JSONResponse({"source": source, "id": event_id, "verdict": "pending", "receipts": []})
    found = [_shown(entry) for entry in await parts.receipts.of(source, event_id)]
    return JSONResponse({"source": source, "id": event_id, "verdict": row.verdict, "receipts": found})


def _shown(entry: LedgerEntry) -> dict[str, Any]:
    event = orjson.loads(entry.body)
    return {"id": entry.id, "type": event["type"], "time": event.get("time"), "data": event["data"]}
