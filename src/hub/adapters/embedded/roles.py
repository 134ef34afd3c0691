"""The application's processes, as the caller of the stack describes them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.adapters.embedded.process import ChildSpec
from hub.adapters.embedded.ready import RUN_DIR, announced
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """One process beside broker and database: ``argv`` with ``env`` on top of the stack's own settings.

    It calls :func:`hub.adapters.embedded.ready.announce` with ``name`` when it can work. Roles of one ``group`` are
    listed together (``workers``); a role without a group stands under its own name.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    group: str = ""


def environment(settings: Settings) -> dict[str, str]:
    """``settings`` as ``HUB_*`` variables, so that a child reads the same values."""
    dumped = settings.model_dump(mode="json", exclude_none=True)
    return {
        f"HUB_{name.upper()}": value if isinstance(value, str) else json.dumps(value) for name, value in dumped.items()
    }


def child_of(role: RoleSpec, settings: Settings, run_dir: Path) -> ChildSpec:
    """How the supervisor starts ``role``."""

    async def is_ready(pid: int) -> bool:
        return announced(run_dir, role.name, pid)

    return ChildSpec(
        name=role.name,
        argv=role.argv,
        env={**os.environ, **environment(settings), RUN_DIR: str(run_dir), **role.env},
        ready=is_ready,
    )
