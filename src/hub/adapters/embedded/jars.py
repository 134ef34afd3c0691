"""Kafka's jars: fetched by jgo as the committed lock names them, checked, kept in a cache that all stacks share.

``python -m hub.adapters.embedded.jars relock`` writes the lock anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import jgo
import requests
from jgo.maven import MavenContext

from hub.adapters.embedded.maven import remotes
from hub.adapters.embedded.progress import Progress, Silent
from hub.errors import TransientError, UsageError

LOCK = Path(__file__).with_name("jars.lock")
ENDPOINTS = ("org.apache.kafka:kafka_2.13:4.1.2", "org.slf4j:slf4j-simple:1.7.36")
"""The broker, and the logger without which it says nothing."""
ATTEMPTS = 3
THREADS = 8
TIMEOUT_S = 60
STAGING = ".fetch-"
STALE_S = 86_400
MODIFIED = 946_684_800


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of the lock. ``size`` in bytes."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """Its name in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def locked() -> list[Jar]:
    """The jars that the committed lock names."""
    return [Jar(**entry) for entry in json.loads(LOCK.read_text(encoding="utf-8"))]


def cache_dir() -> Path:
    """Where this user's stacks keep jars."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cadre-hub" / "jars"


def ensure(progress: Progress | None = None, *, jars: Sequence[Jar] | None = None) -> list[Path]:
    """All jars in the cache, each with the locked checksum; what is missing or damaged is fetched.

    Safe when several processes do it at once: each downloads beside the cache and moves whole files in. Raises
    :class:`TransientError` when one cannot be had, :class:`UsageError` when the cache cannot be written.
    """
    jars, folder = locked() if jars is None else jars, cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        missing = [jar for jar in jars if not _is_good(folder / jar.file_name, jar)]
        if missing:
            _fetch_all(missing, folder, progress or Silent())
    except PermissionError as error:
        raise UsageError(
            f"the cache cannot be written: {error}", hint="set XDG_CACHE_HOME to a folder of yours"
        ) from error
    return [folder / jar.file_name for jar in jars]


def _sweep(folder: Path) -> None:
    """Take away what downloads that were cut off long ago have left."""
    for staging in folder.glob(f"{STAGING}*"):
        if time.time() - staging.stat().st_mtime > STALE_S:
            shutil.rmtree(staging, ignore_errors=True)


def _fetch_all(jars: Sequence[Jar], folder: Path, progress: Progress) -> None:
    total, done = sum(jar.size for jar in jars), 0
    progress.step(f"fetching Kafka: {len(jars)} jars, {total / 1e6:.0f} MB, once for this user")
    with ThreadPoolExecutor(THREADS) as pool:
        running = {pool.submit(_fetch, jar, folder): jar for jar in jars}
        try:
            for finished in as_completed(running):
                finished.result()
                done += running[finished].size
                progress.fetched(done, total)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _fetch(jar: Jar, folder: Path) -> None:
    reason = ""
    for _ in range(ATTEMPTS):
        with tempfile.TemporaryDirectory(dir=folder, prefix=STAGING) as staging:
            try:
                found = _download(jar, Path(staging))
            except (requests.RequestException, RuntimeError, OSError) as error:
                reason = str(error)
                continue
            if _is_good(found, jar):
                # The same time whenever it was fetched: Java's class cache holds on to it.
                os.utime(found, (MODIFIED, MODIFIED))
                os.replace(found, folder / jar.file_name)
                return
            reason = "its checksum is not the locked one"
    raise TransientError(
        f"fetching {jar.file_name}: {reason}",
        hint="check the network; a mirror is taken from ~/.m2/settings.xml or [repositories] of ~/.config/jgo.conf",
    )


def _download(jar: Jar, staging: Path) -> Path:
    maven = MavenContext(repo_cache=staging, remote_repos=remotes(), timeout=TIMEOUT_S)
    return Path(maven.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve())


def _is_good(file: Path, jar: Jar) -> bool:
    try:
        return file.stat().st_size == jar.size and _sha256(file) == jar.sha256
    except OSError:
        return False


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def relock() -> list[Jar]:
    """Resolve :data:`ENDPOINTS` anew and write the lock. For developers; needs the network."""
    with tempfile.TemporaryDirectory() as staging:
        found = {}
        for endpoint in ENDPOINTS:
            for artifact in jgo.resolve(endpoint, repositories=remotes()):
                if artifact.packaging == "jar":
                    found[artifact.groupId, artifact.artifactId] = artifact.version
        jars = [_described(group, name, version, Path(staging)) for (group, name), version in sorted(found.items())]
    LOCK.write_text(json.dumps([asdict(jar) for jar in jars], indent=1) + "\n", encoding="utf-8")
    return jars


def _described(group: str, artifact: str, version: str, staging: Path) -> Jar:
    file = _download(Jar(group, artifact, version, "", 0), staging)
    return Jar(group, artifact, version, _sha256(file), file.stat().st_size)


if __name__ == "__main__":
    if sys.argv[1:] != ["relock"]:
        sys.exit("usage: python -m hub.adapters.embedded.jars relock")
    print(f"{len(relock())} jars locked in {LOCK.name}")
