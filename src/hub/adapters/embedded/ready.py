"""How a role tells its supervisor that it is ready."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hub.adapters.embedded.files import write_private

RUN_DIR = "HUB_RUN_DIR"
"""Environment variable: the folder announcements are written to. Unset outside the embedded stack."""

_said: dict[str, dict[str, Any]] = {}


def announce(name: str, **fields: Any) -> None:
    """Say that role ``name`` of this process is ready; ``fields`` (ports) are for whoever reads it. JSON values only.

    May be said again: what was said before and is not said otherwise stays. Does nothing where no supervisor listens.
    """
    if folder := os.environ.get(RUN_DIR):
        said = _said.setdefault(name, {"pid": os.getpid()})
        said.update(fields)
        write_private(_file(Path(folder), name), json.dumps(said))


def announced(folder: Path, name: str, pid: int) -> bool:
    """Whether process ``pid`` has announced role ``name``; what an earlier process said does not count."""
    try:
        said = json.loads(_file(folder, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(said.get("pid") == pid)


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
