"""Push deliveries: what is published to a recipient with a webhook is posted there, in order, until it is taken.

At least once, in the order of the ledger: the next item waits until the one before it was taken or given up, so that
nothing of a cadre overtakes anything else. An item that all tries have failed for stays in the delivery ledger as
failed, raises an alert, and is tried again when an operator says so (``hub webhook retry``).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import orjson
import structlog

from hub import log_events
from hub.adapters import keys
from hub.adapters.postgres import PostgresStore
from hub.adapters.postgres.deliveries import DELIVERED, DUE, FAILED, PostgresDeliveries, Webhook
from hub.bootstrap.folder import keys_folder
from hub.errors import TransientError
from hub.policy.loader import shipped
from hub.ports import Sealed
from hub.ports_deliveries import Delivery
from hub.service import stalls
from hub.service.session import Session
from hub.settings import Settings
from schemas.codec import STRUCTURED, Event
from schemas.topics import clarifications, receipts, tasks
from streams.metrics import STALLED

log = structlog.get_logger(__name__)
PUSH_LOCK = 1_000_003
"""Number of the advisory lock; the relay's shards lie below it."""
HUB_KEY = "hub"
FLOW, GIVEN_UP = "webhook-", "delivery_failed"
"""How a recipient who does not take what it is pushed is shown among what stands still."""
PAGE = 500
POLL_S = 0.5
STANDBY_S = 3.0
TIMEOUT_S = 10.0
LONGEST_WAIT_S = 3_600.0
CONTENT_GONE = "content_gone"
"""Its retention ended before it could be delivered."""


async def run_pushing(settings: Settings, store: PostgresStore) -> None:
    """Push for ever, or until cancelled; one process at a time. A database that does not answer is waited for."""
    while True:
        try:
            async with store.lock(PUSH_LOCK) as ours:
                if ours:
                    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as http:
                        pusher = Pusher(settings, store, http)
                        await pusher.remember()
                        while await store.holds(PUSH_LOCK):
                            if not await pusher.turn():
                                await asyncio.sleep(POLL_S)
        except TransientError as error:
            log.warning(log_events.DELIVERY_RETRIED, error=str(error))
        await asyncio.sleep(STANDBY_S)


class Pusher:
    """One turn after the other; recipients beside each other, items of one recipient one by one."""

    def __init__(self, settings: Settings, store: PostgresStore, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._store = store
        self._http = http
        self._ledger = PostgresDeliveries(store.pool)
        self._key = keys.load_or_create(keys_folder(settings.data), HUB_KEY)

    async def remember(self) -> None:
        """Show what was given up before this process began. Raises TransientError."""
        for flow in await stalls.stalled(self._store):
            if flow.startswith(FLOW):
                STALLED.labels(flow, GIVEN_UP).set(1)

    async def turn(self) -> bool:
        """Whether anything was done. Raises TransientError."""
        hooks = await self._ledger.webhooks()
        return any(await asyncio.gather(*(self._serve(hook) for hook in hooks)))

    async def _serve(self, hook: Webhook) -> bool:
        moved = await self._enlist(hook)
        for owed in await self._ledger.next(hook.recipient, PAGE):
            if owed.next_try > await self._store.clock.now():
                break
            moved = True
            if not await self._deliver(hook, owed):
                break
        return moved

    async def _enlist(self, hook: Webhook) -> bool:
        upto = await self._store.published()
        page = await self._store.unpublished(hook.position, PAGE) if hook.position < upto else []
        page = [one for one in page if one.position <= upto]
        if not page:
            return False
        mine = [(one.entry.id, one.position) for one in page if self._is_for(hook.recipient, one)]
        await self._ledger.enlist(hook.recipient, mine, page[-1].position, await self._store.clock.now())
        return True

    def _is_for(self, recipient: str, one: Sealed) -> bool:
        topic = (one.entry.topic or "").removeprefix(self._settings.topic_prefix)
        return (
            one.entry.kind == "out"
            and not one.entry.emptied
            and topic in (tasks(recipient), clarifications(recipient), receipts(recipient))
        )

    async def _deliver(self, hook: Webhook, owed: Delivery) -> bool:
        """Whether the next item may follow."""
        error = await self._post(hook, owed)
        now = await self._store.clock.now()
        tried = replace(owed, attempts=owed.attempts + 1, last_error=error)
        if not error:
            await self._ledger.record(replace(tried, state=DELIVERED), now)
            await self._fine(hook.recipient)
            return True
        if tried.attempts >= self._settings.delivery_attempts:
            await self._ledger.record(replace(tried, state=FAILED), now)
            await self._give_up(hook.recipient, tried)
            return True
        wait_s = min(LONGEST_WAIT_S, self._settings.delivery_first_wait_s * 2.0**owed.attempts)
        await self._ledger.record(replace(tried, state=DUE, next_try=now + timedelta(seconds=wait_s)), now)
        log.warning(log_events.DELIVERY_RETRIED, recipient=hook.recipient, attempts=tried.attempts, error=error)
        return False

    async def _post(self, hook: Webhook, owed: Delivery) -> str:
        """Empty where it was taken, else why not. Of the answer only its status is looked at."""
        (line,) = await self._store.unpublished(owed.position - 1, 1)
        if line.entry.emptied:
            return CONTENT_GONE
        headers = {"content-type": STRUCTURED, "hub-signature": self._signature(line.entry.body), "hub-item": owed.item}
        try:
            reply = await self._http.post(hook.url, content=line.entry.body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__
        return "" if reply.is_success else f"status {reply.status_code}"

    def _signature(self, body: bytes) -> str:
        event: dict[str, Any] = orjson.loads(body)
        data = event.pop("data", None)
        return keys.sign(Event(event, data), self._key, self._key["kid"])

    async def _give_up(self, recipient: str, tried: Delivery) -> None:
        log.error(log_events.DELIVERY_FAILED, recipient=recipient, item=tried.item, error=tried.last_error)
        flow = FLOW + recipient
        STALLED.labels(flow, GIVEN_UP).set(1)
        async with self._store.begin() as unit:
            if not await unit.get([stalls.PREFIX + flow]):
                stalls.stall(Session(unit, shipped(), lambda _: True, self._settings), flow, GIVEN_UP)

    async def _fine(self, recipient: str) -> None:
        """The alert ends when nothing of this recipient is failed any more."""
        flow = FLOW + recipient
        if flow in await stalls.stalled(self._store) and not (await self._ledger.counts(recipient)).get(FAILED):
            async with self._store.begin() as unit:
                stalls.moves(unit, flow)
            STALLED.labels(flow, GIVEN_UP).set(0)
