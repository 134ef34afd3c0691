"""Days as they are known: a stated date is any of some days; a tenure covers some days surely, others perhaps."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache

ALWAYS = 0
"""Before every day (ordinal)."""
NEVER = 4_000_000
"""After every day (ordinal)."""
_FORM = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?$")


class Held(IntEnum):
    """Whether something was so over a span of days: surely not, perhaps, over the whole of it."""

    OUTSIDE = 0
    POSSIBLE = 1
    INSIDE = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Days ``lo`` to ``hi``, both included, as ordinals: the stated day is one of them."""

    lo: int
    hi: int

    def overlaps(self, lo: int, hi: int) -> bool:
        """Whether any day is shared with ``lo`` to ``hi``."""
        return self.lo <= hi and lo <= self.hi

    def text(self) -> str:
        """ISO dates, for explanations."""
        lo, hi = iso(self.lo), iso(self.hi)
        return lo if lo == hi else f"{lo}..{hi}"


def iso(day: int) -> str:
    """An ordinal as ISO text; an open end as nothing."""
    return "" if day <= ALWAYS or day >= NEVER else date.fromordinal(day).isoformat()


@lru_cache(maxsize=1 << 15)
def span_of(text: str) -> Span | None:
    """``2019``, ``2019-05`` or ``2019-05-14`` as the days it covers; None where it is no date."""
    found = _FORM.match(text.strip())
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        if month is None:
            return Span(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
        if day is None:
            last = calendar.monthrange(year, month)[1]
            return Span(date(year, month, 1).toordinal(), date(year, month, last).toordinal())
        only = date(year, month, day).toordinal()
    except (ValueError, calendar.IllegalMonthError):
        return None
    return Span(only, only)


def conduct_span(at: object, published: date) -> Span | None:
    """The days that ``at`` of a subject covers; an open end reaches to publication. None: not stated or no date."""
    if isinstance(at, str):
        return span_of(at)
    if not isinstance(at, Mapping):
        return None
    start, end = at.get("from"), at.get("to")
    first = span_of(str(start)) if start else None
    last = span_of(str(end)) if end else None
    if (start and first is None) or (end and last is None) or not (first or last):
        return None
    lo = first.lo if first else ALWAYS
    hi = last.hi if last else max(published.toordinal(), lo)
    return Span(lo, hi) if lo <= hi else None


def widened(text: str | None, precision: str, open_end: int) -> tuple[int, int]:
    """A boundary of a tenure as (earliest, latest) ordinal: with precision month or year any day of it."""
    if not text:
        return open_end, open_end
    span = span_of(text[: {"year": 4, "month": 7}.get(precision, 10)])
    return (span.lo, span.hi) if span else (open_end, open_end)
