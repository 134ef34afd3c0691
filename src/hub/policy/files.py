"""The files of rule packs: the base and rules of this package, the dated versions shipped with it, those of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from hub.domain.pack import Version
from hub.errors import UsageError
from hub.yaml12 import loads

DEFAULT = ("sd-2018-07-21", "nsnx-2015-07-19", "nsnx-2022-09-08", "zzcl-2021-03-19", "jjkg-2020-01-21")
BASE_FOLDERS = ("base", "rules", "texts")
VERSION_FOLDERS = ("packs", "examples")


def read(file: Traversable) -> dict[str, Any]:
    """One YAML mapping. Raises UsageError naming the file."""
    try:
        body = loads(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(
            f"reading rule pack {file.name}: {error}", hint="correct the YAML and run hub policy check"
        ) from error
    if not isinstance(body, dict):
        raise UsageError(f"reading rule pack {file.name}: not a mapping", hint="run hub policy check")
    return body


def package() -> Traversable:
    """The folder of the shipped packs."""
    return resources.files("hub.policy")


def base_files() -> list[Traversable]:
    """The files that make the base, in a fixed order."""
    root = package()
    found = [file for name in BASE_FOLDERS for file in (root / name).iterdir() if file.name.endswith(".yaml")]
    return sorted(found, key=lambda file: str(file))


@lru_cache(maxsize=1)
def base() -> dict[str, Any]:
    """Rules by file and every section, put together."""
    made: dict[str, Any] = {"rules": []}
    for file in base_files():
        for key, value in read(file).items():
            if key == "rules":
                made["rules"] += value
            else:
                made[key] = {**made.get(key, {}), **value}
    return made


def version(body: dict[str, Any]) -> Version:
    """A dated version from its file."""
    return Version(
        name=body["name"],
        layer=body["layer"],
        effective_from=date.fromisoformat(str(body["effective_from"])),
        effective_to=date.fromisoformat(str(body["effective_to"])) if body.get("effective_to") else None,
        body=body,
    )


def version_file(name: str) -> Traversable:
    """The file of a shipped version. Raises UsageError where there is none of this name."""
    for folder in VERSION_FOLDERS:
        file = package() / folder / f"{name}.yaml"
        if file.is_file():
            return file
    raise UsageError(f"no rule pack version {name} is shipped", hint=f"shipped are {', '.join(DEFAULT)}")


def pack_files(paths: Sequence[Path]) -> list[Path]:
    """YAML files under these paths, sorted. Raises UsageError where one does not exist or a folder holds none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted({*path.rglob("*.yaml"), *path.rglob("*.yml")})
            if not inside:
                raise UsageError(f"{path}: no pack file in this folder", hint="a pack is one or more .yaml files")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"{path}: no such file or folder", hint="check the path")
    return found
