"""What set-up tells whoever watches it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Follows set-up. Calls may come from several threads."""

    def step(self, text: str) -> None:
        """A new step has begun."""

    def fetched(self, done_bytes: int, total_bytes: int) -> None:
        """So much of what has to be downloaded is here."""


class Silent:
    """Tells nobody."""

    def step(self, text: str) -> None:
        """Nothing."""

    def fetched(self, done_bytes: int, total_bytes: int) -> None:
        """Nothing."""
