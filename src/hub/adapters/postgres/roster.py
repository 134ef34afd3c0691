"""The roster look-up of one process: an index in memory, brought up to date by version before every answer.

Every change of the roster raises its version in the same transaction and notes it beside the documents it touched; the
row lock on the version puts changes in one order. A process that read up to version n needs what is noted above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.adapters.postgres.session import Session
from hub.adapters.roster_documents import RosterDocuments
from hub.domain.matching import Candidates, SubjectQuery
from hub.domain.roster import RosterIndex

_BUMP = "update meta set value = value + 1 where name = 'roster' returning value"
_NOTE = """
insert into roster_change (key, version) select key, $2 from unnest($1::text[]) as key
on conflict (key) do update set version = excluded.version"""
_VERSION = "select value from meta where name = 'roster'"
_CHANGED = """
select c.key, d.body from roster_change c left join doc d using (key) where c.version > $1 and c.version <= $2"""


class Roster:
    """Shared by all units of work of one process."""

    def __init__(self) -> None:
        self._version = 0
        self._documents = RosterDocuments()
        self._index: RosterIndex | None = None

    async def changed(self, session: Session, keys: Sequence[str]) -> None:
        """These documents are written in this transaction."""
        version = await session.fetchval(_BUMP)
        await session.execute(_NOTE, list(keys), version)

    async def candidates(
        self, session: Session, queries: Sequence[SubjectQuery], overlay: Mapping[str, bytes]
    ) -> list[Candidates]:
        """Answer as of now, with ``overlay`` (changes of this transaction) on top."""
        if not overlay:
            await self._refresh(session)
            if self._index is None:
                self._index = self._documents.index(str(self._version))
            return self._index.lookup(queries)
        draft = self._documents.copy()
        version = await session.fetchval(_VERSION)
        draft.update({row[0]: row[1] for row in await session.fetch(_CHANGED, self._version, version)})
        return draft.index(str(version)).lookup(queries)

    async def _refresh(self, session: Session) -> None:
        version = await session.fetchval(_VERSION)
        if version > self._version:
            rows = await session.fetch(_CHANGED, self._version, version)
            self._documents.update({row[0]: row[1] for row in rows})
            self._version, self._index = version, None
