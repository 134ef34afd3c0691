"""Puts rule packs into force: the shipped ones, and those of a deployment laid over them.

A pack that does not fit is refused with file, line and rule; the running pack stays and intake goes on (R-GV-01).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

import structlog

from hub import log_events
from hub.domain.pack import PackSet, Version
from hub.errors import HubError, UsageError
from hub.policy.check import check
from hub.policy.files import DEFAULT, base, pack_files, read, version, version_file

FOLDER = "policy"
"""Where a deployment keeps its own versions, below its data folder. Versions are only ever added."""
log = structlog.get_logger(__name__)


def load(files: Iterable[Traversable]) -> list[Version]:
    """Dated versions from their files."""
    return [version(read(file)) for file in files]


@lru_cache(maxsize=64)
def shipped(names: tuple[str, ...] = DEFAULT) -> PackSet:
    """The packs in this package, of these versions."""
    return PackSet(base(), load(version_file(name) for name in names))


def activate(running: PackSet, candidate_dir: Path, *, succession: bool = False) -> PackSet:
    """The running packs and the versions of a folder (or file). Raises UsageError with every reason; nothing changes then.

    A version that was once active is never changed, for open tasks keep it; and no two versions of one layer overlap.
    """
    found = [str(finding) for finding in check([candidate_dir], succession=succession)]
    if found:
        raise _refused(candidate_dir, found)
    versions = load(pack_files([candidate_dir]))
    known = {one.name: one for one in running.versions}
    fresh = [one for one in versions if one.name not in known]
    found = [
        f"{one.name} is active with another content; give the new version another day and name"
        for one in versions
        if one.name in known and known[one.name].body != one.body
    ]
    found += [reason for one in fresh for old in running.versions for reason in _crossing(one, old)]
    if found:
        raise _refused(candidate_dir, found)
    made = running.extended(fresh)
    try:
        for one in fresh:
            pack = made.on(one.effective_from)
            for rule in pack.rules.values():
                _ = rule.program
    except Exception as error:  # whatever is wrong with a pack, the running one stays
        raise _refused(candidate_dir, [f"cannot be put together: {error}"]) from error
    return made


def _crossing(new: Version, old: Version) -> list[str]:
    """An open end gives way to a later start; anything else that shares a day is refused."""
    if new.layer != old.layer:
        return []
    if new.effective_from > old.effective_from and old.effective_to is None:
        return []
    ends = [one.effective_to for one in (new, old)]
    apart = (ends[0] is not None and ends[0] < old.effective_from) or (
        ends[1] is not None and ends[1] < new.effective_from
    )
    return [] if apart else [f"{new.name} and {old.name} of one layer are in force on the same days"]


def _refused(place: Path, reasons: list[str]) -> UsageError:
    return UsageError(
        "the rule pack is refused, the running one stays:\n  " + "\n  ".join(reasons),
        hint=f"correct it and run: hub policy check {place}",
    )


def store(data: Path, candidate_dir: Path) -> PackSet:
    """Activate a folder for the deployment at ``data`` and keep its versions there. Raises UsageError; nothing is kept then."""
    made = activate(load_active(data), candidate_dir)
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for file in pack_files([candidate_dir]):
        name = version(read(file)).name
        beside = folder / f".{name}.new"
        beside.write_bytes(file.read_bytes())
        beside.replace(folder / f"{name}.yaml")
    return made


def load_active(data: Path) -> PackSet:
    """The packs of a deployment: shipped, and the versions kept below ``data``. A stored pack that fails leaves the shipped ones."""
    folder = data / FOLDER
    if not folder.is_dir() or not any(folder.glob("*.yaml")):
        return shipped()
    try:
        return activate(shipped(), folder, succession=True)
    except (HubError, OSError) as error:
        log.error(log_events.POLICY_REFUSED, folder=str(folder), reason=str(error))
        return shipped()
