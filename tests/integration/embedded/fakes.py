"""``python -m tests.integration.embedded.fakes up ...``: the command ``hub`` with processes that only say they are ready.

So these tests are about the stack alone: everything but the application's own processes is the real thing.
"""

from __future__ import annotations

import sys

import asyncpg

from hub import bootstrap
from hub.adapters.embedded.roles import RoleSpec
from hub.cli.main import main
from hub.settings import Settings

ROLE = "import signal; from hub.adapters.embedded.ready import announce; announce({name!r}); signal.pause()"


def role(name: str, group: str = "") -> RoleSpec:
    return RoleSpec(name, (sys.executable, "-c", ROLE.format(name=name)), {}, group)


def stack_roles(settings: Settings, workers: int) -> list[RoleSpec]:
    return [role("api"), role("relay"), *(role(f"worker-{number}", "workers") for number in range(workers))]


async def prepare(settings: Settings, *, sample: bool = False) -> None:
    """One row for each start; a migration that runs again."""
    connection = await asyncpg.connect(settings.postgres)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS starts (sample boolean NOT NULL)")
        await connection.execute("INSERT INTO starts VALUES ($1)", sample)
    finally:
        await connection.close()


if __name__ == "__main__":
    bootstrap.__dict__.update(stack_roles=stack_roles, prepare=prepare)
    main()
