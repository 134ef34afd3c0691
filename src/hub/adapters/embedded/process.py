"""One child process: own session, own log file, tied to the life of its parent."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hub.errors import TransientError

POLL_S = 0.05
PR_SET_PDEATHSIG = 1
TAIL_LINES = 12
_prctl = getattr(ctypes.CDLL(None), "prctl", None)
"""Linux alone; elsewhere children of a killed supervisor have to be ended by hand."""


class ChildError(TransientError):
    """A part of the stack did not start."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who a child runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run and how to deal with it. ``ready`` gets the process id and says whether it can be used by now.

    ``orphan_signal`` reaches the child when its supervisor dies without stopping it.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ready: Callable[[int], Awaitable[bool]]
    account: Account | None = None
    pass_fds: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    stop_timeout_s: float = 10.0
    ready_timeout_s: float = 60.0


class Child:
    """A running :class:`ChildSpec`. Output is appended to ``LOGS/NAME.log``."""

    def __init__(self, spec: ChildSpec, logs: Path) -> None:
        self.spec = spec
        self.log = logs / f"{spec.name}.log"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Process id; 0 before the start."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Start and wait until ready. Raises :class:`ChildError`, with the process ended, when that fails."""
        self._process = await spawn(self.spec, self.log)
        try:
            async with asyncio.timeout(self.spec.ready_timeout_s):
                await self._until_ready()
        except TimeoutError:
            await self.stop()
            raise self._failed(f"was not ready after {self.spec.ready_timeout_s:.0f} s") from None
        except BaseException:
            await self.stop()
            raise

    async def _until_ready(self) -> None:
        assert self._process
        while not await self.spec.ready(self.pid):
            if self._process.returncode is not None:
                raise self._failed(f"ended with {_meaning(self._process.returncode)} while starting")
            await asyncio.sleep(POLL_S)

    async def wait(self) -> str:
        """Wait for the end; how it ended, in words."""
        assert self._process
        return _meaning(await self._process.wait())

    async def stop(self) -> None:
        """Ask it to end; force it, and what it started, after ``stop_timeout_s``. Nothing to do when it has ended."""
        if self._process is None or self._process.returncode is not None:
            return
        self._signal(self.spec.stop_signal)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), self.spec.stop_timeout_s)
        finally:  # also when we are cancelled: nothing may be left behind
            if self._process.returncode is None:
                self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """Force reaches what it has started, too; a polite request is for itself alone."""
        send = os.killpg if number == signal.SIGKILL else os.kill
        with suppress(ProcessLookupError):
            send(self.pid, number)

    def _failed(self, what: str) -> ChildError:
        return ChildError(f"{self.spec.name} {what}\n{tail(self.log)}", hint=f"the whole log is in {self.log}")


async def spawn(spec: ChildSpec, log: Path) -> asyncio.subprocess.Process:
    """Start ``spec`` without waiting for readiness."""
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *spec.argv,
            env=dict(spec.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/" if spec.account else None,
            start_new_session=True,
            pass_fds=spec.pass_fds,
            preexec_fn=_prelude(spec.account, spec.orphan_signal),
        )


def _prelude(account: Account | None, orphan_signal: signal.Signals) -> Callable[[], None]:
    """Runs between fork and exec: only system calls."""
    parent = os.getpid()

    def prelude() -> None:
        if account:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        if _prctl:  # after setuid, which would clear it
            _prctl(PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return prelude


def _meaning(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def tail(log: Path) -> str:
    """The last lines of a log, for an error message."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"  | {line}" for line in lines[-TAIL_LINES:])
