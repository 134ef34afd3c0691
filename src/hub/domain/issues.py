"""Which findings are about one issue (contract section 3.1 ``issue``): equal ref, or a shared object in overlapping periods.

A case is cadre × issue; its id is the issue of the earliest finding, so that of two that are found to be one the older stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.domain.dates import first_day, last_day
from hub.domain.facts import Statement


class Union:
    """Disjoint sets over strings; the representative is irrelevant, only membership counts."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, item: str) -> str:
        """The representative of an item's set; a new item is a set of its own."""
        parent = self._parent.setdefault(item, item)
        while parent != item:
            self._parent[item] = item = parent
            parent = self._parent.setdefault(item, item)
        return item

    def join(self, one: str, other: str) -> None:
        """Make one set of two."""
        self._parent[self.find(one)] = self.find(other)


def overlap(one: Sequence[str | None] | None, other: Sequence[str | None] | None) -> bool:
    """Whether two periods share a day; a period not stated may be any."""
    if one is None or other is None:
        return True
    start = max((first_day(p[0]) for p in (one, other) if p[0]), default=None)
    end = min((last_day(p[1]) for p in (one, other) if p[1]), default=None)
    return start is None or end is None or start <= end


def cases(statements: Iterable[Statement], links: Sequence[Sequence[str]]) -> dict[str, list[Statement]]:
    """Case id → its statements, ordered by time; ids are the issue of each case's earliest statement."""
    ordered = sorted(statements, key=lambda one: (one.first_time, one.id))
    sets = Union()
    by_object: dict[str, list[Statement]] = {}
    for one in ordered:
        sets.find(one.issue)
        for name in one.objects:
            for earlier in by_object.setdefault(name, []):
                if overlap(earlier.period, one.period):
                    sets.join(one.issue, earlier.issue)
            by_object[name].append(one)
    for link in links:
        for other in link[1:]:
            sets.join(other, link[0])
    ids: dict[str, str] = {}
    found: dict[str, list[Statement]] = {}
    for one in ordered:
        case = ids.setdefault(sets.find(one.issue), one.issue)
        found.setdefault(case, []).append(one)
    return found


def similar(one: Statement, other: Statement) -> bool:
    """Alike without being the same by ref or object: people are asked. Same category, place and overlapping stated periods."""
    return (
        one.issue != other.issue
        and one.source != other.source
        and one.category == other.category
        and one.place is not None
        and one.place == other.place
        and one.period is not None
        and other.period is not None
        and overlap(one.period, other.period)
    )
