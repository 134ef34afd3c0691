"""Questions: who may read what, for which purpose; every one leaves an access entry (R-CF-01..03, N-10, N-14, N-30)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.ports import Store
from hub.service.session import Session
from hub.service.verdicts import Answer


async def answer(session: Session, store: Store, asker: str, query: str, args: Mapping[str, Any]) -> Answer:
    """One question."""
    return Answer("not_available")
