"""Enrolling a new body or department: registry, key pair, token, topics, access rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hub.adapters import keys
from hub.adapters.kafka_access import give_access
from hub.adapters.tokens import new_token
from hub.adapters.topics import make_topics, own_topics
from hub.bootstrap.folder import keys_folder
from hub.domain.registry import Source
from hub.ports import Store
from hub.service.registry import checked, register
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What was made. ``token`` is kept nowhere. ``guarded`` is false where the broker has no access rules at all."""

    source: Source
    token: str
    key_file: Path
    topics: list[str]
    guarded: bool


async def enrol(settings: Settings, store: Store, source: Source) -> Enrolled:
    """Register ``source`` with a fresh key and token, and make its topics.

    Topics come first: a source that the registry knows can be written to. Raises RefusedError where it cannot be
    registered (nothing was made), TransientError where Kafka or the database does not answer (say it again).
    """
    registry = await store.registry()
    checked(registry, source)
    source = source.model_copy(update={"level": source.level or registry.level_of(source.organ)})
    made = await make_topics(settings, own_topics(source))
    guarded = await give_access(settings, source)
    folder = keys_folder(settings.data)
    private = keys.load_or_create(folder, source.code)
    token, token_hash = new_token(source.code)
    public = {private["kid"]: keys.public_part(private)}
    known = await register(store, source.model_copy(update={"keys": public, "token_hash": token_hash}))
    return Enrolled(known, token, keys.key_path(folder, source.code), made, guarded)
