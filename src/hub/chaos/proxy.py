"""A TCP proxy between the hub's processes and a server, that can be told to behave badly."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from hub.adapters.embedded.ports import HOST

PIECE = 65_536


class Proxy:
    """Forwards ``HOST:port`` to ``HOST:target``. Starting takes a free port where none is given."""

    def __init__(self, target: int, port: int = 0) -> None:
        self.port = port
        self._target = target
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._delay_s = 0.0
        self._rest: int | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """End every connection at once, without a goodbye; new ones are taken."""
        for writer in list(self._open):
            writer.transport.abort()

    def truncate(self, chance: random.Random) -> None:
        """Let some more bytes through, then end everything in the middle of a message."""
        self._rest = chance.randrange(1, 5_000)

    async def stall(self, seconds: float) -> None:
        """Nothing passes in either direction; connections stay open."""
        self._flows.clear()
        await asyncio.sleep(seconds)
        self._flows.set()

    async def slow(self, delay_s: float, seconds: float) -> None:
        """Every piece waits ``delay_s`` for a while."""
        self._delay_s = delay_s
        await asyncio.sleep(seconds)
        self._delay_s = 0.0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        ways = [asyncio.create_task(self._pass(reader, back)), asyncio.create_task(self._pass(there, writer))]
        self._tasks.update(ways)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (writer, back):
                one.transport.abort()
                self._open.discard(one)
            for way in ways:
                way.cancel()
                self._tasks.discard(way)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                await self._flows.wait()
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                writer.write(piece if self._rest is None else piece[: self._rest])
                await writer.drain()
                if self._rest is not None:
                    self._rest -= len(piece)
                    if self._rest <= 0:
                        self._rest = None
                        self.cut()
