"""``python -m tests.integration.embedded.fakes up ...``: the command ``hub`` with processes that only say they are ready.

So these tests are about the stack alone: everything but the application's own processes is the real thing.
"""

from __future__ import annotations

import sys
import types

import asyncpg
import typer

import hub.cli.main as cli
from hub.adapters.embedded.roles import RoleSpec
from hub.cli.commands import stack
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


def build() -> typer.Typer:
    """The stack's commands alone: the others would take longer to import than the broker to start."""
    app = typer.Typer()
    stack.register(app)
    return app


if __name__ == "__main__":
    fake = types.ModuleType("hub.bootstrap")
    fake.__dict__.update(stack_roles=stack_roles, prepare=prepare)
    sys.modules[fake.__name__] = fake
    cli.build = build
    cli.main()
