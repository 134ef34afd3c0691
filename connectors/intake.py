"""The hub's HTTP intake as connectors see it: one event in, a verdict out."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from connectors.base import Event
from hub.errors import RefusedError, TransientError, UsageError

Signer = Callable[[Event], Event]
"""Gives the event back with its ``signature``. Comes from the caller: connectors hold no keys."""

PATH = "/v1/events"
_NOT_ALLOWED = {401, 403}
_LATER = {408, 425, 429}


class Intake:
    """Sends signed events to ``POST /v1/events``. ``token`` is the source's bearer token."""

    def __init__(self, client: httpx.AsyncClient, token: str, sign: Signer) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/cloudevents+json"}
        self._sign = sign

    async def send(self, event: Event) -> None:
        """Returns when the hub has taken the event (202), a repeated one too.

        Raises TransientError (no answer, overload: send again), RefusedError (this event will never be taken; the
        reason is the hub's) or UsageError (this sender may not send: stop).
        """
        try:
            reply = await self._client.post(PATH, json=self._sign(event), headers=self._headers)
        except httpx.TransportError as error:
            raise TransientError(f"sending event {event['id']}: {type(error).__name__}") from error
        if not reply.is_success:
            raise _error(event, reply)


def _error(event: Event, reply: httpx.Response) -> TransientError | RefusedError | UsageError:
    what = f"sending event {event['id']}: {reply.status_code} {_detail(reply)}"
    if reply.status_code in _NOT_ALLOWED:
        return UsageError(what, hint="check the source's token and that the source is registered with the hub")
    if reply.status_code in _LATER or reply.status_code >= 500:
        return TransientError(what)
    return RefusedError(what, reason=_detail(reply))


def _detail(reply: httpx.Response) -> str:
    """The reason from problem details (RFC 9457), or the bare phrase."""
    try:
        problem = reply.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return reply.reason_phrase
    return str(problem.get("detail") or problem.get("title") or reply.reason_phrase)
