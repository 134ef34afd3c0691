"""Puts rule packs together: the shipped ones, and those of a deployment laid over them.

A pack that does not fit is refused with file, line and rule; the running pack stays and intake goes on (R-GV-01).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable

from hub.domain.pack import PackSet, Version
from hub.errors import UsageError
from hub.policy.check import check_sources
from hub.policy.digest import digest
from hub.policy.files import DEFAULT, base, read, version, version_file
from hub.policy.marks import Source


def load(files: Iterable[Traversable]) -> list[Version]:
    """Dated versions from their files."""
    return [version(read(file)) for file in files]


@lru_cache(maxsize=64)
def shipped(names: tuple[str, ...] = DEFAULT) -> PackSet:
    """The packs in this package, of these versions."""
    return PackSet(base(), load(version_file(name) for name in names))


def activate(running: PackSet, given: Sequence[Source], *, succession: bool = False) -> PackSet:
    """The running packs and the versions given. Raises UsageError with every reason; nothing changes then.

    A version that was once active is never changed, for open tasks keep it; and no two versions of one layer overlap
    (``succession``: among those given one without an end gives way to a later one, as it does to one that comes later).
    """
    versions = checked(given, succession=succession)
    known = {one.name: one for one in running.versions}
    fresh = [one for one in versions if one.name not in known]
    found = [
        f"{one.name} is active with another content; give the new version another day and name"
        for one in versions
        if one.name in known and digest(known[one.name].body) != digest(one.body)
    ]
    found += [reason for one in fresh for old in running.versions for reason in _crossing(one, old)]
    if found:
        raise _refused(found)
    return extended(running, fresh, running.revision)


def checked(given: Sequence[Source], *, succession: bool = False) -> list[Version]:
    """The dated versions given, where nothing is wrong in them. Raises UsageError with every reason."""
    undated = [one.name for one in given if not one.findings and not one.is_version]
    found = [f"{name}:1: a dated version has name, layer and effective_from" for name in undated]
    found = found or [str(finding) for finding in check_sources(given, succession=succession)]
    if found:
        raise _refused(found)
    return [version(source.data) for source in given]


def extended(running: PackSet, more: Sequence[Version], revision: int) -> PackSet:
    """``running`` and more versions, once they were seen to work. Raises UsageError otherwise."""
    made = running.extended(more, revision)
    try:
        for one in more:
            for rule in made.on(one.effective_from).rules.values():
                _ = rule.program
    except Exception as error:  # whatever is wrong with a pack, the running one stays
        raise _refused([f"cannot be put together: {error}"]) from error
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


def _refused(reasons: list[str]) -> UsageError:
    return UsageError(
        "the rule pack is refused, the running one stays:\n  " + "\n  ".join(reasons),
        hint="correct it; hub policy check FOLDER says whether it is clean",
    )
