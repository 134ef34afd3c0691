"""The whole stack: lock, ports, broker and database, then the application's own processes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from hub import log_events
from hub.adapters.embedded import jars, ports, state
from hub.adapters.embedded.aot import class_cache
from hub.adapters.embedded.files import kept_secret, make_folders
from hub.adapters.embedded.kafka import KafkaServer
from hub.adapters.embedded.lock import FolderLock
from hub.adapters.embedded.postgres import PostgresServer, leftover_gone
from hub.adapters.embedded.progress import Progress, Silent
from hub.adapters.embedded.roles import RoleSpec, child_of
from hub.adapters.embedded.state import StackInfo
from hub.adapters.embedded.supervisor import Supervisor
from hub.settings import Settings

log = structlog.get_logger()
Roles = Callable[[Settings], Sequence[RoleSpec]]
Prepare = Callable[[Settings], Awaitable[object]]


def no_roles(_: Settings) -> Sequence[RoleSpec]:
    """Broker and database alone."""
    return ()


async def no_preparation(_: Settings) -> None:
    """Nothing before the roles start."""


class EmbeddedStack:
    """``async with EmbeddedStack(settings) as stack``: running inside the block, stopped after it.

    ``settings.data`` is the folder, ``http_port`` and ``metrics_port`` 0 mean any free port (the same one again after a
    restart while it is free). ``roles`` and ``prepare`` get the settings with every address filled in; ``prepare``
    (migrations, topics) runs when broker and database answer and before the roles start, at every start.

    Raises :class:`UsageError` (folder in use or not writable, port taken), :class:`TransientError` (a part did not
    start, a jar could not be fetched). Entering runs in the event loop's thread, which must live as long as the stack:
    children end with it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        roles: Roles = no_roles,
        prepare: Prepare = no_preparation,
        progress: Progress | None = None,
    ) -> None:
        self._folder = settings.data.absolute()
        self._given, self._roles, self._prepare = settings, roles, prepare
        self._progress: Progress = progress or Silent()
        self._supervisor = Supervisor(self._folder / "logs", self._publish)
        self._lock = FolderLock(self._folder)
        self._groups: dict[str, str] = {}
        self._ready = False
        self._postgres: PostgresServer | None = None
        self.settings = settings

    @property
    def info(self) -> StackInfo:
        """Addresses and process ids as of now."""
        return state.described(self.settings, ready=self._ready, pids=self._pids(), pid=self._lock.pid)

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _start(self) -> None:
        make_folders(self._folder)
        self._lock.acquire()
        await leftover_gone(self._folder / "postgres")
        self._progress.step("checking Kafka's jars")
        found = await asyncio.to_thread(jars.ensure, self._progress)
        classes = await class_cache(found, self._progress)
        kafka, postgres = self._servers(found, classes)
        self._publish()
        logs = self._folder / "logs"
        self._progress.step("preparing broker and database")
        await asyncio.gather(kafka.prepare(logs / "kafka.log"), postgres.prepare(logs / "postgres.log"))
        self._progress.step("starting broker and database")
        await self._supervisor.start([postgres.spec(), kafka.spec()])
        self._progress.step("preparing the hub")
        await self._prepare(self.settings)
        roles = self._roles(self.settings)
        self._groups = {role.name: role.group for role in roles if role.group}
        self._progress.step("starting the hub")
        await self._supervisor.start([child_of(role, self.settings, self._folder / "run") for role in roles])
        self._ready = True
        self._publish()
        log.info(log_events.STACK_READY, children=len(self._supervisor.pids()))

    def _servers(self, found: Sequence[Path], classes: Path | None) -> tuple[KafkaServer, PostgresServer]:
        given = self._given
        wanted = {"http": given.http_port, "metrics": given.metrics_port, "kafka": 0, "controller": 0, "postgres": 0}
        port = ports.choose(self._folder / "ports.json", wanted)
        run_dir = self._folder / "run"
        shutil.rmtree(run_dir, ignore_errors=True)
        run_dir.mkdir()
        kafka = KafkaServer(
            self._folder / "kafka",
            jars=found,
            port=port["kafka"],
            controller_port=port["controller"],
            heap=given.kafka_heap,
            extra=[f"-XX:AOTCache={classes}"] if classes else [],
        )
        password = self._folder / "postgres.password"
        self._postgres = PostgresServer(self._folder / "postgres", password_file=password, port=port["postgres"])
        self.settings = given.model_copy(
            update={
                "admin_token": given.admin_token or kept_secret(self._folder / "admin.token"),
                "data": self._folder,
                "http_port": port["http"],
                "kafka": kafka.bootstrap,
                "metrics_port": port["metrics"],
                "postgres": self._postgres.dsn,
            }
        )
        return kafka, self._postgres

    async def _stop(self) -> None:
        was_ready, self._ready = self._ready, False
        if self._lock.pid:
            self._publish()
        await self._supervisor.stop()
        if self._postgres:
            self._postgres.close()
        if self._lock.pid:
            self._publish()
        self._lock.release()
        if was_ready:
            log.info(log_events.STACK_STOPPED)

    def _pids(self) -> dict[str, int | list[int]]:
        found: dict[str, int | list[int]] = {}
        for name, pid in self._supervisor.pids().items():
            if group := self._groups.get(name):
                found[group] = [*_listed(found.get(group)), pid]
            else:
                found[name] = pid
        return found

    def _publish(self) -> None:
        state.write(self._folder, self.info)


def _listed(pids: int | list[int] | None) -> list[int]:
    return pids if isinstance(pids, list) else []
