"""What two rule packs say differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.domain.pack import Deadline, Pack, Version
from hub.errors import UsageError
from hub.policy.check import check
from hub.policy.files import pack_files
from hub.policy.loader import load, shipped

SHIPPED = "shipped"
"""Names the shipped packs alone."""
ACTIVE = "active"
"""Names those of the running hub."""


def versions(name: str) -> list[Version]:
    """The versions that a file or folder holds; none for ``shipped``. Raises UsageError with every mistake in them."""
    if name == SHIPPED:
        return []
    paths = [Path(name)]
    found = check(paths)
    if found:
        reasons = "\n  ".join(map(str, found))
        raise UsageError(f"{name} has mistakes:\n  {reasons}", hint=f"run: hub policy check {name}")
    return load(pack_files(paths))


def changes(old: Sequence[Version], new: Sequence[Version]) -> Iterator[str]:
    """One line each, with the first day on which it differs."""
    sets = [shipped().extended(more) for more in (old, new)]
    seen: set[str] = set()
    for day in sorted({one.effective_from for made in sets for one in made.versions}):
        for line in pack_changes(sets[0].on(day), sets[1].on(day)):
            if line not in seen:
                seen.add(line)
                yield f"{day}  {line}"


def pack_changes(old: Pack, new: Pack) -> Iterator[str]:
    """Rules field by field; parameters, thresholds, impact periods and deadlines by key."""
    for name, rule in new.rules.items():
        for what in ("when", "cites", "evidence", "deadline", "text"):
            left, right = getattr(old.rules[name], what), getattr(rule, what)
            if left != right:
                yield f"{name} {what}: {_short(left)} → {_short(right)}"
    for section in ("parameters", "thresholds", "impact_periods", "deadlines"):
        before, after = getattr(old, section), getattr(new, section)
        for key in dict.fromkeys((*before, *after)):
            if before.get(key) != after.get(key):
                yield f"{section} {key}: {_short(before.get(key))} → {_short(after.get(key))}"


def _short(value: object) -> str:
    if isinstance(value, Deadline):
        return f"{value.n} {value.unit} ({value.evidence})"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value)
