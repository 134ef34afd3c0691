"""What the use cases need from the outside world, as protocols.

The store is documents, ledger, inbox, wake-up calls and the queue view; :mod:`hub.testing` and :mod:`hub.adapters.postgres`
implement it and pass the same contract suite (``tests/contract/store``). One use case = one :class:`UnitOfWork` = one transaction.

Document keys are ``<kind>:<id>``. Kinds: ``cadre`` and ``unit`` (dossiers), ``finding`` (statements and matches of one
finding, id ``<source code>/<ref>``), ``ref`` (bare ref to finding ids), ``wait`` (events parked until a ref arrives), ``act``
(determination ref to dossiers), ``item`` (outbound id to its dossier), ``person`` (a cadre of the roster: record history,
tenures, relations), ``posts`` (management rows of one organ), ``organ`` (roster organ), ``sealed`` (a sealed petitioner
token), ``archive`` (what was sealed when its retention ended, ``<dossier>/<day>``), ``meta`` (the hub's own state).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

from hub.domain.matching import Candidates, SubjectQuery
from hub.domain.registry import Registry
from schemas.codec import Event

EntryKind = Literal["in", "out", "access", "note"]


@dataclass(frozen=True, slots=True)
class Position:
    """Where an event stood in Kafka."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One event that was read. ``content_hash`` is None where nothing of the content may be kept.

    ``verdict``: accepted, parked, rejected, quarantined. Unique by (source, id).
    """

    source: str
    id: str
    type: str
    verdict: str
    content_hash: bytes | None
    position: Position | None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger. ``id`` is unique over the ledger; a second entry with it is dropped silently.

    ``kind``: in (an accepted statement), out (to be published to ``topic`` under ``key``), access (a read), note.
    ``dossier``: document key of the case file that this entry belongs to, if any. ``body`` is JSON bytes; of an out
    entry the structured CloudEvent exactly as published. Order of append is the order in the ledger.
    ``digest``: SHA-256 of a body that was removed when its retention ended (R-CF-03); ``body`` is empty then.
    """

    id: str
    kind: EntryKind
    type: str
    body: bytes
    recorded_at: datetime
    dossier: str | None = None
    to: str | None = None
    topic: str | None = None
    key: str | None = None
    digest: bytes | None = None

    @property
    def emptied(self) -> bool:
        """Whether the body was removed."""
        return self.digest is not None and not self.body


@dataclass(frozen=True, slots=True)
class Wake:
    """Wake dossier ``key`` on ``on`` (a day in Asia/Shanghai): a clock may have run out. ``clock`` names it, for people."""

    key: str
    clock: str
    on: date


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One item in a recipient's queue, as the console and ``hub tail`` show it. ``id`` is the outbound event's id.

    ``state``: proposed, delivered, acknowledged, returned, decided, executed, recalled, superseded, rerouted,
    review_requested, issued, done, withdrawn. ``open`` = it still asks for something.
    """

    id: str
    organ: str
    type: str
    state: str
    open: bool
    cadre: str | None
    case: str | None
    due: date | None
    copy: bool
    body: bytes
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoredPacks:
    """The deployment's own rule pack versions as stored. ``revision`` rises with every activation; 0 = there are none.

    ``body``: see :mod:`hub.policy.active`. Kept as bytes: what this program cannot read must not stop a transaction.
    """

    revision: int = 0
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that could not be handled; never dropped by itself.

    ``kind``: malformed, unknown_source, poison (the hub knows why) or unexpected (it does not). ``value``: the event in
    structured form where its content could be vetted (registered source, label within the accreditation, no petitioner
    data), else empty: then the log alone has it, as long as it keeps it. ``source`` and ``id`` likewise.
    """

    position: Position
    source: str | None
    id: str | None
    reason: str
    detail: str
    value: bytes
    attempts: int = 1
    kind: str = "poison"
    first_seen: datetime | None = field(default=None, compare=False)
    last_seen: datetime | None = field(default=None, compare=False)


