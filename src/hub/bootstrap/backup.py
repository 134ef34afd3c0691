"""Backups: the database and the data folder's keys and tokens in one file, and back from it.

A backup opens everything: private keys are in it. It is written readable by its owner alone.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import orjson

from hub.adapters.clock import SHANGHAI
from hub.adapters.postgres import dump as database
from hub.adapters.postgres import migrate
from hub.bootstrap.store import open_store
from hub.errors import InvariantError, UsageError
from hub.service import restored
from hub.settings import Settings

FORMAT = 1
DATABASE = "database.dump"
MANIFEST = "manifest.json"
KEPT = ("keys", "tokens", "custodians", "admin.token")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``position``: lines in the hash chain when it was begun; ``sums``: SHA-256 by name."""

    id: str
    made: str
    schema_name: str
    position: int
    published: int
    sums: dict[str, str]
    format: int = FORMAT


async def backup(settings: Settings, file: Path) -> Manifest:
    """Write a backup of a hub that may be running. Raises UsageError (the file), TransientError (the database)."""
    _writable(file)
    async with open_store(settings) as store:
        position, _ = await store.sealed()
        published = await store.published()
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        dumped = Path(folder) / DATABASE
        await database.dump(settings.postgres, settings.schema_name, dumped)
        files = {DATABASE: dumped, **dict(_files(settings.data))}
        sums = {name: _sum(path) for name, path in files.items()}
        made = datetime.now(SHANGHAI).isoformat(timespec="seconds")
        manifest = Manifest(str(uuid4()), made, settings.schema_name, position, published, sums)
        part = Path(folder) / "backup.tar"
        _pack(part, manifest, files)
        part.rename(file)
    return manifest


async def restore(settings: Settings, file: Path) -> Manifest:
    """Put a backup in place of what is there, all of the database or nothing; no process of the hub may be running.

    Files that differ are kept beside under ``<name>.before-<time>``. The hub's next start reads again what the log has
    and the database has not (:mod:`streams.sweeping`), and the relay finds out what was published (:mod:`streams.recovery`).
    Raises UsageError for a file that is no backup or is damaged, RefusedError where a hub runs, InvariantError where the
    restored ledger does not verify: then the old database is back.
    """
    with tempfile.TemporaryDirectory(dir=_folder(settings.data), prefix=".restore-") as folder:
        manifest = _unpack(file, Path(folder))
        if manifest.schema_name != settings.schema_name:
            raise UsageError(
                f"the backup holds the schema {manifest.schema_name}",
                hint=f"set HUB_SCHEMA_NAME={manifest.schema_name}",
            )
        old = await database.restore(settings.postgres, settings.schema_name, Path(folder) / DATABASE)
        try:
            await migrate(settings.postgres, settings.schema_name)
            await _accept(settings, manifest)
        except BaseException:
            if old:
                await database.put_back(settings.postgres, settings.schema_name, old)
            raise
        _put_back(Path(folder), settings.data, manifest)
        if old:
            await database.drop(settings.postgres, old)
    return manifest


async def _accept(settings: Settings, manifest: Manifest) -> None:
    async with open_store(settings) as store:
        bad = await store.verify()
        if bad is not None:
            raise InvariantError(f"the ledger in the backup does not verify at {bad}", hint="take another backup")
        position, _ = await store.sealed()
        async with store.begin() as unit:
            restored.mark(unit, manifest.id, position)


def _writable(file: Path) -> None:
    if file.exists():
        raise UsageError(f"{file} is there already", hint="name another file; backups are never written over")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {file.absolute().parent}", hint="make it first")


def _folder(data: Path) -> Path:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return data


def _files(data: Path) -> Iterator[tuple[str, Path]]:
    for name in KEPT:
        path = data / name
        if path.is_file():
            yield name, path
        for inner in sorted(path.rglob("*")) if path.is_dir() else ():
            if inner.is_file() and ".before-" not in inner.name:
                yield str(inner.relative_to(data)), inner


def _sum(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _pack(target: Path, manifest: Manifest, files: dict[str, Path]) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        with tarfile.open(fileobj=opened, mode="w") as tar:
            body = orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2)
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(body), 0o600
            tar.addfile(entry, io.BytesIO(body))
            for name, path in files.items():
                tar.add(path, name)
        opened.flush()
        os.fsync(opened.fileno())


def _unpack(file: Path, folder: Path) -> Manifest:
    hint = "name a file that hub backup wrote"
    try:
        with tarfile.open(file) as tar:
            tar.extractall(folder, filter="data")
        manifest = Manifest(**orjson.loads((folder / MANIFEST).read_bytes()))
        damaged = [name for name, known in manifest.sums.items() if _sum(folder / name) != known]
    except (OSError, tarfile.TarError, ValueError, TypeError) as error:
        raise UsageError(f"{file} cannot be read as a backup: {type(error).__name__}", hint=hint) from error
    if manifest.format != FORMAT or damaged or DATABASE not in manifest.sums:
        raise UsageError(f"{file} is damaged or of another version", hint=hint)
    return manifest


def _put_back(folder: Path, data: Path, manifest: Manifest) -> None:
    stamp = datetime.now().strftime("%Y%m%d%H%M%S")
    for name, known in manifest.sums.items():
        target = data / name
        if name == DATABASE or (target.is_file() and _sum(target) == known):
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            target.rename(target.with_name(f"{target.name}.before-{stamp}"))
        (folder / name).rename(target)
        target.chmod(0o600)
