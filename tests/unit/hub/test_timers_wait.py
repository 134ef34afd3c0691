"""When deadlines may not fire yet: before a backlog was read, and while a test runner holds them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from hub import timers
from hub.errors import TransientError
from hub.testing import MemoryStore


class Story:
    """What happened, in order; waits for a line to be written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._news = asyncio.Event()

    def tell(self, line: str) -> None:
        self.lines.append(line)
        self._news.set()

    async def until(self, line: str) -> None:
        async with asyncio.timeout(10):
            while line not in self.lines:
                await self._news.wait()
                self._news.clear()


class Service:
    """Has something due twice."""

    def __init__(self, story: Story, due: int = 2) -> None:
        self.story, self.due = story, due

    async def tick(self) -> int:
        self.due, left = max(self.due - 1, 0), self.due
        self.story.tell("ticked" if left else "nothing due")
        return left


class Backlog:
    """Is read after ``looks`` looks; fails at the first ``failing`` openings."""

    def __init__(self, story: Story, looks: int, failing: int = 0) -> None:
        self.story, self.looks, self.failing = story, looks, failing

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
        if self.failing:
            self.failing -= 1
            self.story.tell("Kafka away")
            raise TransientError("Kafka away")
        yield self._caught_up

    async def _caught_up(self) -> bool:
        self.looks -= 1
        self.story.tell("read" if self.looks < 0 else "unread")
        return self.looks < 0


class Baton:
    """Held until it is let."""

    def __init__(self, story: Story) -> None:
        self.story, self.let = story, False

    async def held(self) -> bool:
        if not self.let:
            self.story.tell("held")
        return not self.let

    async def fired(self) -> None:
        self.let = False
        self.story.tell("fired")


@asynccontextmanager
async def running(service: Service, backlog: Backlog | None = None, baton: Baton | None = None) -> AsyncIterator[None]:
    task = asyncio.create_task(timers.run_timers(MemoryStore(), service, backlog=backlog, baton=baton, every_s=0.001))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_nothing_fires_before_the_backlog_was_read() -> None:
    story = Story()
    async with running(Service(story), Backlog(story, looks=3)):
        await story.until("nothing due")
    assert story.lines[:7] == ["unread", "unread", "unread", "read", "ticked", "ticked", "nothing due"]


async def test_nothing_fires_while_it_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "STANDBY_S", 0.001)
    story = Story()
    async with running(Service(story), Backlog(story, looks=0, failing=2)):
        await story.until("ticked")
    assert story.lines[:4] == ["Kafka away", "Kafka away", "read", "ticked"]


async def test_held_timers_fire_all_that_is_due_when_let_and_are_held_again() -> None:
    story = Story()
    service, baton = Service(story), Baton(story)
    async with running(service, baton=baton):
        await story.until("held")
        assert "ticked" not in story.lines
        baton.let = True
        await story.until("fired")
        service.due = 1
        story.lines.clear()
        await story.until("held")
        assert "ticked" not in story.lines
