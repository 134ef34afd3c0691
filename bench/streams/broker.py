"""A broker for the measurement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def broker(given: str | None) -> Iterator[str]:
    """``host:port`` of the broker that was named, or of one that is started for the time of the block."""
    if given:
        yield given
        return
    raise NotImplementedError
