"""``hub up`` with the real broker and database: durable, apart from others, clean in its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.integration.embedded.hubs import (
    HUB,
    Hub,
    clean_environment,
    command,
    family_of,
    hub,
    read_events,
    sql,
    status,
    until,
    write_event,
)

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
NAMES = {"ready", "http", "kafka", "postgres", "metrics", "data", "admin_token", "pids"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One hub for the tests that do it no harm; its folder's name holds a blank and characters beyond ASCII."""
    with hub(tmp_path_factory.mktemp("stack") / "数据 folder") as found:
        yield found


def test_the_first_line_says_where_everything_is(running: Hub) -> None:
    found = running.info.model_dump()
    assert set(found) >= NAMES
    assert set(found["pids"]) == {"kafka", "postgres", "api", "relay", "workers"}
    assert len(found["pids"]["workers"]) == 2
    assert all(psutil.pid_exists(pid) for pid in [found["pids"]["kafka"], *found["pids"]["workers"]])
    assert found["data"] == str(running.data)
    assert status(running.data) | {"stalled": None} == found | {"stalled": None}


def test_a_second_up_on_the_folder_is_refused(running: Hub) -> None:
    done = command("up", "--data", str(running.data))
    assert done.returncode == 2
    assert f"already running in {running.data} (process {running.process.pid})" in done.stderr
    assert "hub down" in done.stderr
    assert "Traceback" not in done.stderr
    assert status(running.data)["ready"] is True


def test_secrets_are_private_and_nothing_listens_beyond_this_machine(running: Hub) -> None:
    assert running.data.stat().st_mode & 0o077 == 0
    for name in ("stack.json", "postgres.password", "admin.token"):
        assert (running.data / name).stat().st_mode & 0o077 == 0
    listening = {
        connection.laddr.ip
        for process in family_of(running.process.pid)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening <= {"127.0.0.1", "::ffff:127.0.0.1"}
    assert listening


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_the_database_has_no_privileges(running: Hub) -> None:
    server = psutil.Process(int(str(running.info.pids["postgres"])))
    assert server.uids().effective != 0
    assert running.data.stat().st_uid == 0


async def test_two_hubs_side_by_side(running: Hub, tmp_path: Path) -> None:
    with hub(tmp_path / "second", "--sample") as other:
        for name in ("http", "kafka", "postgres", "metrics", "data", "admin_token", "pids"):
            assert getattr(other.info, name) != getattr(running.info, name)
        write_event(other.info.kafka, "here", b"other")
        write_event(running.info.kafka, "here", b"first")
        assert read_events(other.info.kafka, "here", 1) == [b"other"]
        assert read_events(running.info.kafka, "here", 1) == [b"first"]
        assert await sql(other.info.postgres, "SELECT bool_and(sample) FROM starts") is True
        assert await sql(running.info.postgres, "SELECT bool_or(sample) FROM starts") is False


async def test_data_outlives_a_stop_and_a_kill(tmp_path: Path) -> None:
    data = tmp_path / "kept"
    with hub(data) as first:
        await sql(first.info.postgres, "CREATE TABLE kept AS SELECT 1 AS n")
        write_event(first.info.kafka, "kept", b"one")
        done = command("down", "--data", str(data))
        assert done.returncode == 0, done.stderr
        assert first.process.wait(1) == 0
        assert psutil.wait_procs(first.family, timeout=0)[1] == []
    with hub(data) as second:
        assert second.info.model_dump(exclude={"pids", "pid"}) == first.info.model_dump(exclude={"pids", "pid"})
        await sql(second.info.postgres, "INSERT INTO kept VALUES (2)")
        write_event(second.info.kafka, "kept", b"two")
        second.process.kill()
        second.process.wait()
    with hub(data) as third:  # at once, while the database is still shutting down
        assert psutil.wait_procs(second.family, timeout=0)[1] == []
        assert (third.info.kafka, third.info.postgres) == (first.info.kafka, first.info.postgres)
        assert await sql(third.info.postgres, "SELECT array_agg(n ORDER BY n) FROM kept") == [1, 2]
        assert read_events(third.info.kafka, "kept", 2) == [b"one", b"two"]
        assert await sql(third.info.postgres, "SELECT count(*) FROM starts") == 3
        gone_s = third.end(signal.SIGTERM)
    assert third.process.returncode == 0
    with hub(data) as fourth:
        killed_s = fourth.end(signal.SIGKILL)  # nothing survives the supervisor
    times = ", ".join(f"{one.ready_s:.1f}" for one in (first, second, third, fourth))
    print(f"up in {times} s; stopped in {gone_s:.1f} s, killed with all children in {killed_s:.1f} s")
    assert command("status", "--data", str(data)).returncode == 2


@pytest.mark.chaos
async def test_what_is_killed_comes_back_where_it_was(tmp_path: Path) -> None:
    with hub(tmp_path / "killed") as found:
        await sql(found.info.postgres, "CREATE TABLE kept AS SELECT 1 AS n")
        write_event(found.info.kafka, "kept", b"one")
        for name in ("postgres", "kafka", "relay"):
            begun = time.monotonic()
            os.kill(int(str(found.info.pids[name])), signal.SIGKILL)
            pids = until(lambda name=name: another(found, name), 60)  # type: ignore[misc]  # mypy knows no default here
            print(f"{name} was back after {time.monotonic() - begun:.1f} s")
            assert {**found.info.pids, name: pids[name]} == pids
            found.info = found.info.model_copy(update={"pids": pids})
        assert await sql(found.info.postgres, "SELECT n FROM kept") == 1
        write_event(found.info.kafka, "kept", b"two")
        assert read_events(found.info.kafka, "kept", 2) == [b"one", b"two"]


def another(found: Hub, name: str) -> dict[str, int | list[int]] | None:
    """The processes as ``stack.json`` has them, once ``name`` is another one."""
    pids: dict[str, int | list[int]] = json.loads((found.data / "stack.json").read_text())["pids"]
    return pids if pids[name] != found.info.pids[name] else None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_start_ends_everything(tmp_path: Path, number: signal.Signals) -> None:
    data = tmp_path / "early"
    process = subprocess.Popen([*HUB, "up", "--data", str(data)], stderr=subprocess.PIPE, env=clean_environment())
    assert process.stderr
    for line in process.stderr:
        if line.startswith(b"starting broker"):
            break
    family = until(lambda: found if len(found := family_of(process.pid)) > 1 else None, 20)
    process.send_signal(number)
    assert process.wait(20) == 0
    process.stderr.close()
    assert psutil.wait_procs(family, timeout=5)[1] == []
    with hub(data) as again:
        assert again.info.ready


def test_a_port_that_is_taken_is_said(running: Hub, tmp_path: Path) -> None:
    port = running.info.kafka.rpartition(":")[2]
    done = command("up", "--data", str(tmp_path / "other"), "--http", port)
    assert done.returncode == 2
    assert f"port {port} for http is taken" in done.stderr


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = command("up", "--data", str(tmp_path / "file" / "inside"))
    assert done.returncode == 2
    assert "the data folder cannot be used" in done.stderr
    assert "hub up --data DIR" in done.stderr
