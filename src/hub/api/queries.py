"""POST /v1/queries/{query}: reads and permissions. Every one leaves an access entry, whatever the answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.responses import JSONResponse

from hub.api.auth import AnyAsker, Parts
from hub.api.problems import KINDS

router = APIRouter(tags=["queries"])

STATUS = {
    "allowed": 200,
    "suppressed": 200,
    "denied": KINDS["denied"].status,
    "not_available": KINDS["not_available"].status,
}
Arguments = Annotated[dict[str, Any], Body(description="the query's arguments, `purpose` among them")]


@router.post("/v1/queries/{query}", responses={403: {"description": "denied"}, 404: {"description": "no such query"}})
async def ask(query: str, arguments: Arguments, parts: Parts, asker: AnyAsker) -> JSONResponse:
    """Ask a question as the person or source whose token this is: `{answer, content}`.

    `answer`: allowed, suppressed (a cell too small to show), denied (`content.reason`) or not_available.
    """
    found = await parts.service.answer(asker.code, query, arguments)
    return JSONResponse({"answer": found.answer, "content": dict(found.content)}, STATUS.get(found.answer, 200))
