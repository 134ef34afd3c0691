"""Which database errors may go away by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from asyncpg import exceptions as pg

from hub.errors import TransientError

_RETRY = (
    pg.SerializationError,
    pg.DeadlockDetectedError,
    pg.LockNotAvailableError,
    pg.UniqueViolationError,  # two units of work wrote the same row first; the second finds it when it tries again
    pg.PostgresConnectionError,
    pg.OperatorInterventionError,
    pg.InsufficientResourcesError,
    pg.InternalClientError,  # the driver lost its place: the server died in the middle of an answer
    OSError,
    TimeoutError,
)
_AWAY = (pg.PostgresConnectionError, pg.OperatorInterventionError, pg.InternalClientError, OSError, TimeoutError)
_CONNECTION_GONE = ("closed", "closing", "released back")
_DISK_FULL = "make room on the database's disk; the flow goes on by itself, nothing is lost"
_MANY_LOCKS = "raise max_locks_per_transaction of the database (256 suits batches of 500 events)"


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise TransientError for errors that a retry may cure, prefixed with ``doing``; others pass unchanged."""
    try:
        yield
    except _RETRY as error:
        reason, hint = _told(error)
        raise TransientError(f"{doing}: {_first_line(error)}", hint=hint, reason=reason) from error
    except pg.InterfaceError as error:
        if not any(word in str(error) for word in _CONNECTION_GONE):
            raise
        raise TransientError(f"{doing}: {_first_line(error)}", reason="postgres") from error


def _told(error: BaseException) -> tuple[str, str | None]:
    """Reason code and hint. A full disk is told apart: nobody but an operator can end that."""
    if isinstance(error, pg.DiskFullError):
        return "disk_full", _DISK_FULL
    if isinstance(error, pg.OutOfMemoryError):
        return "postgres", _MANY_LOCKS
    return ("postgres" if isinstance(error, _AWAY) else "busy"), None


def _first_line(error: BaseException) -> str:
    """The message without its detail, which quotes keys and values."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
