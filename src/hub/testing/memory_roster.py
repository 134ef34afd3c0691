"""The roster index of the store in memory, built from the roster documents when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.domain.matching import Candidates, SubjectQuery

ROSTER_KINDS = ("person:", "organ:", "posts:")


class MemoryRoster:
    """Keeps the index of the committed roster; a unit of work that changed the roster gets one of its own."""

    def __init__(self) -> None:
        self._index: Any = None

    def changed(self) -> None:
        """The committed roster is another one now."""
        self._index = None

    def candidates(
        self, docs: Mapping[str, bytes], overlay: Mapping[str, bytes | None], queries: Sequence[SubjectQuery]
    ) -> list[Candidates]:
        """Answer from the roster documents among ``docs``, with an open unit of work's ``overlay`` over them."""
        if any(key.startswith(ROSTER_KINDS) for key in overlay):
            return _ask(_build({**docs, **overlay}), queries)
        if self._index is None:
            self._index = _build(docs)
        return _ask(self._index, queries)


def _build(docs: Mapping[str, bytes | None]) -> Any:
    from hub.domain.roster import RosterIndex

    return RosterIndex({key: body for key, body in docs.items() if body is not None and key.startswith(ROSTER_KINDS)})


def _ask(index: Any, queries: Sequence[SubjectQuery]) -> list[Candidates]:
    return [index.candidates(query) for query in queries]
