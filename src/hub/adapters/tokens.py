"""Bearer tokens: ``<code>.<secret>``. Only the argon2 hash is kept; the token is shown once."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SECRET_BYTES = 32
CHECKS_AT_ONCE = 4
REMEMBERED = 4_096


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's least; the secret has 256 bits


def new_token(code: str) -> tuple[str, str]:
    """A new token of ``code`` and the hash to keep."""
    token = f"{code}.{secrets.token_urlsafe(SECRET_BYTES)}"
    return token, _hasher().hash(token)


def holder(token: str) -> str | None:
    """The code that a token claims to belong to; None where it has not the form of one."""
    code, dot, secret = token.rpartition(".")
    return code if dot and code and len(secret) >= SECRET_BYTES else None


class TokenChecker:
    """Checks tokens against argon2 hashes, off the event loop, and remembers the good ones by SHA-256."""

    def __init__(self) -> None:
        self._good: dict[tuple[bytes, str], None] = {}
        self._turn = asyncio.Semaphore(CHECKS_AT_ONCE)

    async def check(self, token: str, token_hash: str) -> bool:
        """Whether ``token`` is the one that was hashed. A new hash of its holder ends what was remembered."""
        key = (hashlib.sha256(token.encode()).digest(), token_hash)
        if key in self._good:
            return True
        async with self._turn:
            good = await asyncio.to_thread(_verify, token, token_hash)
        if good:
            while len(self._good) >= REMEMBERED:
                del self._good[next(iter(self._good))]
            self._good[key] = None
        return good


def _verify(token: str, token_hash: str) -> bool:
    try:
        return _hasher().verify(token_hash, token)
    except (VerificationError, InvalidHashError):
        return False
