"""What the hub's own running needs of the store beside :mod:`hub.ports`: relay wake-up, sweeping, redriving, health."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from hub.ports import DeadLetter, Position, SealStore, Store


class Operations(Store, SealStore, Protocol):
    """The whole store, as relay, sweeper, health and redrive see it."""

    async def news(self, timeout_s: float) -> None:
        """Return when ledger lines were committed since the last call, or after ``timeout_s`` at the latest.

        Only while :meth:`hub.ports.SealStore.lock` is held.
        """

    async def holds(self, shard: int) -> bool:
        """Whether the shard's lock is still ours: the connection that carries it answers."""

    async def unsealed(self) -> int:
        """How many ledger lines wait to be sealed."""

    async def sealed(self) -> tuple[int, bytes]:
        """Position and hash of the last sealed line; 0 and GENESIS where none is."""

    async def hash_at(self, position: int) -> bytes | None:
        """The hash at one position of the chain, or None where the chain does not reach it."""

    async def spans(self, topic: str) -> dict[int, list[tuple[int, int]]]:
        """Per partition the ranges of offsets dealt with (both ends included), sorted, not touching each other."""

    async def forget_spans(self) -> None:
        """The log was lost and begins anew: what was dealt with there says nothing about what is there now."""

    async def mark_out(self, ids: Sequence[str]) -> None:
        """These ids are in Kafka, whatever the published mark says: found there after a restore. Idempotent."""

    async def already_out(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids were marked by :meth:`mark_out`."""

    async def orphans(self, limit: int) -> list[str]:
        """Ids marked by :meth:`mark_out` that the ledger does not have: published by the lost part of a ledger."""

    async def known_lines(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids the ledger has."""

    async def rewind_published(self, position: int) -> None:
        """Set the published mark back: the broker lost what is above it. An operator's decision, never the relay's."""

    async def dead_letters(self, *, topic: str | None = None, limit: int = 1000) -> list[DeadLetter]:
        """Dead letters in order of topic, partition, offset."""

    async def drop_dead_letters(self, positions: Sequence[Position]) -> None:
        """Forget dead letters that were handled by hand."""

    async def wakes(self, *, key: str | None = None, limit: int = 1000) -> list[tuple[str, str, date]]:
        """Wake-up calls (dossier, clock, day) by day, of one dossier or of all."""
