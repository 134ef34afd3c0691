"""The machine's clock. The one that a test runner moves is :class:`hub.adapters.postgres.clock.DatabaseClock`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class SystemClock:
    """The machine's time in Asia/Shanghai. Implements :class:`hub.ports.Clock`."""

    async def now(self) -> datetime:
        """The time now."""
        return datetime.now(SHANGHAI)
