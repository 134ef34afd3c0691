"""What the streams need from the service: one call per batch, one call per record that cannot be handled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from schemas.record import Record


class BatchHandler(Protocol):
    """Takes raw records. At-least-once: every call may be made again with the same records, so both are idempotent."""

    async def receive(self, records: Sequence[Record]) -> None:
        """Handle up to some hundred records of one partition, in order, in one database transaction.

        Returning means committed: the records are acknowledged and may never be shown again.
        Raises :class:`~hub.errors.TransientError` to be called again later with the same records, and
        :class:`~hub.errors.PoisonError` (or any error of data) to have the batch split until the record is found.
        Whatever it raises, nothing of the batch may be left committed.
        """

    async def poison(self, record: Record, error: BaseException) -> None:
        """Put one record aside (inbox row and dead letter, one transaction), so that the flow can go on behind it.

        Raises :class:`~hub.errors.TransientError` to be called again; any other error stops the worker.
        """
