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

DRAIN_BYTES, DRAIN_S, DRAIN_IDLE_S = 64 * 1024 * 1024, 30.0, 5.0
"""How much of a refused body is still read, and thrown away, for how long, and how long nothing may come."""

log = structlog.get_logger(__name__)


class BodyLimit:
    """Answers 413 as soon as a body is known to be too long: by its header, else while it comes in.

    ``limit_bytes`` holds for everything but batches of events, which have the contract's own limit. The answer leaves at
    once; then the rest of the body is read and thrown away, within bounds, before the connection is closed. Closing it
    while the sender still sends would reset it, and most senders lose an answer that they have not read by then.
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
        if not length.isdigit() or int(length) > limit:
            await _refuse(request, limit, receive, send)
            return
        counted = _Counted(receive, send, limit)
        with suppress(_TooLargeError):
            await self._app(scope, counted.receive, counted.send)
        if counted.over and not counted.begun:
            await _refuse(request, limit, receive, send)


class _TooLargeError(Exception):
    """Ends the reading of a body; whatever the application makes of it, the answer is the limit's."""


class _Counted:
    """The way in and out of one request. ``over``: too much came in. ``begun``: it was being answered by then."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._had = 0
        self.over = self.begun = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._had += len(message.get("body", b""))
        if self._had > self._limit:
            self.over = True
            raise _TooLargeError
        return message

    async def send(self, message: Message) -> None:
        if self.over and not self.begun:
            return
        self.begun = True
        await self._send(message)


async def _refuse(request: Request, limit: int, receive: Receive, send: Send) -> None:
    async def open_ended(message: Message) -> None:
        body = message["type"] == "http.response.body"
        await send({**message, "more_body": True} if body else message)

    problem = Problem("too_large", f"a request may have {limit} bytes", headers={"connection": "close"})
    await respond(request, problem)(request.scope, receive, open_ended)
    if "expect" not in request.headers:  # who asks first, sends nothing now
        await _drained(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drained(receive: Receive) -> None:
    had = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while had < DRAIN_BYTES:
                message = await asyncio.wait_for(receive(), DRAIN_IDLE_S)
                had += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


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
