"""Is it alive, can it work, and its numbers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from hub.api.parts import ApiParts
from hub.errors import HubError

router = APIRouter(tags=["health"])
CHECK_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Check:
    """How one part stands. ``reason`` says what is wrong where ``ok`` is false."""

    ok: bool
    reason: str = ""


class Readiness:
    """Checks Kafka, Postgres and whether the relay keeps up."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._mark: tuple[int, float] | None = None

    async def checks(self) -> dict[str, Check]:
        """How every part stands, each asked for at most ``CHECK_WITHIN_S``."""
        asked: dict[str, Callable[[], Awaitable[Check]]] = {
            "kafka": self._kafka, "postgres": self._postgres, "relay": self._relay,
        }  # fmt: skip
        found = await asyncio.gather(*(_bounded(ask) for ask in asked.values()))
        return dict(zip(asked, found, strict=True))

    async def _kafka(self) -> Check:
        return Check(True) if await self._parts.inbound.reachable() else Check(False, "the broker does not answer")

    async def _postgres(self) -> Check:
        await self._parts.store.registry()
        return Check(True)

    async def _relay(self) -> Check:
        """Behind = something waits and the mark has not moved for longer than allowed, as far as this process saw."""
        store, now = self._parts.store, time.monotonic()
        published = await store.published()
        waiting = await store.unsealed() or await store.unpublished(published, 1)
        if not waiting or self._mark is None or self._mark[0] != published:
            self._mark = (published, now)
            return Check(True)
        behind_s = now - self._mark[1]
        if behind_s <= self._parts.settings.relay_lag_limit_s:
            return Check(True)
        return Check(False, f"nothing was published for {behind_s:.0f} s though entries wait")


async def _bounded(ask: Callable[[], Awaitable[Check]]) -> Check:
    try:
        return await asyncio.wait_for(ask(), CHECK_WITHIN_S)
    except TimeoutError:
        return Check(False, f"no answer within {CHECK_WITHIN_S:.0f} s")
    except (HubError, OSError) as error:
        return Check(False, str(error))


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "ok"}


@router.get("/health/ready", responses={503: {"description": "a part is missing; each with its reason"}})
async def ready(request: Request) -> JSONResponse:
    """Whether events can be taken and tasks leave: every part with `ok` and `reason`."""
    readiness: Readiness = request.app.state.readiness
    checks = await readiness.checks()
    good = all(check.ok for check in checks.values())
    parts = {name: {"ok": check.ok, "reason": check.reason} for name, check in checks.items()}
    return JSONResponse({"status": "ok" if good else "unavailable", "checks": parts}, 200 if good else 503)


@router.get("/metrics", response_class=Response)
async def metrics() -> Response:
    """Numbers of this process in Prometheus text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
