"""Before the first event: tables, topics, the operators' token, and the sample world where it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from hub import log_events
from hub.adapters import keys
from hub.adapters.postgres import PostgresStore, migrate
from hub.adapters.tokens import new_token
from hub.adapters.topics import common_topics, make_topics, own_topics
from hub.bootstrap.folder import admin_token, keys_folder, make_custodians, token_file, write_once
from hub.bootstrap.old_packs import take_over_packs
from hub.bootstrap.store import open_store
from hub.domain.registry import Person, Registry, Source
from hub.errors import UsageError
from hub.ports import Store
from hub.sample.world import registry_from_world, roster_from_world, sample_world
from hub.service import registry as use
from hub.service import roster_load
from hub.settings import Settings

log = structlog.get_logger(__name__)
TOLD_EVERY = 50_000
"""People after which a long making of the index says how far it is."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What :func:`prepare` left behind: the operators' token, and the names of the topics it made."""

    admin_token: str
    topics: list[str]


async def prepare(settings: Settings, *, sample: bool = False) -> Prepared:
    """Bring database and broker up to what this version needs. Run at every start; what is there stays as it is.

    ``sample``: the sample world's organs, sources, people and roster, keys in ``DATA/keys``, tokens in ``DATA/tokens``.
    Raises TransientError where a part does not answer.
    """
    if not settings.postgres:
        raise UsageError("no database is named", hint="set HUB_POSTGRES to the DSN of a database, or use hub up")
    token = settings.admin_token or admin_token(settings.data)
    await migrate(settings.postgres, settings.schema_name)
    async with open_store(settings) as store:
        await take_over_packs(settings, store)
        await _keyed(store)
        if sample:
            await _sample(settings, store)
        registry = await store.registry()
        wanted = [*common_topics(settings), *(spec for one in registry.sources.values() for spec in own_topics(one))]
    return Prepared(token, await make_topics(settings, wanted))


async def _keyed(store: PostgresStore) -> None:
    """An index of a time before keys holds citizen numbers as they are: it is made anew, some 5,000 people a second."""
    if await store.roster_has_no_key():
        log.info(log_events.ROSTER_INDEXING)
        people = await store.remake_roster_index(_tell)
        log.info(log_events.ROSTER_INDEXED, people=people)


def _tell(done: int) -> None:
    if done % TOLD_EVERY == 0:
        log.info(log_events.ROSTER_INDEXING, people=done)


async def _sample(settings: Settings, store: Store) -> None:
    world = sample_world()
    registry = await use.change(store, lambda there: use.joined(there, registry_from_world(world)))
    await use.give_keys(store, _keys(settings, registry))
    await use.give_tokens(store, _tokens(settings, registry))
    make_custodians(settings.data, world["custodians"])
    await roster_load.load(store, roster_from_world(world))


def _keys(settings: Settings, registry: Registry) -> dict[str, dict[str, dict[str, str]]]:
    folder = keys_folder(settings.data)
    private = {code: keys.load_or_create(folder, code) for code in registry.sources}
    return {code: {key["kid"]: keys.public_part(key)} for code, key in private.items()}


def _tokens(settings: Settings, registry: Registry) -> dict[str, str]:
    """Hashes of fresh tokens for those who have none; the tokens themselves go to ``DATA/tokens``."""
    hashes = {}
    holders: list[Source | Person] = [*registry.sources.values(), *registry.people.values()]
    for holder in holders:
        file = token_file(settings.data, holder.code)
        if holder.token_hash is not None:
            continue
        file.unlink(missing_ok=True)
        token, hashes[holder.code] = new_token(holder.code)
        write_once(file, token)
    return hashes
