"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.adapters.clock import SHANGHAI


class FixedClock:
    """The hub's time as set by its owner (:class:`hub.ports.Clock`); naive values are read as Asia/Shanghai."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        """Move the clock, forward or back."""
        self.at = at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)

    def advance(self, by: timedelta) -> None:
        """Move the clock by a span."""
        self.at += by

    async def now(self) -> datetime:
        """Where the clock stands."""
        return self.at
