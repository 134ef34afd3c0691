"""A store that notes what a use case does with it, and lets it happen or not: redrives and their rehearsals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import orjson

from hub.ports import DeadLetter, LedgerEntry, Store, UnitOfWork

if TYPE_CHECKING:
    from hub.ports import QueueRow


@dataclass
class Noted:
    """What was done in units of work that came to their end."""

    lines: list[LedgerEntry] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    rows: list[QueueRow] = field(default_factory=list)


class _RehearsedError(Exception):
    """Ends a unit of work so that nothing of it stays."""


class WatchedStore:
    """``store`` while the dead letter ``letter`` is tried again. ``keep`` false: everything is rolled back.

    A letter that is written again counts one attempt more. With ``keep`` a try that sets nothing aside leaves a note
    ``dead_letter.redriven`` in the ledger.
    """

    def __init__(self, store: Store, letter: DeadLetter, *, keep: bool) -> None:
        self._store = store
        self._letter = letter
        self._keep = keep
        self.noted = Noted()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """As the store's, watched."""
        noted = Noted()
        try:
            async with self._store.begin() as unit:
                yield cast("UnitOfWork", _Unit(unit, noted, self._letter.attempts + 1))
                if not self._keep:
                    raise _RehearsedError
                if not noted.letters:
                    unit.append(self._note(unit))
        except _RehearsedError:
            pass
        self.noted = noted

    def _note(self, unit: UnitOfWork) -> LedgerEntry:
        at = self._letter.position
        place = f"{at.topic}/{at.partition}/{at.offset}"
        body = orjson.dumps({"place": place, "attempts": self._letter.attempts + 1, "reason": self._letter.reason})
        ident = f"redriven:{place}:{unit.now.isoformat()}"
        return LedgerEntry(ident, "note", "dead_letter.redriven", body, unit.now)


class _Unit:
    """A unit of work that tells what is put into it."""

    def __init__(self, unit: UnitOfWork, noted: Noted, attempts: int) -> None:
        self._unit = unit
        self._noted = noted
        self._attempts = attempts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def append(self, entry: LedgerEntry) -> None:
        self._noted.lines.append(entry)
        self._unit.append(entry)

    def dead_letter(self, letter: DeadLetter) -> None:
        again = replace(letter, attempts=self._attempts)
        self._noted.letters.append(again)
        self._unit.dead_letter(again)

    def queue(self, row: QueueRow) -> None:
        self._noted.rows.append(row)
        self._unit.queue(row)
