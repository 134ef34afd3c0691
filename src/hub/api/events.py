"""POST /v1/events: CloudEvents in, a verdict on the form out; the rest follows as a receipt.

One event: 202, or the problem. A batch: 202 where every event was taken; 207 with one result for each event, in order,
where some were refused; where none was taken, the status they share (422 where they share none). A request may be sent
again as it is: what was taken before is a duplicate and does nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from hub.adapters.pulse import free_bytes
from hub.api.auth import Parts, SourceAsker
from hub.api.parts import ApiParts
from hub.api.problems import MEDIA, Problem, language, of_verdict
from hub.domain.registry import Source
from hub.errors import TransientError
from schemas.codec import BATCH, STRUCTURED, Event, Malformed, decode, decode_batch, encode_structured

router = APIRouter(tags=["events"])
CHECKS_AT_ONCE = 6
"""Of one batch; each holds a database connection."""

_ENVELOPE = {"type": "object", "required": ["specversion", "id", "source", "type", "dataclassification", "data"]}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": _ENVELOPE},
            BATCH: {"schema": {"type": "array", "items": _ENVELOPE, "maxItems": 1000}},
            "application/json": {
                "schema": {"type": "object", "description": "binary mode: data here, attributes in ce- headers"}
            },
        },
    }
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {"description": "taken; the verdict will stand under `receipt`"},
    207: {"description": "a batch of which some events were refused: one result for each, in order"},
    **{code: {"description": text, "content": {MEDIA: {}}} for code, text in {
        400: "not a CloudEvent", 401: "no valid token", 403: "another source's event", 409: "other content, same id",
        413: "too large", 415: "content type not taken", 422: "breaks the contract", 503: "send again later",
    }.items()},
}  # fmt: skip


@router.post("/v1/events", status_code=202, responses=_RESPONSES, openapi_extra=_BODY)
async def post_events(request: Request, parts: Parts, source: SourceAsker) -> JSONResponse:
    """Send findings, determinations, roster records or replies, signed, as the source whose token this is."""
    check_room(parts)
    body = await request.body()
    if media_of(request) == BATCH:
        return await _batch(request, parts, source, body)
    event = _decoded(request, body)
    path = await take(parts, source, event)
    return JSONResponse({"receipt": path}, 202, {"location": path})


def check_room(parts: ApiParts) -> None:
    """Nothing is taken that the disk may not hold: what was answered with 202 is kept. Raises TransientError."""
    if free_bytes(parts.settings.data) < parts.settings.disk_floor_bytes:
        raise TransientError("the disk is nearly full", reason="disk_full")


def media_of(request: Request) -> str:
    """The content type without its parameters. Raises Problem (415)."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    binary = "ce-specversion" in request.headers
    if media not in (STRUCTURED, BATCH, "application/json") and not (binary and (not media or media.endswith("+json"))):
        raise Problem("media_type", "the content type is none of those taken")
    return media


def _decoded(request: Request, body: bytes) -> Event:
    headers = [
        (name, value)
        for name, value in ((raw.decode("latin-1"), value) for raw, value in request.headers.raw)
        if name == "content-type" or name.startswith("ce-")
    ]
    try:
        return decode(body, headers)
    except Malformed as error:
        raise malformed(error) from error


def malformed(error: Malformed) -> Problem:
    """The problem of an event that cannot be read."""
    code = {"too_large": "too_large", "content_type": "media_type"}.get(error.reason, "malformed")
    return Problem(code, error.detail, extra={"reason": error.reason})


async def take(parts: ApiParts, source: Source, event: Event) -> str:
    """Check one event and hand it to Kafka; returns the path of its receipt.

    Raises Problem where it is refused, TransientError where Kafka or the store does not answer: it may be sent again.
    """
    return await _send(parts, source, event, *await _checked(parts, source, event))


async def _send(parts: ApiParts, source: Source, event: Event, topic: str, key: str | None) -> str:
    await parts.inbound.send(topic, key, encode_structured(event.attributes, event.data))
    return receipt_path(source.code, str(event.attributes["id"]))


def receipt_path(source: str, event_id: str) -> str:
    """Where the verdict on an event will stand."""
    return f"/v1/receipts/{quote(source, safe='')}/{quote(event_id, safe='')}"


async def _checked(parts: ApiParts, source: Source, event: Event) -> tuple[str, str | None]:
    if event.attributes["source"] != source.urn:
        raise Problem("forbidden", "the event's source is not the one whose token this is", extra={"reason": "source"})
    verdict = await parts.service.gate(event)
    if not verdict.ok:
        raise of_verdict(verdict.status, verdict.reason, verdict.detail)
    if verdict.topic is None:
        raise Problem("invalid", "this type of event has no topic")
    return parts.settings.topic_prefix + verdict.topic, verdict.key


async def _batch(request: Request, parts: ApiParts, source: Source, body: bytes) -> JSONResponse:
    try:
        events = decode_batch(body)
    except Malformed as error:
        raise malformed(error) from error
    spoken = language(request.headers.get("accept-language", ""))
    turn = asyncio.Semaphore(CHECKS_AT_ONCE)

    async def checked(event: Event) -> tuple[str, str | None] | Problem:
        async with turn:
            try:
                return await _checked(parts, source, event)
            except Problem as problem:
                return problem

    found = await asyncio.gather(*(checked(event) for event in events))
    sending = [
        None if isinstance(place, Problem) else _send(parts, source, event, *place)
        for event, place in zip(events, found, strict=True)
    ]
    paths = iter(await asyncio.gather(*(one for one in sending if one is not None)))  # begun in the order of the batch
    results = [
        {"id": event.attributes["id"], **place.body(spoken)}
        if isinstance(place, Problem)
        else {"id": event.attributes["id"], "status": 202, "receipt": next(paths)}
        for event, place in zip(events, found, strict=True)
    ]
    return JSONResponse({"results": results}, batch_status([one["status"] for one in results]))


def batch_status(statuses: list[int]) -> int:
    """202 all taken, 207 some; else the one status that all share, or 422."""
    found = set(statuses)
    if found <= {202}:
        return 202
    if 202 in found:
        return 207
    return found.pop() if len(found) == 1 else 422
