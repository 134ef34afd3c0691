"""A full disk under the database stops what writes there with a clear reason; with room again it goes on."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from hub.adapters.postgres.store import PostgresStore
from hub.errors import TransientError
from hub.settings import Settings
from tests.contract.store.samples import line
from tests.integration.recovery.mill import Mill, steps

pytestmark = pytest.mark.stack
SIZE_MB = 8


@pytest.fixture
def small_disk(settings: Settings) -> Iterator[Path]:
    """A disk of 8 MB that belongs to the database server's account."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = Path(tempfile.mkdtemp(prefix="small-disk-"))
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"mounting is not permitted here: {done.stderr.decode().strip()}")
    owner = server_account(settings)
    os.chown(folder, *owner)
    folder.chmod(0o755)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


def server_account(settings: Settings) -> tuple[int, int]:
    port = int(settings.postgres.rpartition(":")[2].partition("/")[0])
    for process in psutil.process_iter(["name", "cmdline", "uids", "gids"]):
        if f"port={port}" in (process.info["cmdline"] or ()):
            return process.info["uids"].real, process.info["gids"].real
    pytest.skip("the database server runs elsewhere")


async def test_full_and_with_room_again(mill: Mill, small_disk: Path) -> None:
    """The ledger lies on the small disk; a file fills it."""
    name = mill.settings.schema_name
    server = await asyncpg.connect(mill.settings.postgres)
    await server.execute(f"create tablespace {name} location '{small_disk}'")
    await mill.store.pool.execute(f"alter table ledger set tablespace {name}")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (free(small_disk) - 65_536))
    with pytest.raises(TransientError) as told:
        await fill(mill.store)
    assert told.value.reason == "disk_full"
    assert "make room" in (told.value.hint or "")
    known = len(await mill.store.ledger(limit=100_000))

    filler.unlink()
    await mill.send(steps()[:3])
    await mill.work()
    assert len(await mill.store.ledger(limit=100_000)) > known, "with room again it goes on by itself"
    await mill.store.pool.execute("alter table ledger set tablespace pg_default")
    await server.execute(f"drop tablespace {name}")
    await server.close()


async def fill(store: PostgresStore) -> None:
    """Ledger lines until the disk is full; each unit of work is there whole or not at all."""
    for number in range(10_000):
        async with store.begin() as unit:
            for part in range(100):
                unit.append(line(f"filling-{number}-{part}"))


def free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
