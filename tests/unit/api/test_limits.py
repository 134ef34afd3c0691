"""A body that is too long, over a real socket: the answer arrives whatever the sender does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from hub.api.limits import BodyLimit

LIMIT = 1_000_000
PIECE = b" " * 100_000


async def answers_whatever_happens(scope: Scope, receive: Receive, send: Send) -> None:
    """As the application does: an error while the body is read becomes an answer of its own."""
    status = 200
    try:
        while (await receive()).get("more_body"):
            pass
    except Exception:
        status = 400
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(BodyLimit(answers_whatever_happens, LIMIT), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    door = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve([door]))
    yield door.getsockname()[1]
    server.should_exit = True
    await task


async def begun(port: int, *headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join(["POST / HTTP/1.1", "host: hub", *headers, "", ""]).encode())
    await writer.drain()
    return reader, writer


async def answer(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        return await reader.readuntil(b"\r\n\r\n")


async def test_the_answer_does_not_wait_for_the_body(port: int) -> None:
    reader, writer = await begun(port, "content-length: 50000000")
    writer.write(PIECE)
    assert (await answer(reader)).startswith(b"HTTP/1.1 413")
    writer.close()


@pytest.mark.parametrize("chunked", [False, True])
async def test_who_reads_only_after_sending_everything_is_answered_too(port: int, chunked: bool) -> None:
    pieces = 100
    stated = "transfer-encoding: chunked" if chunked else f"content-length: {pieces * len(PIECE)}"
    reader, writer = await begun(port, stated)
    for _ in range(pieces):
        writer.write(b"%x\r\n%s\r\n" % (len(PIECE), PIECE) if chunked else PIECE)
        await writer.drain()
    if chunked:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    assert (await answer(reader)).startswith(b"HTTP/1.1 413")
    assert b"urn:hub:problem:too_large" in await reader.read()
    writer.close()


async def test_who_asks_first_need_not_send(port: int) -> None:
    reader, writer = await begun(port, "content-length: 50000000", "expect: 100-continue")
    assert (await answer(reader)).startswith(b"HTTP/1.1 413")
    async with asyncio.timeout(10):
        await reader.read()  # closed at once, by the hub
    with suppress(ConnectionError):
        writer.close()


async def test_what_is_short_enough_goes_through(port: int) -> None:
    reader, writer = await begun(port, f"content-length: {len(PIECE)}")
    writer.write(PIECE)
    assert (await answer(reader)).startswith(b"HTTP/1.1 200")
    writer.close()
