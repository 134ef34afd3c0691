"""The tree of errors. The class says the policy that follows.

HubError
├── TransientError       retry with backoff, the flow pauses (database or broker away)
├── PoisonError          this one event cannot be handled: dead letter, then acknowledged
├── RefusedError         the sender is told what is wrong; nothing else happens
│   └── NotFoundError    what was named does not exist
├── UsageError           the user of a command is told what to do
└── InvariantError       stop: going on could do harm (worker exits, supervisor restarts it)
"""

from __future__ import annotations


class HubError(Exception):
    """Something went wrong in the hub.

    ``hint`` tells the reader what to do next. Wrapping callers prefix what was being done:
    ``raise RefusedError("loading roster row 4,211: ...") from error``.
    """

    exit_code = 1

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        doc = (type(self).__doc__ or "").strip().splitlines()[0]
        super().__init__(message or doc)
        self.hint = hint


class TransientError(HubError):
    """A part that the hub needs does not answer just now.

    ``reason`` names the part or its trouble, for status and metrics: kafka, postgres, disk_full, unavailable.
    """

    def __init__(self, message: str | None = None, *, hint: str | None = None, reason: str = "unavailable") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class PoisonError(HubError):
    """This event cannot be handled, however often it is tried."""


class RefusedError(HubError):
    """The request is refused."""

    def __init__(self, message: str | None = None, *, reason: str = "refused", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class NotFoundError(RefusedError):
    """What was named does not exist."""

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        super().__init__(message, reason="not_found", hint=hint)


class UsageError(HubError):
    """The command was not used as it can be."""

    exit_code = 2


class InvariantError(HubError):
    """A guarantee of the hub does not hold; going on could do harm."""
