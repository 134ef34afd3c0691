"""Kafka and PostgreSQL in containers: one broker for a whole run, or a cluster of three for the tests of its own.

Images: ``HUB_KAFKA_IMAGE`` and ``HUB_POSTGRES_IMAGE``; without them the official ones, or local stand-ins where those
are there already and the official ones are not.
"""

from __future__ import annotations

import os

# Read by testcontainers when it is imported: no clean-up container, and addresses of this machine.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import ExecWaitStrategy, LogMessageWaitStrategy

from hub.settings import Settings

KAFKA = ("HUB_KAFKA_IMAGE", "apache/kafka:4.1.2", "hub-local/kafka:4.1")
POSTGRES = ("HUB_POSTGRES_IMAGE", "postgres:18", "hub-local/postgres:18")
CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw"
PASSWORD = "only-for-tests"
ANSWER_S = 20
START_S = 90
MANY_LOCKS = ("postgres", "-c", "max_locks_per_transaction=256")


@cache
def without() -> str | None:
    """Why containers cannot be used here, or None."""
    try:
        done = subprocess.run(["docker", "version"], capture_output=True, text=True, timeout=ANSWER_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no Docker: {type(error).__name__}"
    if done.returncode:
        return "Docker does not answer; .ci/containers starts it where that is possible"
    missing = [image(one) for one in (KAFKA, POSTGRES) if os.environ.get("CI") and not _is_here(image(one))]
    return f"images are missing: {', '.join(missing)}" if missing else None


def image(names: tuple[str, str, str]) -> str:
    """The one to use: as named by the environment, else the first that is here, else the official one."""
    variable, official, stand_in = names
    given = os.environ.get(variable)
    return given or next((name for name in (official, stand_in) if _is_here(name)), official)


@cache
def _is_here(name: str) -> bool:
    return subprocess.run(["docker", "image", "inspect", name], capture_output=True, timeout=ANSWER_S).returncode == 0


@contextmanager
def running(settings: Settings, *, brokers: int = 1) -> Iterator[tuple[Settings, list[Broker]]]:
    """A database and a cluster; settings with their addresses, and the brokers' containers."""
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        made = _cluster(network, brokers)
        for one in made:  # all of them before any is waited for: a quorum is needed before one of them is up
            stack.callback(one.stop)
            one.start()
        for one in made:
            LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(START_S).wait_until_ready(one)
        database = stack.enter_context(_postgres())
        port = database.get_exposed_port(5432)
        servers = ",".join(f"localhost:{one.host_port}" for one in made)
        yield (
            settings.model_copy(
                update={
                    "kafka": servers,
                    "postgres": f"postgresql://hub:{PASSWORD}@localhost:{port}/hub",
                    "replication": brokers,
                }
            ),
            made,
        )


class Broker(DockerContainer):
    """One broker; ``host_port``: where clients outside reach it."""

    host_port: int


def _cluster(network: Network, count: int) -> list[Broker]:
    voters = ",".join(f"{number}@broker-{number}:9093" for number in range(1, count + 1))
    return [_broker(network, number, count, voters) for number in range(1, count + 1)]


def _broker(network: Network, number: int, count: int, voters: str) -> Broker:
    """Two listeners for clients: brokers reach each other inside, tests outside."""
    port, enough = _free_port(), min(2, count)
    found = Broker(image(KAFKA))
    found.host_port = port
    found.with_network(network).with_network_aliases(f"broker-{number}").with_bind_ports(port, port)
    for name, value in {
        "CLUSTER_ID": CLUSTER_ID,
        "KAFKA_HEAP_OPTS": "-Xms192m -Xmx320m",
        "KAFKA_NODE_ID": number,
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": voters,
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
        "KAFKA_LISTENERS": f"INSIDE://:19092,OUTSIDE://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"INSIDE://broker-{number}:19092,OUTSIDE://localhost:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_DEFAULT_REPLICATION_FACTOR": count,
        "KAFKA_MIN_INSYNC_REPLICAS": enough,
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": count,
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": 6,
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": count,
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": enough,
        "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": 6,
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": count,
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": 0,
        "KAFKA_BROKER_SESSION_TIMEOUT_MS": 3000,
    }.items():
        found.with_env(name, str(value))
    return found


def _postgres() -> DockerContainer:
    found = DockerContainer(image(POSTGRES)).with_exposed_ports(5432).with_command(list(MANY_LOCKS))
    for name, value in {"POSTGRES_USER": "hub", "POSTGRES_PASSWORD": PASSWORD, "POSTGRES_DB": "hub"}.items():
        found.with_env(name, value)
    ready = ["pg_isready", "-h", "127.0.0.1", "-U", "hub", "-d", "hub"]
    return found.waiting_for(ExecWaitStrategy(ready).with_startup_timeout(START_S))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
