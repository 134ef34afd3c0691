"""What ``hub doctor`` looks at. Every check says what it found and, where something is wrong, what to do."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import httpx
import orjson

from hub.adapters.calendar import read_calendar
from hub.adapters.clock import SHANGHAI
from hub.adapters.keys import key_path
from hub.adapters.postgres import PostgresStore
from hub.adapters.postgres.deliveries import PostgresDeliveries
from hub.adapters.topics import common_topics, own_topics, topic_names
from hub.bootstrap.folder import keys_folder
from hub.domain.registry import Registry
from hub.errors import HubError
from hub.ports_operations import Operations
from hub.service.packs import REFUSED, loaded, of_release
from hub.service.restored import RELAY_KEY, SWEEP_KEY, is_pending
from hub.service.stalls import stalled
from hub.settings import Settings

State = Literal["ok", "warning", "wrong"]
HALT = "meta:halt"
FREE_BYTES = 2_000_000_000
WITHIN_S = 5.0
RELAY_S = 2.0
SHOWN = 10
ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of the doctor. ``do`` is what to do next, empty where all is well."""

    check: str
    state: State
    says: str
    do: str = ""


def some(names: list[str]) -> str:
    """A few names, and how many more."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


async def api(settings: Settings) -> Found:
    """Does the API answer?"""
    url = f"http://{settings.http_host}:{settings.http_port}/health/ready"
    try:
        async with httpx.AsyncClient(timeout=WITHIN_S, trust_env=False) as client:
            reply = await client.get(url)
    except httpx.HTTPError:
        return Found(
            "api", "wrong", f"no answer at {url}", "hub status shows the processes; logs lie in DATA/logs/api.log"
        )
    if reply.status_code == 200:
        return Found("api", "ok", "answers and can work")
    reasons = [
        f"{name}: {check['reason']}" for name, check in reply.json().get("checks", {}).items() if not check["ok"]
    ]
    return Found("api", "wrong", f"answers but cannot work: {'; '.join(reasons)}", "see the lines about these parts")


async def kafka(settings: Settings, registry: Registry) -> Found:
    """Does the broker answer, and has it every topic?"""
    try:
        there = await topic_names(settings)
    except HubError as error:
        return Found("kafka", "wrong", str(error), f"start the broker at {settings.kafka} (hub up), or set HUB_KAFKA")
    wanted = [*common_topics(settings), *(spec for one in registry.sources.values() for spec in own_topics(one))]
    missing = sorted(name for name in (settings.topic_prefix + spec.name for spec in wanted) if name not in there)
    if missing:
        do = "python -m hub.roles prepare makes them; so does every start of hub up"
        return Found("kafka", "wrong", f"{len(missing)} topics are missing: {some(missing)}", do)
    return Found("kafka", "ok", f"answers; all {len(wanted)} topics are there")


def keys(settings: Settings, registry: Registry) -> Found:
    """Can every registered sender's signature be checked?"""
    now = time.time()
    without = sorted(code for code, one in registry.sources.items() if not one.keys and not one.trusted_channel)
    expired = sorted(
        kid
        for one in registry.sources.values()
        for kid, key in one.keys.items()
        if str(key.get("exp", "")).isdigit() and int(key["exp"]) < now
    )
    if expired:
        return Found(
            "keys", "wrong", f"expired: {some(expired)}", "give these sources a new key; theirs signs nothing any more"
        )
    if without:
        do = "their events will be rejected (signature); register their public keys"
        return Found("keys", "warning", f"sources without a key: {some(without)}", do)
    folder = keys_folder(settings.data)
    here = sum(key_path(folder, code).is_file() for code in registry.sources)
    return Found("keys", "ok", f"{len(registry.sources)} sources with keys; {here} private keys lie in {folder}")


async def roster(store: PostgresStore) -> Found:
    """Does the roster's look-up index stand under this installation's key?"""
    try:
        await store.roster_fits()
    except HubError as error:
        return Found("roster", "wrong", str(error), error.hint or "")
    return Found("roster", "ok", "its look-up index stands under this hub's key of citizen numbers")


async def readers(store: Operations, registry: Registry) -> Found:
    """Is anything waiting for an organ that nobody reads for?"""
    waiting: dict[str, int] = {}
    for row in await store.queue_rows(open_only=True, limit=ROWS):
        source = registry.sources.get(row.organ)
        if source is None or (source.token_hash is None and not source.keys):
            waiting[row.organ] = waiting.get(row.organ, 0) + 1
    if not waiting:
        return Found("readers", "ok", "every queue with open items belongs to somebody who can read it")
    told = some([f"{organ} ({count})" for organ, count in sorted(waiting.items())])
    return Found("readers", "warning", f"open items without a reader: {told}", "give these organs a key and a token")


def calendar(settings: Settings) -> Found:
    """Are the working days of this and the next year known?"""
    try:
        known = read_calendar(settings.calendar_file)
    except HubError as error:
        return Found("calendar", "wrong", str(error), error.hint or "")
    today = datetime.now(SHANGHAI).date()
    days = (today, today + timedelta(days=180), today + timedelta(days=365))
    years = sorted({day.year for day in days if known.is_provisional(day)})
    if years:
        do = "write the announced holidays into a file and name it in HUB_CALENDAR_FILE"
        return Found("calendar", "warning", f"only weekends are known for {', '.join(map(str, years))}", do)
    return Found("calendar", "ok", "working days are known for the year ahead")


