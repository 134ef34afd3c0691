"""The delivery ledger in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from hub.ports_deliveries import Delivery, DeliveryState


class MemoryDeliveries:
    """Implements :class:`hub.ports_deliveries.Deliveries`; ``rows`` by recipient and item."""

    def __init__(self, *rows: Delivery) -> None:
        self.rows = {(one.recipient, one.item): one for one in rows}

    async def of(
        self, recipient: str, state: DeliveryState | None, *, after: int = 0, limit: int = 1000
    ) -> list[Delivery]:
        """Deliveries of a recipient."""
        found = [one for one in self.rows.values() if one.recipient == recipient and one.position > after]
        return sorted((one for one in found if state in (None, one.state)), key=attrgetter("position"))[:limit]

    async def again(self, recipient: str, now: datetime, item: str | None = None) -> int:
        """Failed ones are due."""
        failed = [one for one in await self.of(recipient, "failed") if item in (None, one.item)]
        self.rows |= {(one.recipient, one.item): replace(one, state="due", attempts=0, next_try=now) for one in failed}
        return len(failed)
