"""GET /v1/receipts/{source}/{id}: the verdict on an event."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter
from starlette.responses import JSONResponse

from hub.api.auth import Parts, SourceAsker
from hub.api.parts import ApiParts
from hub.api.problems import Problem
from schemas.topics import receipts as receipts_topic

router = APIRouter(tags=["receipts"])
PAGE = 1_000


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
    found = await written(parts, source, event_id)
    return JSONResponse({"source": source, "id": event_id, "verdict": row.verdict, "receipts": found})


async def written(parts: ApiParts, source: str, event_id: str) -> list[dict[str, Any]]:
    """The receipts that were written to ``source`` because of one of its events."""
    topic, found, after = parts.settings.topic_prefix + receipts_topic(source), list[dict[str, Any]](), 0
    while page := await parts.store.ledger(after=after, limit=PAGE):
        after = page[-1][0]
        for _, entry in page:
            if entry.kind == "out" and entry.topic in (topic, receipts_topic(source)):
                event = orjson.loads(entry.body)
                if caused_by(event, event_id):
                    found.append({"id": entry.id, "type": entry.type, "time": event.get("time"), "data": event["data"]})
    return found


def caused_by(event: dict[str, Any], event_id: str) -> bool:
    """Whether this event names ``event_id`` as its cause, alone or behind its source."""
    cause = str(event.get("causationid", ""))
    return cause == event_id or cause.endswith(f"/{event_id}")
