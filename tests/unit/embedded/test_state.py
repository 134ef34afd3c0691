"""One stack per folder, found by every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.adapters.embedded import lock, state
from hub.adapters.embedded.files import kept_secret, write_private
from hub.errors import UsageError
from hub.settings import Settings

HOLD = "import sys, pathlib; from hub.adapters.embedded.lock import FolderLock; \
FolderLock(pathlib.Path(sys.argv[1])).acquire(); print('held', flush=True); sys.stdin.read()"


def settings(**more: object) -> Settings:
    return Settings.model_validate({"data": Path("none"), "postgres": "", **more})


def test_a_second_lock_is_refused_with_what_to_do(tmp_path: Path) -> None:
    first = lock.FolderLock(tmp_path)
    first.acquire()
    with pytest.raises(UsageError, match=f"already running .* \\(process {os.getpid()}\\)") as caught:
        lock.FolderLock(tmp_path).acquire()
    assert caught.value.hint
    assert f"hub down --data {tmp_path}" in caught.value.hint
    first.release()
    assert lock.holder(tmp_path) is None
    lock.FolderLock(tmp_path).acquire()


def test_a_killed_holder_holds_no_longer(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        assert lock.holder(tmp_path) == process.pid
        process.kill()
    assert lock.holder(tmp_path) is None


def test_no_stack_no_lock_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no hub is running") as caught:
        state.find_stack(tmp_path, settings())
    assert caught.value.hint == f"hub up --data {tmp_path}"
    assert list(tmp_path.iterdir()) == []


def test_a_running_stack_is_found_by_folder_and_by_settings(tmp_path: Path) -> None:
    holder = lock.FolderLock(tmp_path)
    holder.acquire()
    here = settings(data=tmp_path, http_port=8123, metrics_port=8124, kafka="127.0.0.1:1", admin_token="t")
    info = state.described(here, ready=True, pids={"kafka": 5, "workers": [6, 7]}, pid=os.getpid())
    state.write(tmp_path, info)
    assert state.find_stack(tmp_path, settings()) == info
    assert state.find_stack(None, settings(data=tmp_path)) == info
    assert (tmp_path / state.NAME).stat().st_mode & 0o777 == 0o600
    connected = state.connected(tmp_path, settings(topic_prefix="x-"))
    assert connected == here.model_copy(update={"topic_prefix": "x-"})


@pytest.mark.parametrize("left", [None, "{}", '{"ready": true}'])
def test_what_an_ended_supervisor_left_does_not_count(tmp_path: Path, left: str | None) -> None:
    if left is not None:
        (tmp_path / state.NAME).write_text(left)
    else:
        state.write(tmp_path, state.described(settings(), ready=True, pids={"kafka": 5}, pid=1))
    holder = lock.FolderLock(tmp_path)
    holder.acquire()
    found = state.find_stack(tmp_path, settings())
    assert (found.ready, found.pids, found.pid) == (False, {}, os.getpid())


def test_a_hub_elsewhere_is_named_by_settings(tmp_path: Path) -> None:
    elsewhere = settings(postgres="postgresql://db/hub", kafka="broker:9092")
    found = state.find_stack(None, elsewhere)
    assert (found.postgres, found.kafka, found.pid) == ("postgresql://db/hub", "broker:9092", None)
    assert state.connected(None, elsewhere) == elsewhere
    with pytest.raises(UsageError, match="no hub is running"):
        state.find_stack(tmp_path, elsewhere)


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "token")
    assert len(secret) >= 32
    assert kept_secret(tmp_path / "token") == secret
    assert kept_secret(tmp_path / "other") != secret
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_content(tmp_path: Path) -> None:
    write_private(tmp_path / "file", "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "file", "\udc80")
    assert (tmp_path / "file").read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
