"""A broker for the measurement."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.adapters.embedded.stack import EmbeddedStack
from hub.settings import Settings

START_S = 300  # long enough for the first download of the jars


@contextmanager
def broker(given: str | None) -> Iterator[str]:
    """``host:port`` of the broker that was named, or of one that is started for the time of the block."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="bench-stack-") as folder, running(Settings(data=Path(folder))) as settings:
        yield settings.kafka


@contextmanager
def running(settings: Settings) -> Iterator[Settings]:
    """The embedded stack in a loop of its own; settings with every address filled in."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="stack", daemon=True)
    thread.start()
    stack = EmbeddedStack(settings)
    try:
        asyncio.run_coroutine_threadsafe(stack.__aenter__(), loop).result(START_S)
        yield stack.settings
    finally:
        asyncio.run_coroutine_threadsafe(stack.__aexit__(None, None, None), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
