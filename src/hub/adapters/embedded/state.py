"""Where the running stack is: ``DATA/stack.json``, written by its supervisor, read by every command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from hub.adapters.embedded import lock
from hub.adapters.embedded.files import write_private
from hub.errors import UsageError
from hub.settings import Settings

NAME = "stack.json"


class StackInfo(BaseModel):
    """A hub's addresses. ``pids``: process id by role, workers as a list; ``pid``: the supervisor.

    ``postgres`` holds the database's password and ``admin_token`` opens everything: never log one of these.
    """

    model_config = ConfigDict(frozen=True)

    ready: bool
    http: str
    kafka: str
    postgres: str
    metrics: str
    data: str
    admin_token: str
    pids: dict[str, int | list[int]]
    pid: int | None = None


def write(folder: Path, info: StackInfo) -> None:
    """Replace what readers of ``folder`` see."""
    write_private(folder / NAME, info.model_dump_json() + "\n")


def find_stack(data: Path | None, settings: Settings) -> StackInfo:
    """The running hub: in ``data``, else what ``HUB_POSTGRES`` and ``HUB_KAFKA`` name, else in ``settings.data``.

    Raises :class:`UsageError` when there is none. ``ready`` is false while it starts or stops.
    """
    if data is None and settings.postgres:
        return described(settings, ready=True)
    folder = (data or settings.data).absolute()
    pid = lock.holder(folder)
    if pid is None:
        raise UsageError(f"no hub is running in {folder}", hint=f"hub up --data {folder}")
    try:
        found = StackInfo.model_validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        found = described(settings.model_copy(update={"data": folder}), ready=False)
    # What an ended supervisor has left tells nothing about this one.
    return found if found.pid == pid else found.model_copy(update={"ready": False, "pids": {}, "pid": pid})


def described(settings: Settings, **more: Any) -> StackInfo:
    """The addresses in ``settings``."""
    return StackInfo(
        **{
            "http": f"http://{settings.http_host}:{settings.http_port}",
            "kafka": settings.kafka,
            "postgres": settings.postgres,
            "metrics": f"http://{settings.http_host}:{settings.metrics_port}/metrics",
            "data": str(settings.data),
            "admin_token": settings.admin_token,
            "pids": {},
            **more,
        }
    )


def connected(data: Path | None, settings: Settings) -> Settings:
    """``settings`` with the addresses of the hub that :func:`find_stack` finds; for commands that work with it."""
    found = find_stack(data, settings)
    if found.pid is None:
        return settings
    return settings.model_copy(
        update={
            "admin_token": found.admin_token,
            "data": Path(found.data),
            "http_port": int(found.http.rpartition(":")[2]),
            "kafka": found.kafka,
            "metrics_port": int(found.metrics.removesuffix("/metrics").rpartition(":")[2]),
            "postgres": found.postgres,
        }
    )