async def relay(store: Operations) -> Found:
    """Does what was decided reach Kafka?"""
    before = await store.published()
    if not (await store.unsealed() or await store.unpublished(before, 1)):
        return Found("relay", "ok", f"everything is published (position {before})")
    await asyncio.sleep(RELAY_S)
    after = await store.published()
    waiting = await store.unsealed() + len(await store.unpublished(after, 1_000))
    if after > before or not waiting:
        return Found("relay", "ok", f"is publishing (position {after}, {waiting} wait)")
    do = "see DATA/logs/relay.log and whether the relay runs (hub status)"
    return Found(
        "relay", "wrong", f"nothing was published for {RELAY_S:.0f} s though at least {waiting} entries wait", do
    )


async def publishing(store: Operations) -> Found:
    """Was publishing stopped because the ledger did not verify?"""
    for key, body in await store.documents(HALT, limit=1):
        if key == HALT:
            reason = orjson.loads(body).get("reason", "")
            do = "compare the ledger with the last good export; intake goes on meanwhile"
            return Found("publishing", "wrong", f"tasks are not published: {reason}", do)
    return Found("publishing", "ok", "is not stopped")


async def dead_letters(store: Operations) -> Found:
    """Were events put aside that could not be handled?"""
    found = await store.dead_letters(limit=1_000)
    if not found:
        return Found("dead letters", "ok", "none")
    topics = sorted({letter.position.topic for letter in found})
    do = "hub dlq list tells why; hub dlq redrive --all --dry-run what another try would give"
    return Found("dead letters", "warning", f"{len(found)} events were put aside, from {some(topics)}", do)


async def standing(store: Operations) -> Found:
    """Does a part of the flow stand still until somebody helps?"""
    found = await stalled(store)
    if not found:
        return Found("flow", "ok", "no part of it was stopped")
    told = some([f"{flow} since {one['since'][:19]} ({one['reason']})" for flow, one in found.items()])
    do = "event after event fails: see STREAM lines in DATA/logs/worker-*.log; it goes on by itself once mended"
    return Found("flow", "wrong", f"stopped: {told}", do)


async def pushes(store: PostgresStore) -> Found:
    """Is there a recipient that took not what it was pushed?"""
    failed = await PostgresDeliveries(store.pool).failed(ROWS)
    if not failed:
        return Found("webhooks", "ok", "nothing was given up")
    told = some(sorted({f"{one.recipient} ({one.last_error})" for one in failed}))
    do = "hub webhook list names the items; hub webhook retry CODE tries them again"
    return Found("webhooks", "wrong", f"{len(failed)} deliveries were given up: {told}", do)


async def packs(settings: Settings, store: Operations) -> Found:
    """Does every process judge by the rule packs that are active?"""
    async with store.begin() as unit:
        stored, today = unit.packs, unit.now.astimezone(SHANGHAI).date()
    here = loaded(of_release(settings), stored)
    told = [(key.removeprefix(REFUSED), orjson.loads(body)) for key, body in await store.documents(REFUSED)]
    behind = [f"{node}: {one['reason']}" for node, one in told if one["revision"] == stored.revision]
    behind = ([f"this program: {here.reason}"] if here.reason else []) + behind
    if behind:
        do = "bring these programs to the release of the others and start them again; they go on by the packs before"
        return Found("rule packs", "wrong", f"activation {stored.revision} is not taken up by {some(behind)}", do)
    names = ", ".join(here.packs.names_on(today))
    return Found("rule packs", "ok", f"{stored.revision} activations; in force: {names}")


async def restored(store: Operations) -> Found:
    """Is the recovery from a restore done, and what does Kafka have that the ledger has not?"""
    pending = [key for key in (SWEEP_KEY, RELAY_KEY) if await is_pending(store, key)]
    if pending:
        return Found(
            "restore", "warning", "the recovery from a restore is not done yet", "hub status; workers and relay do it"
        )
    orphans = await store.orphans(ROWS)
    if orphans:
        do = "see docs/operations: readers were told something that the ledger does not know"
        return Found("restore", "warning", f"{len(orphans)} published messages did not come about again", do)
    return Found("restore", "ok", "nothing is open")


def disk(settings: Settings) -> Found:
    """Is there room for more?"""
    folder = settings.data if settings.data.exists() else settings.data.absolute().parent
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB free under {folder}"
    if free < FREE_BYTES:
        return Found("disk", "wrong", told, "make room: a full disk stops broker and database")
    return Found("disk", "ok", told)


async def all_checks(settings: Settings, store: Operations | None, reason: str) -> AsyncIterator[Found]:
    """Every check, in order; those that need the database only where it answers (``reason``: why it does not)."""
    yield disk(settings)
    yield calendar(settings)
    if store is None:
        yield Found("postgres", "wrong", reason, "start the database (hub up), or set HUB_POSTGRES")
        yield await kafka(settings, Registry())
        yield await api(settings)
        return
    registry = await store.registry()
    yield Found("postgres", "ok", f"answers; registry version {registry.version}")
    yield await kafka(settings, registry)
    yield await api(settings)
    yield keys(settings, registry)
    for check in (relay, publishing, standing, dead_letters, restored):
        yield await check(store)
    yield await packs(settings, store)
    if isinstance(store, PostgresStore):
        yield await pushes(store)
        yield await roster(store)
    yield await readers(store, registry)
