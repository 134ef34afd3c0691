"""What all scenarios of a live run share: broker and database, nodes, tokens."""

from __future__ import annotations

import asyncio
import itertools
import re
from functools import lru_cache
from pathlib import Path

import asyncpg

from hub.adapters.postgres import migrate
from hub.adapters.tokens import new_token
from hub.adapters.topics import client, common_topics, make_topics
from hub.domain.registry import Person, Registry, Source
from hub.sample.world import registry_from_world
from hub.scenarios.format import Scenario
from hub.scenarios.live_node import Nodes
from hub.scenarios.seed import with_keys
from hub.settings import Settings
from schemas import topics
from schemas.codec import Event
from schemas.inbound import INBOUND

POOL_SIZE = 4
SERVERS = ("kafka.log", "postgres.log")


class Stage:
    """One for a run. ``settings``: of the running stack."""

    def __init__(self, settings: Settings, nodes: Nodes) -> None:
        self.nodes = nodes
        self._settings = settings
        self._numbers = itertools.count(1)
        self._admin = client(settings)
        self._migrating = asyncio.Lock()  # the migration tool keeps what it works on in globals

    def settings_of(self, scenario: Scenario) -> Settings:
        """Settings of one hub: a schema, a topic prefix and a consumer group that nobody else has."""
        name = f"{re.sub(r'[^a-z0-9]', '', scenario.id.lower())}-{next(self._numbers)}"
        return self._settings.model_copy(
            update={
                "accreditation": scenario.world.get("accreditation", "work_secret"),
                "app_id": f"hub-{name}",
                "clock": "database",
                "http_port": 0,
                "partitions": 1,
                "pool_size": POOL_SIZE,
                "rule_packs": tuple(scenario.world.get("pack") or ()),
                "schema_name": f"scenario_{name.replace('-', '_')}",
                "topic_prefix": f"{name}-",
            }
        )

    async def make(self, settings: Settings) -> None:
        """Tables and inbound topics of one hub; the relay makes the topics of those recipients that get something."""
        async with self._migrating:
            await migrate(settings.postgres, settings.schema_name)
        await make_topics(settings, [one for one in common_topics(settings) if one.name in topics.INBOUND_TOPICS])

    async def forget(self, settings: Settings) -> None:
        """Drop the schema and the topics of one hub."""
        connection = await asyncpg.connect(self._settings.postgres)
        try:
            await connection.execute(f'drop schema if exists "{settings.schema_name}" cascade')
        finally:
            await connection.close()
        await asyncio.to_thread(self._delete_topics, settings.topic_prefix)

    def _delete_topics(self, prefix: str) -> None:
        names = [name for name in self._admin.list_topics(timeout=30).topics if name.startswith(prefix)]
        for deleted in self._admin.delete_topics(names, operation_timeout=30).values() if names else ():
            deleted.exception(30)  # left behind where that fails: the folder goes with the run

    def enrolled(self, scenario: Scenario) -> tuple[Registry, dict[str, str]]:
        """The registry of a scenario's world with keys and token hashes; and the tokens, by code."""
        registry = with_keys(registry_from_world(scenario.world))
        people = {**registry.people, **{one.code: one for one in _others_who_ask(scenario, registry)}}
        codes = [*registry.sources, *people]
        sources = {
            code: one.model_copy(update={"token_hash": _token(code)[1]}) for code, one in registry.sources.items()
        }
        known = {code: one.model_copy(update={"token_hash": _token(code)[1]}) for code, one in people.items()}
        enrolled = registry.model_copy(update={"sources": sources, "people": known})
        return enrolled, {code: _token(code)[0] for code in codes}

    def server_logs(self) -> str:
        """What broker and database logged; those that run elsewhere keep their logs there."""
        logs = Path(self._settings.data) / "logs"
        here = [logs / name for name in SERVERS if (logs / name).exists()]
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in here)


def place_of(event: Event, source: Source) -> tuple[str, str] | None:
    """Topic and key where a source writes such an event itself; None for a type that has no topic."""
    kind = INBOUND.get(str(event.attributes["type"]).removeprefix("hub."))
    if kind is None:
        return None
    about = event.data.get("ref") if isinstance(event.data, dict) else None
    return topics.inbound(kind.family, source.body), f"{source.code}/{about or event.attributes['id']}"


@lru_cache(maxsize=4096)
def _token(code: str) -> tuple[str, str]:
    """Token and hash of a code, made once in a run: the hash is meant to be slow."""
    return new_token(code)


def _others_who_ask(scenario: Scenario, registry: Registry) -> list[Person]:
    """Cadres and organs that ask have a token, too: as people, a cadre of the organ they work in."""
    asking = {str(row["by"]) for row in scenario.given if "ask" in row}
    others = sorted(asking - registry.sources.keys() - registry.people.keys())
    return [_person(scenario, code) for code in others]


def _person(scenario: Scenario, code: str) -> Person:
    cadre = scenario.world["cadres"].get(code)
    if cadre is None:
        return Person(code=code, place=code, role="clerk")
    return Person(code=code, place=str(cadre["tenures"][-1]["organ"]), role="clerk", cadre=code)
