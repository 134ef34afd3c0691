"""What was pushed to recipients and what became of it, as far as somebody else than the pusher looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

DeliveryState = Literal["due", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One item for one recipient. ``state``: due, delivered or failed (all tries used up; waits for somebody).

    ``item``: the outbound event's id; ``position``: its place in the sealed ledger.
    """

    recipient: str
    item: str
    position: int
    attempts: int
    next_try: datetime
    state: str
    last_error: str


class Deliveries(Protocol):
    """The delivery ledger. Nothing is ever deleted. Every call raises TransientError where the store does not answer."""

    async def of(
        self, recipient: str, state: DeliveryState | None, *, after: int = 0, limit: int = 1000
    ) -> list[Delivery]:
        """Deliveries of a recipient behind position ``after``, in the order of the ledger; ``state`` None: in any."""

    async def again(self, recipient: str, now: datetime, item: str | None = None) -> int:
        """Try what failed once more from the beginning, all of it or one item; how many those are."""
