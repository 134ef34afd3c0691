"""Around every request: the size limit, before the body is read, and errors that nobody foresaw."""

from __future__ import annotations

import asyncio
import traceback
from contextlib import suppress

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub import log_events
from hub.api.problems import Problem, respond
from schemas.codec import BATCH, MAX_BATCH_BYTES

DRAIN_BYTES, DRAIN_S = 64 * 1024 * 1024, 5.0
"""How much of a refused body is still read, and thrown away, and for how long."""

log = structlog.get_logger(__name__)


class BodyLimit:
    """Answers 413 as soon as a body is known to be too long: by its header, else while it comes in.

    ``limit_bytes`` holds for everything but batches of events, which have the contract's own limit.
    """

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        batch = request.headers.get("content-type", "").lower().startswith(BATCH)
        limit = max(self._limit, MAX_BATCH_BYTES) if batch else self._limit
        length = request.headers.get("content-length", "0")
        try:
            if not length.isdigit() or int(length) > limit:
                raise _too_large(limit)
            await self._app(scope, _counted(receive, limit), send)
        except Problem as problem:
            await _drained(receive)
            await respond(request, problem)(scope, receive, send)


async def _drained(receive: Receive) -> None:
    """Let the sender finish, within bounds: one that is cut off while it still sends never reads the answer."""
    had = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while had < DRAIN_BYTES:
                message = await receive()
                had += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


def _counted(receive: Receive, limit: int) -> Receive:
    had = 0

    async def counted() -> Message:
        nonlocal had
        message = await receive()
        had += len(message.get("body", b""))
        if had > limit:
            raise _too_large(limit)
        return message

    return counted


def _too_large(limit: int) -> Problem:
    return Problem("too_large", f"a request may have {limit} bytes", headers={"connection": "close"})


class LastResort:
    """Answers 500 and logs where it happened, never what was said: an exception's text may hold content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Problem:
            raise
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error(log_events.API_FAILED, error=type(error).__name__, file=where.filename, line=where.lineno)
            if begun or scope["type"] != "http":
                return
            await respond(Request(scope), Problem("internal"))(scope, receive, send)
