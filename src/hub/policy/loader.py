"""Reads rule packs. A pack that does not fit is refused with file and rule; the running pack stays (R-GV-01)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from hub.domain.pack import PackSet, Version
from hub.errors import UsageError
from hub.yaml12 import loads

DEFAULT = ("sd-2018-07-21", "nsnx-2015-07-19", "nsnx-2022-09-08")


def _read(file: Traversable) -> dict[str, Any]:
    try:
        body = loads(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UsageError(
            f"reading rule pack {file.name}: {error}", hint="correct the YAML and run hub policy check"
        ) from error
    if not isinstance(body, dict):
        raise UsageError(f"reading rule pack {file.name}: not a mapping", hint="run hub policy check")
    return body


def load(base: Traversable, versions: Sequence[Traversable]) -> PackSet:
    """A pack set from a base file and version files."""
    made = []
    for file in versions:
        body = _read(file)
        made.append(
            Version(
                name=body["name"],
                layer=body["layer"],
                effective_from=date.fromisoformat(str(body["effective_from"])),
                effective_to=date.fromisoformat(str(body["effective_to"])) if body.get("effective_to") else None,
                body=body,
            )
        )
    return PackSet(_read(base), made)


@lru_cache(maxsize=64)
def shipped(names: tuple[str, ...] = DEFAULT) -> PackSet:
    """The packs in this package, of these versions."""
    folder = resources.files("hub.policy")
    return load(folder / "base.yaml", [folder / "packs" / f"{name}.yaml" for name in names])
