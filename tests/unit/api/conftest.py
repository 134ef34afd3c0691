"""The HTTP side over fakes: the store in memory, a service that answers by rule, a list in place of Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import pytest

from hub.adapters.receipts import ScannedReceipts
from hub.adapters.tokens import TokenChecker, new_token
from hub.api import ApiParts, build_app
from hub.domain.registry import Person
from hub.errors import TransientError
from hub.sample.world import registry_from_world, sample_world
from hub.service import registry as use
from hub.settings import Settings
from hub.testing import FixedClock, MemoryDeliveries, MemoryStore
from schemas.codec import Event

ADMIN = "admin-token-of-the-test"


@dataclass
class FakeVerdict:
    ok: bool = True
    status: int = 202
    reason: str | None = None
    detail: str = ""
    receipt: str = ""
    topic: str | None = "findings-audit"
    key: str | None = "M:f1"


@dataclass
class FakeAnswer:
    answer: str
    content: dict[str, Any] = field(default_factory=dict)


@dataclass
class FakeService:
    """Refuses events whose id stands in ``refusals``; answers queries from ``answers``."""

    refusals: dict[str, FakeVerdict] = field(default_factory=dict)
    answers: dict[str, FakeAnswer] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    failure: Exception | None = None
    recused: dict[str, frozenset[str]] = field(default_factory=dict)
    looks: list[tuple[str, str, dict[str, Any], str, str | None]] = field(default_factory=list)

    async def gate(self, event: Event) -> FakeVerdict:
        if self.failure is not None:
            raise self.failure
        return self.refusals.get(str(event.attributes["id"]), FakeVerdict())

    async def answer(self, asker: str, query: str, args: Mapping[str, Any]) -> FakeAnswer:
        self.asked.append((asker, query, args))
        return self.answers.get(query, FakeAnswer("not_available"))

    async def barred(self, asker: str, cadres: Collection[str]) -> frozenset[str]:
        return frozenset(cadres) & self.recused.get(asker, frozenset())

    async def looked(
        self, asker: str, query: str, named: Mapping[str, Any], purpose: str, *, denied: str | None = None
    ) -> None:
        self.looks.append((asker, query, dict(named), purpose, denied))


@dataclass
class FakeInbound:
    """Keeps what was sent; is away while ``up`` is false."""

    sent: list[tuple[str, str | None, bytes]] = field(default_factory=list)
    up: bool = True

    async def send(self, topic: str, key: str | None, value: bytes) -> None:
        if not self.up:
            raise TransientError("the broker is away")
        self.sent.append((topic, key, value))

    async def reachable(self) -> bool:
        return self.up


class FakeClock(FixedClock):
    """Moved through the database in earnest, hence asynchronous."""

    async def set(self, at: datetime) -> None:  # type: ignore[override]  # as hub.adapters.clock.DatabaseClock
        super().set(at)

    def __init__(self, at: datetime) -> None:
        super().set(at)


@cache
def token(code: str) -> tuple[str, str]:
    """One token and its hash for all tests: hashing takes its time on purpose."""
    return new_token(code)


@dataclass
class World:
    """Everything a test touches."""

    http: httpx.AsyncClient
    store: MemoryStore
    service: FakeService
    inbound: FakeInbound
    clock: FakeClock
    tokens: dict[str, str]
    deliveries: MemoryDeliveries

    def auth(self, code: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[code]}"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = FakeClock(datetime(2026, 3, 2, 9, 0))
    store = MemoryStore(clock)
    made = {code: token(code) for code in ("audit-M", "disc-M", "org-M", "org-K", "clerk-1", "head-1")}
    registry = use.with_people(registry_from_world(sample_world()), [Person(code="op", place="M", role="operator")])
    await use.change(store, lambda _: registry)
    await use.give_tokens(store, {code: token_hash for code, (_, token_hash) in made.items()})
    service, inbound = FakeService(), FakeInbound()
    settings = Settings(admin_token=ADMIN, topic_prefix="t-", relay_lag_limit_s=0.0)
    receipts, deliveries = ScannedReceipts(store), MemoryDeliveries()
    app = build_app(ApiParts(settings, store, service, inbound, TokenChecker(), receipts, deliveries, clock))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    tokens = {**{code: secret for code, (secret, _) in made.items()}, "admin": ADMIN}
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        yield World(http, store, service, inbound, clock, tokens, deliveries)
