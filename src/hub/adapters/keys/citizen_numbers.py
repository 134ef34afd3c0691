"""The key under which the roster's look-up index keeps citizen numbers: ``<folder>/citizen-numbers.key``, mode 0600.

A number has so few possible values that a plain hash of it is undone in minutes: hence a keyed one (HMAC-SHA-256, RFC 2104).
Every installation has a key of its own, so the indexes of two of them cannot be joined.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hub.errors import NotFoundError, RefusedError

FILE = "citizen-numbers.key"
_OCTETS = 32


class NumberKey:
    """Turns a citizen number in normal form into what an index keeps. ``fingerprint`` names the key and tells nothing of it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.fingerprint = self._of("key", "")[:22]

    def __call__(self, number: str) -> str:
        """43 characters; the same number and key always give the same."""
        return self._of("number", number)

    def _of(self, use: str, text: str) -> str:
        digest = hmac.digest(self._secret, f"{use}\x00{text}".encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


class NumberKeys:
    """Where an installation keeps its key. ``read`` raises NotFoundError where there is none; ``make`` makes one then."""

    def __init__(self, read: Callable[[], NumberKey], make: Callable[[], NumberKey]) -> None:
        self.read = read
        self.make = make


def in_folder(folder: Path) -> NumberKeys:
    """The key that lies in ``folder``. Nothing is read or written before it is asked for."""
    return NumberKeys(partial(_read, folder), partial(_made, folder))


def in_memory(secret: bytes) -> NumberKeys:
    """A key that lies nowhere: for tests and measurements."""
    key = NumberKey(secret)
    return NumberKeys(lambda: key, lambda: key)


def _read(folder: Path) -> NumberKey:
    path = folder / FILE
    try:
        text = path.read_text("ascii").strip()
        secret = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no key of citizen numbers ({path})") from error
    except (OSError, ValueError) as error:
        raise RefusedError(f"reading {path}", reason="key_file") from error
    if len(secret) != _OCTETS:
        raise RefusedError(f"{path} holds no key of {_OCTETS} octets", reason="key_file")
    return NumberKey(secret)


def _made(folder: Path) -> NumberKey:
    """The key there, made where there is none. All or nothing, and safe when two processes ask at once."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".new-{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(urlsafe_b64encode(secrets.token_bytes(_OCTETS)).rstrip(b"=").decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, folder / FILE)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _read(folder)
