"""One transaction of the store in Postgres."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from hub.adapters.postgres import emptying, flush
from hub.adapters.postgres.keys import lock_numbers
from hub.adapters.postgres.roster import Roster
from hub.adapters.postgres.rows import INBOX, inbox_row
from hub.adapters.postgres.session import Session
from hub.domain.matching import Candidates, SubjectQuery
from hub.domain.registry import Registry
from hub.domain.spans import Range, joined
from hub.errors import TransientError
from hub.ports import DeadLetter, InboxRow, LedgerEntry, Position, QueueRow, StoredPacks, Wake

_LOCK = "select count(pg_advisory_xact_lock(n)) from unnest($1::bigint[]) as n"
_READ = "select key, body from doc where key = any($1::text[])"
_SEEN = f"""
select {INBOX} from inbox join unnest($1::text[], $2::text[]) as w (source, id) using (source, id)"""
_SAVE_REGISTRY = "update meta set value = value + 1, body = $1 where name = 'registry' and value = $2 returning value"
_SAVE_PACKS = "update meta set value = value + 1, body = $1 where name = 'packs' and value = $2 returning value"

Event = tuple[str, str]


class PostgresUnit:
    """Implements :class:`hub.ports.UnitOfWork`. Reads go through at once, writes wait for :meth:`flush`.

    ``revision``: the registry's revision as of the start. One task at a time may use it.
    """

    def __init__(
        self, session: Session, now: datetime, registry: Registry, revision: int, packs: StoredPacks, roster: Roster
    ) -> None:
        self._session = session
        self._now = now
        self._registry = registry
        self._revision = revision
        self._roster = roster
        self._packs_read = self._packs = packs
        self._registry_saved = False
        self._locked: dict[str, bytes | None] = {}
        self._unread: set[str] = set()
        self._peeked: dict[str, bytes | None] = {}
        self._docs: dict[str, bytes | None] = {}
        self._inbox: dict[Event, InboxRow] = {}
        self._inbox_read: dict[Event, InboxRow] = {}
        self._inbox_asked: set[Event] = set()
        self._spans: dict[tuple[str, int], list[Range]] = {}
        self._lines: list[LedgerEntry] = []
        self._wakes: dict[str, Sequence[Wake]] = {}
        self._rows: dict[str, QueueRow] = {}
        self._unqueued: set[str] = set()
        self._dead: dict[Position, DeadLetter] = {}
        self._roster_docs: dict[str, bytes] = {}

    @property
    def now(self) -> datetime:
        """The time at which the unit of work began."""
        return self._now

    @property
    def registry(self) -> Registry:
        """The registry as read or as replaced here."""
        return self._registry

    def save_registry(self, registry: Registry) -> None:
        """Replace the registry. The commit raises TransientError where somebody else replaced it first."""
        self._registry = registry
        self._registry_saved = True

    @property
    def packs(self) -> StoredPacks:
        """The own rule packs as read or as replaced here."""
        return self._packs

    def save_packs(self, body: bytes) -> None:
        """Replace the own rule packs. The commit raises TransientError where somebody else replaced them first."""
        self._packs = StoredPacks(self._packs_read.revision + 1, body)

    async def get(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Documents, locked. Two statements: what is read must be no older than the locks."""
        wanted = list(keys)
        fresh = [key for key in wanted if key not in self._locked]
        if fresh:
            await self._session.execute(_LOCK, lock_numbers(self._session.schema, fresh))
            self._locked.update(await self._read([key for key in fresh if key not in self._docs]))
            unread = [key for key in fresh if key not in self._locked]
            self._unread.update(unread)
            self._locked.update(dict.fromkeys(unread))
        return self._merged(wanted, self._locked)

    async def peek(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Documents, not locked."""
        wanted = list(keys)
        known = (self._docs, self._locked, self._peeked)
        fresh = [key for key in wanted if not any(key in place for place in known)]
        if fresh:
            self._peeked.update(await self._read(fresh))
        return self._merged(wanted, self._locked, self._peeked)

    async def _read(self, keys: Sequence[str]) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = dict.fromkeys(keys)
        if found:
            found.update((row[0], row[1]) for row in await self._session.fetch(_READ, list(found)))
        return found

    def _merged(self, keys: Iterable[str], *stored: Mapping[str, bytes | None]) -> dict[str, bytes]:
        """What was put here, else what the first of ``stored`` that knows the key has."""
        known = (self._docs, *stored)
        bodies = ((key, next((place[key] for place in known if key in place), None)) for key in keys)
        return {key: body for key, body in bodies if body is not None}

    def put(self, key: str, body: bytes | None) -> None:
        """Write or delete a document."""
        self._docs[key] = body

    async def seen(self, events: Sequence[Event]) -> dict[Event, InboxRow]:
        """Inbox rows, those added here included."""
        fresh = [event for event in dict.fromkeys(events) if event not in self._inbox_asked]
        if fresh:
            self._inbox_asked.update(fresh)
            rows = await self._session.fetch(_SEEN, [e[0] for e in fresh], [e[1] for e in fresh])
            self._inbox_read.update(((row.source, row.id), row) for row in map(inbox_row, rows))
        known = ((event, self._inbox.get(event) or self._inbox_read.get(event)) for event in events)
        return {event: row for event, row in known if row is not None}

    def receive(self, row: InboxRow) -> None:
        """Add an inbox row, or replace one that was seen."""
        self._inbox[row.source, row.id] = row

    def span(self, topic: str, partition: int, first: int, last: int) -> None:
        """Offsets dealt with."""
        self._spans.setdefault((topic, partition), []).append((first, last))

    def append(self, entry: LedgerEntry) -> None:
        """Add a ledger line."""
        self._lines.append(entry)

    async def lines(self, *, dossier: str | None = None, ids: Iterable[str] = ()) -> list[LedgerEntry]:
        """Ledger lines as committed."""
        return await emptying.lines(self._session, dossier, ids)

    async def empty(self, ids: Iterable[str]) -> list[Range]:
        """Remove bodies at once; others see it with the commit."""
        return await emptying.empty(self._session, ids)

    def set_wakes(self, key: str, wakes: Sequence[Wake]) -> None:
        """Replace a dossier's wake-up calls."""
        self._wakes[key] = wakes

    def queue(self, row: QueueRow) -> None:
        """Insert or replace a queue row."""
        self._rows[row.id] = row

    def unqueue(self, ids: Iterable[str]) -> None:
        """Take queue rows out."""
        self._unqueued.update(ids)

    def dead_letter(self, letter: DeadLetter) -> None:
        """Keep a dead letter."""
        self._dead[letter.position] = letter

    async def candidates(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Ask the roster, changes made here included."""
        return await self._roster.candidates(self._session, queries, self._roster_docs)

    async def roster_changed(self, documents: Mapping[str, bytes]) -> None:
        """Write the documents at once and raise the roster's version; others see both with the commit."""
        self._roster_docs.update(documents)
        await flush.documents(self._session, documents)
        await self._roster.changed(self._session, documents)

    async def flush(self) -> None:
        """Send everything gathered to the database. The transaction is still open."""
        session = self._session
        await self._flush_registry()
        await self._flush_packs()
        await flush.documents(session, {key: body for key, body in self._docs.items() if self._changes(key, body)})
        read = self._inbox_read.keys()
        await flush.inbox(session, (row for event, row in self._inbox.items() if event not in read), known=False)
        await flush.inbox(session, (row for event, row in self._inbox.items() if event in read), known=True)
        await flush.spans(session, [(*at, *r) for at, ranges in sorted(self._spans.items()) for r in joined(ranges)])
        await flush.wakes(session, self._wakes)
        await flush.queue(session, self._rows.values())
        await flush.unqueue(session, self._unqueued)
        await flush.dead_letters(session, self._dead.values(), self._now)
        await flush.receipts(session, self._lines)
        await flush.ledger(session, self._lines)

    def _changes(self, key: str, body: bytes | None) -> bool:
        """Whether it has to be written: not where it is known to stand there already, or not at all."""
        return key not in self._locked or key in self._unread or self._locked[key] != body

    async def _flush_registry(self) -> None:
        if self._registry_saved:
            body = self._registry.model_dump_json().encode()
            if await self._session.fetchval(_SAVE_REGISTRY, body, self._revision) is None:
                raise TransientError("another unit of work replaced the registry first")

    async def _flush_packs(self) -> None:
        if self._packs is self._packs_read:
            return
        if await self._session.fetchval(_SAVE_PACKS, self._packs.body, self._packs_read.revision) is None:
            raise TransientError("another unit of work activated rule packs first")
