"""Children start in stages, come back when they die, and never outlive their supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from hub.adapters.embedded.process import ChildError, ChildSpec
from hub.adapters.embedded.ready import announce
from hub.adapters.embedded.roles import RoleSpec, child_of
from hub.adapters.embedded.supervisor import Supervisor
from hub.settings import Settings

WAIT_S = 20
ANNOUNCE = "import signal; from hub.adapters.embedded.ready import announce; announce({name!r}, port=1); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + ANNOUNCE.partition("; ")[2]


class Room:
    """A supervisor with its folder; ``change`` is set whenever a process id has become another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.change = asyncio.Event()
        self.supervisor = Supervisor(folder, self.change.set)

    def role(self, name: str, code: str = ANNOUNCE, **env: str) -> ChildSpec:
        role = RoleSpec(name, (sys.executable, "-c", code.format(name=name)), env)
        return child_of(role, Settings(data=self.folder), self.folder)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not condition():
                self.change.clear()
                await self.change.wait()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    found = Room(tmp_path)
    yield found
    await found.supervisor.stop()


async def test_a_stage_is_ready_when_all_its_children_are(room: Room) -> None:
    await room.supervisor.start([room.role("a"), room.role("b")])
    pids = room.supervisor.pids()
    assert set(pids) == {"a", "b"}
    assert all(psutil.pid_exists(pid) for pid in pids.values())
    await room.supervisor.stop()
    assert not any(psutil.pid_exists(pid) for pid in pids.values())


async def test_a_child_that_dies_comes_back_alone(room: Room) -> None:
    await room.supervisor.start([room.role("a"), room.role("b")])
    before = room.supervisor.pids()
    os.kill(before["a"], signal.SIGKILL)
    await room.until(lambda: room.supervisor.pids()["a"] != before["a"])
    after = room.supervisor.pids()
    assert psutil.pid_exists(after["a"])
    assert after["b"] == before["b"]


async def test_a_child_that_keeps_dying_is_tried_again(room: Room) -> None:
    flaky = "import os, pathlib, sys\nruns = pathlib.Path(os.environ['RUNS'])\nruns.open('a').write('x')\n"
    flaky += "if 1 < runs.stat().st_size < 4: sys.exit(3)\n" + ANNOUNCE.replace("; ", "\n")
    runs = room.folder / "runs"
    await room.supervisor.start([room.role("a", flaky, RUNS=str(runs))])
    first = room.supervisor.pids()["a"]
    os.kill(first, signal.SIGKILL)
    await room.until(lambda: room.supervisor.pids()["a"] != first and runs.stat().st_size == 4)


async def test_a_child_that_does_not_start_is_reported_with_its_last_words(room: Room) -> None:
    await room.supervisor.start([room.role("sound")])
    with pytest.raises(
        ChildError, match=r"(?s)broken ended with exit code 1 while starting.*ZeroDivisionError"
    ) as error:
        await room.supervisor.start([room.role("broken", "1 / 0"), room.role("beside")])
    assert str(room.folder / "broken.log") in str(error.value.hint)
    pids = list(room.supervisor.pids().values())
    await room.supervisor.stop()
    assert not any(pid and psutil.pid_exists(pid) for pid in pids)


async def test_a_child_that_does_not_listen_is_killed(room: Room) -> None:
    spec = room.role("stubborn", STUBBORN)
    await room.supervisor.start([ChildSpec(spec.name, spec.argv, spec.env, spec.ready, stop_timeout_s=0.2)])
    pid = room.supervisor.pids()["stubborn"]
    begun = time.monotonic()
    await room.supervisor.stop()
    assert not psutil.pid_exists(pid)
    assert 0.2 <= time.monotonic() - begun < 10


async def test_stages_stop_in_reverse_order(room: Room) -> None:
    order = room.folder / "order"
    code = "import os, signal, sys\nfrom hub.adapters.embedded.ready import announce\n"
    code += "def end(*_): open(os.environ['ORDER'], 'a').write('{name} '); os._exit(0)\n"
    code += "signal.signal(signal.SIGTERM, end); announce('{name}')\nwhile True: signal.pause()"
    for name in ("first", "second", "third"):
        await room.supervisor.start([room.role(name, code, ORDER=str(order))])
    await room.supervisor.stop()
    assert order.read_text().split() == ["third", "second", "first"]


async def test_the_settings_reach_a_role(room: Room) -> None:
    code = "from hub.settings import Settings; print(Settings().model_dump_json(), flush=True); " + ANNOUNCE
    given = Settings(data=room.folder, kafka="127.0.0.1:7", http_port=8123, worker_index=1, admin_token="10")
    role = RoleSpec("a", (sys.executable, "-c", code.format(name="a")), {"HUB_WORKER_INDEX": "4"})
    await room.supervisor.start([child_of(role, given, room.folder)])
    said = Settings.model_validate_json((room.folder / "a.log").read_text())
    assert said == given.model_copy(update={"worker_index": 4})


def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, sys\n"
        "from hub.logging import configure\n"
        "from tests.unit.embedded.test_supervisor import Room, STUBBORN\n"
        "async def main():\n"
        "    room = Room(pathlib.Path(sys.argv[1]))\n"
        "    await room.supervisor.start([room.role('a'), room.role('b', STUBBORN)])\n"
        "    print(*room.supervisor.pids().values(), flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "configure()\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        children = [psutil.Process(int(pid)) for pid in process.stdout.readline().split()]
        assert len(children) == 2
        process.kill()
        _, alive = psutil.wait_procs(children, timeout=WAIT_S)
    assert alive == []


def test_announcing_without_a_supervisor_does_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HUB_RUN_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    announce("api", port=1)
    assert list(tmp_path.iterdir()) == []
