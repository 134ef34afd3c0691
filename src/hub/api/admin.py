"""Operators' requests. The clock moves only in a hub whose clock is the database's (test runners)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends

from hub.api.auth import Parts, operator
from hub.api.problems import Problem

router = APIRouter(prefix="/v1/admin", tags=["admin"], dependencies=[Depends(operator)])


@router.get("/clock")
async def read_clock(parts: Parts) -> dict[str, str]:
    """The hub's time."""
    if parts.clock is None:
        raise Problem("not_found")
    return {"now": (await parts.clock.now()).isoformat()}


@router.post("/clock")
async def move_clock(parts: Parts, now: Annotated[datetime, Body(embed=True)]) -> dict[str, str]:
    """Set the hub's time; a time without a zone is Asia/Shanghai."""
    if parts.clock is None:
        raise Problem("not_found")
    await parts.clock.set(now)
    return await read_clock(parts)
