"""One supervisor per data folder: an advisory lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from hub.errors import UsageError

NAME = "lock"


class FolderLock:
    """The right to run a stack in ``folder``. Raises :class:`UsageError` when another process has it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None

    @property
    def pid(self) -> int | None:
        """Our process id while we have the lock."""
        return None if self._handle is None else os.getpid()

    def acquire(self) -> None:
        """Take the lock and leave our process id in it."""
        handle = os.open(self._folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise UsageError(
                f"a hub is already running in {self._folder} (process {holder(self._folder) or 'unknown'})",
                hint=f"hub status --data {self._folder}  or  hub down --data {self._folder}; "
                "a second hub needs a folder of its own: hub up --data OTHER",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Give the lock back. Does nothing when we do not have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def holder(folder: Path) -> int | None:
    """Process id of the supervisor that runs in ``folder``; None when none does."""
    try:
        handle = os.open(folder / NAME, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(handle, 32, 0).decode(errors="replace").strip()
        return int(text) if text.isdigit() else None
    finally:
        os.close(handle)
    return None
