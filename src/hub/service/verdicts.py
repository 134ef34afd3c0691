"""What intake says about an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """The immediate checks of HTTP intake. ``receipt`` is the id under which the verdict can be read."""

    ok: bool
    status: int
    reason: str | None = None
    detail: str = ""
    receipt: str = ""
    topic: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query: allowed, denied, suppressed or not_available."""

    answer: str
    content: dict[str, Any] = field(default_factory=dict)


class Refusal(Exception):
    """An event is refused. ``reason`` is a code, ``fields`` say more without any content of the event.

    ``keep_hash``: whether its content hash may be kept, so that the same id with other content is a clash.
    """

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        status: int = 422,
        quarantine: bool = False,
        fields: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.status = status
        self.quarantine = quarantine
        self.fields = fields or {}
