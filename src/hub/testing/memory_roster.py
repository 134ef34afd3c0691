"""The roster index of the store in memory, built from the roster documents when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.adapters.roster_documents import RosterDocuments
    from hub.domain.matching import Candidates, SubjectQuery
    from hub.domain.roster import RosterIndex


class MemoryRoster:
    """The committed roster. ``version`` counts its changes."""

    def __init__(self) -> None:
        self.version = 0
        self._documents: RosterDocuments | None = None
        self._index: RosterIndex | None = None

    def changed(self, documents: Mapping[str, bytes | None]) -> None:
        """These documents were committed."""
        if self._known().update(documents):
            self._index = None
            self.version += 1

    def candidates(self, overlay: Mapping[str, bytes | None], queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Answer from the committed roster with ``overlay`` (what an open unit of work changed) over it."""
        if overlay:
            draft = self._known().copy()
            draft.update(overlay)
            return draft.index(str(self.version + 1)).lookup(queries)
        if self._index is None:
            self._index = self._known().index(str(self.version))
        return self._index.lookup(queries)

    def _known(self) -> RosterDocuments:
        if self._documents is None:
            from hub.adapters.roster_documents import RosterDocuments

            self._documents = RosterDocuments()
        return self._documents
