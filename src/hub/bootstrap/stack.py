"""The processes of a hub on the embedded stack."""

from __future__ import annotations

import sys

from hub.adapters.embedded.roles import RoleSpec
from hub.settings import Settings

WORKERS = "workers"


def stack_roles(settings: Settings, workers: int) -> list[RoleSpec]:
    """API, relay and ``workers`` workers; each announces itself under its name when it can work.

    Worker n is number n of its consumer group, so a restarted one takes its partitions back at once. The metrics port
    of the settings is the first worker's; the others take free ones.
    """
    api, relay = _role("api", "api"), _role("relay", "relay", HUB_METRICS_PORT="0")
    return [api, relay, *(_worker(settings, number) for number in range(workers))]


def _worker(settings: Settings, number: int) -> RoleSpec:
    port = settings.metrics_port if number == 0 else 0
    env = {"HUB_WORKER_INDEX": str(number), "HUB_METRICS_PORT": str(port)}
    return _role("worker", f"worker-{number}", WORKERS, **env)


def _role(role: str, name: str, group: str = "", **env: str) -> RoleSpec:
    return RoleSpec(name, (sys.executable, "-m", "hub.roles", role, "--name", name), env, group)
