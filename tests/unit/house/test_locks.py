"""The lock files: complete for pyproject.toml, hashed, and of one mind."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    "requirements.lock": PROJECT["dependencies"] + EXTRAS["dev"],
    "requirements-bench.lock": PROJECT["dependencies"] + EXTRAS["bench"],
    "deploy/requirements.lock": PROJECT["dependencies"],
}


def blocks(lock: str) -> list[str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return [block for block in re.split(r"^(?=[A-Za-z])", text, flags=re.MULTILINE) if block.strip()]


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for block in blocks(lock):
        name, version = re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", block).groups()  # type: ignore[union-attr]  # pinned
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_locked_to_a_version_that_fits(lock: str) -> None:
    locked = pins(lock)
    wanted = [Requirement(line) for line in LOCKS[lock]]
    assert [
        str(need)
        for need in wanted
        if not any(map(need.specifier.contains, locked.get(canonicalize_name(need.name), ())))
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_its_hashes_and_no_address(lock: str) -> None:
    assert [block.split()[0] for block in blocks(lock) if "--hash=sha256:" not in block] == []
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock != "requirements.lock"])
def test_the_other_locks_hold_the_same_versions(lock: str) -> None:
    main = pins("requirements.lock")
    assert {name: found for name, found in pins(lock).items() if name in main and found != main[name]} == {}
