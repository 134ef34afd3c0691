"""Names and numbers in spaces that all hubs of one database share: the schema is part of each."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b


def lock_number(schema: str, name: str) -> int:
    """A signed 64-bit number for an advisory lock. Two names with one number only wait for each other needlessly."""
    digest = blake2b(f"{schema}\x00{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def lock_numbers(schema: str, names: Iterable[str]) -> list[int]:
    """Sorted and each once: whoever takes locks in this order cannot deadlock within one statement."""
    return sorted({lock_number(schema, name) for name in names})


def channel(schema: str) -> str:
    """The notification channel on which new ledger lines are announced (names are cut at 63 bytes, so hash)."""
    return f"hub_ledger_{lock_number(schema, 'channel') & 0xFFFFFFFFFFFFFFFF:016x}"
