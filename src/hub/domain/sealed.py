"""What a sealed petitioner looks like: a compact JWE (RFC 7516 section 7.1). Its form only; nobody here can open it."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from typing import Any, Final

MAX_JWE: Final = 16_384
_PART: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_WITHOUT_KEY: Final = frozenset({"dir", "ECDH-ES"})
"""Algorithms that agree on the content key: their encrypted_key part is empty (RFC 7518 sections 4.5, 4.6)."""
_OPAQUE: Final = ("epk", "apu", "apv", "iv", "tag", "p2s", "x5c", "x5t", "x5t#S256")


def is_sealed(value: Any) -> dict[str, Any] | None:
    """The readable members of the protected header where ``value`` has the form of a compact JWE, else None."""
    if not isinstance(value, str) or len(value) > MAX_JWE:
        return None
    header, *rest = value.split(".")
    if len(rest) != 4 or not all(_PART.match(part) for part in (header, *rest[1:])):
        return None
    members = _members(header)
    if members is None or not all(isinstance(members.get(name), str) for name in ("alg", "enc")):
        return None
    key_fits = rest[0] == "" if members["alg"] in _WITHOUT_KEY else _PART.match(rest[0])
    return {name: one for name, one in members.items() if name not in _OPAQUE} if key_fits else None


def _members(header: str) -> dict[str, Any] | None:
    try:
        found = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
