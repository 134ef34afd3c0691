"""What the HTTP side needs, as protocols: the service, the way into Kafka, the store, the token checker."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hub.ports import LedgerEntry
from hub.ports_deliveries import Deliveries
from hub.ports_operations import Operations
from hub.settings import Settings
from schemas.codec import Event


class Verdict(Protocol):
    """What the immediate checks say. Of a refused event the receipt is recorded already."""

    @property
    def ok(self) -> bool:
        """May go into Kafka."""

    @property
    def status(self) -> int:
        """202, 400, 403, 409, 413 or 422."""

    @property
    def reason(self) -> str | None:
        """Code of the refusal."""

    @property
    def detail(self) -> str:
        """English sentence without content of the event."""

    @property
    def topic(self) -> str | None:
        """Contract name of the inbound topic."""

    @property
    def key(self) -> str | None:
        """Kafka key."""


class Answer(Protocol):
    """The answer to a query."""

    @property
    def answer(self) -> str:
        """allowed, denied, suppressed or not_available."""

    @property
    def content(self) -> Mapping[str, Any]:
        """What was asked for, or the reason of a denial."""


class Service(Protocol):
    """The side of :class:`hub.service.hub.HubService` that HTTP uses."""

    async def gate(self, event: Event) -> Verdict:
        """Schema, label, signature, leaks, clash of content under one id, unknown source."""

    async def answer(self, asker: str, query: str, args: Mapping[str, Any]) -> Answer:
        """Answer a query; leaves one access entry whatever the answer."""

    async def barred(self, asker: str, cadres: Collection[str]) -> frozenset[str]:
        """Those of ``cadres`` whose cases the asker must not see."""

    async def looked(
        self, asker: str, query: str, named: Mapping[str, Any], purpose: str, *, denied: str | None = None
    ) -> None:
        """Leave the access entry of a look that is no query."""


class Inbound(Protocol):
    """The way into the inbound topics."""

    async def send(self, topic: str, key: str | None, value: bytes) -> None:
        """Returns when all in-sync replicas have it. Raises TransientError where that is not certain."""

    async def reachable(self) -> bool:
        """Whether the broker answers."""


class Tokens(Protocol):
    """Checks bearer tokens."""

    async def check(self, token: str, token_hash: str) -> bool:
        """Whether the token is the one that was hashed."""


class MovableClock(Protocol):
    """A clock that a test runner moves."""

    async def now(self) -> datetime:
        """The hub's time."""

    async def set(self, at: datetime) -> None:
        """Move it."""


class Receipts(Protocol):
    """Finds the receipts of one event."""

    async def of(self, source: str, event_id: str) -> list[LedgerEntry]:
        """What was written to ``source`` because of its event ``event_id``, in ledger order."""


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Everything the HTTP side is made of. ``clock`` only where a runner may move it."""

    settings: Settings
    store: Operations
    service: Service
    inbound: Inbound
    tokens: Tokens
    receipts: Receipts
    deliveries: Deliveries
    clock: MovableClock | None = None
