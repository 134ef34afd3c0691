"""The embedded stack with proxies of our own between its processes and broker and database, and armed fault points."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hub import faults
from hub.adapters.embedded import ports
from hub.adapters.embedded.kafka import KafkaServer
from hub.adapters.embedded.postgres import PostgresServer
from hub.adapters.embedded.roles import RoleSpec
from hub.adapters.embedded.stack import EmbeddedStack
from hub.bootstrap import prepare, stack_roles
from hub.chaos.proxy import Proxy
from hub.settings import Settings

WORKERS = 2


class ChaosStack(EmbeddedStack):
    """A hub whose processes reach broker and database only through ``kafka_proxy`` and ``postgres_proxy``.

    The supervisor's own doors, and those of whoever watches, stay direct. ``unprotected``: plain Faust, no inbox, no
    watermark (:mod:`streams.unprotected`), for the control run.
    """

    def __init__(self, settings: Settings, *, unprotected: bool = False) -> None:
        super().__init__(settings, roles=self._behind_proxies, prepare=self._prepared)
        self.points = Path(settings.data).absolute() / "points"
        self._unprotected = unprotected
        taken = ports.choose(self.points.with_name("chaos-ports.json"), {"broker": 0, "proxied": 0})
        self._door, self._advertised = taken["broker"], taken["proxied"]
        self.kafka_proxy: Proxy
        self.postgres_proxy: Proxy

    def _servers(self, found: Sequence[Path], classes: Path | None) -> tuple[KafkaServer, PostgresServer]:
        kafka, postgres = super()._servers(found, classes)
        kafka.proxied = (self._door, self._advertised)
        return kafka, postgres

    async def _prepared(self, settings: Settings) -> None:
        self.points.mkdir(exist_ok=True)
        self.kafka_proxy = Proxy(self._door, self._advertised)
        self.postgres_proxy = Proxy(int(settings.postgres.rpartition(":")[2].partition("/")[0]))
        await self.kafka_proxy.start()
        await self.postgres_proxy.start()
        await prepare(settings, sample=True)

    def _behind_proxies(self, settings: Settings) -> list[RoleSpec]:
        head, _, tail = settings.postgres.rpartition(":")
        own = {
            "HUB_KAFKA": f"{ports.HOST}:{self.kafka_proxy.port}",
            "HUB_POSTGRES": f"{head}:{self.postgres_proxy.port}/{tail.partition('/')[2]}",
            faults.VARIABLE: str(self.points),
        }
        return [self._role(role, own) for role in stack_roles(settings, WORKERS)]

    def _role(self, role: RoleSpec, own: dict[str, str]) -> RoleSpec:
        argv = role.argv
        kind = argv[argv.index("hub.roles") + 1]
        if self._unprotected and kind in ("worker", "relay"):
            argv = (sys.executable, "-m", "streams.unprotected", kind, "--name", role.name)
        return replace(role, argv=argv, env={**role.env, **own})

    async def _stop(self) -> None:
        await super()._stop()
        for name in ("kafka_proxy", "postgres_proxy"):
            if name in self.__dict__:
                await self.__dict__[name].stop()