class UnitOfWork(Protocol):
    """One transaction. Nothing is visible to others before :meth:`Store.begin`'s block ends without an error."""

    @property
    def now(self) -> datetime:
        """The hub's time, aware, Asia/Shanghai; the same all through the transaction."""

    @property
    def registry(self) -> Registry:
        """The registry as of the transaction's start, or as replaced by :meth:`save_registry`."""

    def save_registry(self, registry: Registry) -> None:
        """Replace the registry."""

    @property
    def packs(self) -> StoredPacks:
        """The deployment's own rule packs as of the transaction's start, or as replaced by :meth:`save_packs`."""

    def save_packs(self, body: bytes) -> None:
        """Replace them under the next revision. The commit raises TransientError where somebody else was first."""

    async def get(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Documents by key, locked until the end of the transaction (in key order); absent ones are left out.

        Keys got or put before come from memory: calling it with many keys first saves round trips later.
        An absent key is locked too.
        """

    async def peek(self, keys: Iterable[str]) -> dict[str, bytes]:
        """As :meth:`get`, without a lock (roster documents)."""

    def put(self, key: str, body: bytes | None) -> None:
        """Write a document, or delete it with None. Visible to later reads of this unit of work."""

    async def seen(self, events: Sequence[tuple[str, str]]) -> dict[tuple[str, str], InboxRow]:
        """Inbox rows of these (source, id), rows added in this unit of work included."""

    def receive(self, row: InboxRow) -> None:
        """Add an inbox row."""

    def span(self, topic: str, partition: int, first: int, last: int) -> None:
        """All offsets from first to last of this partition are dealt with by this transaction."""

    def append(self, entry: LedgerEntry) -> None:
        """Add a line to the ledger."""

    async def lines(self, *, dossier: str | None = None, ids: Iterable[str] = ()) -> list[LedgerEntry]:
        """Ledger lines as committed, in order: those of a dossier and those with these ids."""

    async def empty(self, ids: Iterable[str]) -> list[tuple[int, int]]:
        """Remove the bodies of these lines, keeping their digests; the ranges of their positions in the chain.

        Raises RefusedError (``unpublished``), changing nothing, where one of them is not sealed or not published yet.
        Whoever calls it appends the line that names the positions, or the ledger no longer verifies.
        """

    def set_wakes(self, key: str, wakes: Sequence[Wake]) -> None:
        """Replace all wake-up calls of a dossier."""

    def queue(self, row: QueueRow) -> None:
        """Insert or replace a queue row by id."""

    def unqueue(self, ids: Iterable[str]) -> None:
        """Take rows out of the queue view for good."""

    def dead_letter(self, letter: DeadLetter) -> None:
        """Keep an event that could not be handled."""

    async def candidates(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """What the roster knows about these subjects, in one go."""

    async def roster_changed(self, documents: Mapping[str, bytes]) -> None:
        """Roster documents (person, posts, organ) were put in this unit of work: bring the look-up index up to date."""


class Store(Protocol):
    """Where everything is kept."""

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work. Raises TransientError where a retry may help (connection, deadlock, serialisation)."""

    async def due(self, today: date, limit: int) -> list[str]:
        """Dossiers with a wake-up call on or before ``today``, each once, in order of day and key."""

    async def ledger(
        self, *, dossier: str | None = None, after: int = 0, limit: int = 1000
    ) -> list[tuple[int, LedgerEntry]]:
        """Ledger lines with their sequence number, in order."""

    async def queue_rows(
        self, *, organ: str | None = None, open_only: bool = False, limit: int = 1000
    ) -> list[QueueRow]:
        """Queue rows, oldest first."""

    async def documents(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        """Documents whose key starts with ``prefix``, in key order, for tools and rebuilds."""

    async def registry(self) -> Registry:
        """The registry as committed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ledger line with its place in the hash chain. ``position`` counts from 1 without holes."""

    position: int
    hash: bytes
    entry: LedgerEntry


@runtime_checkable
class SealStore(Protocol):
    """The relay's side of the store: sealing and publishing. One relay per shard at a time (advisory lock)."""

    def lock(self, shard: int) -> AbstractAsyncContextManager[bool]:
        """Hold the shard's advisory lock; yields False where somebody else has it."""

    async def seal(self, limit: int) -> int:
        """Put up to ``limit`` unsealed lines, in ledger order, at the end of the hash chain; returns how many."""

    async def unpublished(self, after: int, limit: int) -> list[Sealed]:
        """Sealed lines with a position above ``after``, in order (all kinds; only ``out`` goes to Kafka)."""

    async def mark_published(self, position: int) -> None:
        """Everything up to and including this position is in Kafka."""

    async def published(self) -> int:
        """The highest position marked as published; 0 where none is."""

    async def verify(self) -> str | None:
        """Walk the chain: the id of the first line that does not fit, or whose body is gone though no line
        ``record.sealed_or_deleted`` names it; None where all is intact."""


class Clock(Protocol):
    """The hub's time."""

    async def now(self) -> datetime:
        """Aware, Asia/Shanghai."""


class Calendar(Protocol):
    """Working days (调休 known)."""

    def is_workday(self, day: date) -> bool:
        """Whether people work that day."""

    def is_provisional(self, day: date) -> bool:
        """True where only weekends are known for that year."""


Decoded = Event


class Keys(Protocol):
    """Checks of detached JWS signatures."""

    def verify(self, event: Decoded, keys: Mapping[str, Mapping[str, str]]) -> bool:
        """Whether ``event`` bears a good EdDSA signature by one of ``keys`` (kid to public JWK)."""


class Outputs(Protocol):
    """A reader of what was published."""

    def follow(self, topics: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """Topic and value of every message, read_committed."""
