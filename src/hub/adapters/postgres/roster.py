"""The roster look-up of one process.

A small roster is kept in memory; a large one stays in the database and is asked there. Both see every committed change at
once: a change raises the roster's version in its own transaction and notes it beside each document that it touched, and
the row lock on the version puts changes in one order. Whoever read up to version n needs what is noted above n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.adapters.keys.citizen_numbers import NumberKeys
from hub.adapters.postgres import roster_write
from hub.adapters.postgres.roster_key import RosterKey
from hub.adapters.postgres.roster_read import PostgresRoster
from hub.adapters.postgres.roster_rows import IdKey
from hub.adapters.postgres.session import Session
from hub.adapters.roster_documents import RosterDocuments
from hub.domain.matching import Candidates, SubjectQuery
from hub.domain.roster import OrganDirectory, RosterIndex

IN_MEMORY = 5000
"""Cadres up to which a process keeps the whole index: building it anew after a change takes it less than half a second."""
_VERSIONS = "select name, value, body from meta where name in ('roster', 'organs', 'cadres', 'roster_key')"
_CHANGED = """
select c.key, d.body from roster_change c left join doc d using (key)
where c.version > $1 and c.version <= $2 and starts_with(c.key, $3)"""


class Roster:
    """Shared by all units of work of one process. ``keys``: where the key of citizen numbers lies."""

    def __init__(self, *, in_memory: int = IN_MEMORY, keys: NumberKeys | None = None) -> None:
        self._in_memory = in_memory
        self._key = RosterKey(keys)
        self._all = _Upto(RosterDocuments(), "")
        self._organs = _Upto(RosterDocuments(), "organ:")
        self._index: RosterIndex | None = None
        self._directory: OrganDirectory | None = None

    async def changed(self, session: Session, documents: Mapping[str, bytes]) -> None:
        """These documents are written in this transaction. Raises TransientError where the index has another key."""
        await roster_write.changed(session, documents, self._key)

    async def remade(self, session: Session, progress: roster_write.Progress) -> int:
        """Make the index anew, in this transaction, under the key that is there; returns how many people it holds."""
        return await roster_write.remade(session, self._key, progress)

    async def has_no_key(self, session: Session) -> bool:
        """Whether the index is of a time before keys, so that nobody is found until it is made anew."""
        found = {row[0]: row for row in await session.fetch(_VERSIONS)}
        return "roster_key" not in found and found["cadres"][1] > 0

    async def candidates(
        self, session: Session, queries: Sequence[SubjectQuery], overlay: Mapping[str, bytes]
    ) -> list[Candidates]:
        """Answer as of now; ``overlay``: what this transaction changed, which must not be remembered beyond it.

        Raises TransientError, reason ``roster_key``, where the index does not stand under this installation's key.
        """
        found = await session.fetch(_VERSIONS)
        versions = {row[0]: row[1] for row in found}
        known = next((row[2] for row in found if row[0] == "roster_key"), None)
        key = self._key.fitting(known, versions["cadres"])
        if versions["cadres"] <= self._in_memory:
            index = await self._whole(session, versions["roster"], overlay, key)
            return index.lookup(queries)
        directory = await self._known_organs(session, versions["organs"], overlay)
        merges = {row[0]: row[1] for row in await session.fetch("select gone, into_cadre from roster_merge")}
        size = versions["cadres"] - len(merges)
        roster = PostgresRoster(session, directory, merges, size, str(versions["roster"]), key)
        return await roster.lookup(queries)

    async def _whole(self, session: Session, version: int, overlay: Mapping[str, bytes], key: IdKey) -> RosterIndex:
        if overlay:
            return (await self._all.draft(session, version, overlay)).index(str(version), key)
        if await self._all.refresh(session, version) or self._index is None:
            self._index = self._all.documents.index(str(version), key)
        return self._index

    async def _known_organs(self, session: Session, version: int, overlay: Mapping[str, bytes]) -> OrganDirectory:
        if any(key.startswith("organ:") for key in overlay):
            return (await self._organs.draft(session, version, overlay)).index().directory
        if await self._organs.refresh(session, version) or self._directory is None:
            self._directory = self._organs.documents.index().directory
        return self._directory


class _Upto:
    """Committed roster documents with a prefix, read up to some version."""

    def __init__(self, documents: RosterDocuments, prefix: str) -> None:
        self.documents = documents
        self._prefix = prefix
        self._version = 0

    async def refresh(self, session: Session, version: int) -> bool:
        """Read what changed since; whether anything did."""
        if version == self._version:
            return False
        self.documents.update(await self._since(session, version))
        self._version = version
        return True

    async def draft(self, session: Session, version: int, overlay: Mapping[str, bytes]) -> RosterDocuments:
        """A copy with what changed since and with ``overlay``."""
        copy = self.documents.copy()
        copy.update(await self._since(session, version))
        copy.update({key: body for key, body in overlay.items() if key.startswith(self._prefix)})
        return copy

    async def _since(self, session: Session, version: int) -> dict[str, bytes | None]:
        return {row[0]: row[1] for row in await session.fetch(_CHANGED, self._version, version, self._prefix)}
