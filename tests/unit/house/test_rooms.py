"""The arrows between rooms, and that every connector is held to them."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib

from tests.unit.house.tree import ROOT

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_arrows_point_down() -> None:
    command = [os.path.join(os.path.dirname(sys.executable), "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_every_room_is_packaged_and_watched() -> None:
    packaged = {path.rpartition("/")[2] for path in CONFIG["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    assert packaged == set(CONFIG["tool"]["importlinter"]["root_packages"])
    assert packaged <= {path.rpartition("/")[2] for path in CONFIG["tool"]["mypy"]["files"]}


def test_every_part_of_the_hub_has_its_layer() -> None:
    layers = CONFIG["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {part.strip(" ()") for layer in layers for part in layer.split(":")}
    rooms = {f"hub.{path.name}" for path in (ROOT / "src/hub").iterdir() if (path / "__init__.py").exists()}
    assert rooms - named <= {"hub.policy", "hub.sample", "hub.testing"}
