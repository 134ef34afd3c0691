"""Working days of mainland China (:class:`hub.ports.Calendar`): public holidays and an override file over them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]  # ships no types
import yaml

from hub.errors import UsageError

SATURDAY = 5


class ChinaCalendar:
    """Knows the working weekends (调休) of the years that the State Council has announced.

    ``workdays`` and ``holidays`` go before the built-in calendar. In a year that neither knows, weekends alone are free
    and every day of it is provisional.
    """

    def __init__(self, workdays: Iterable[date] = (), holidays: Iterable[date] = ()) -> None:
        self._stated = {**dict.fromkeys(workdays, True), **dict.fromkeys(holidays, False)}
        self._stated_years = {day.year for day in self._stated}

    def is_workday(self, day: date) -> bool:
        """Whether people work that day."""
        stated = self._stated.get(day)
        if stated is not None:
            return stated
        known = _announced(day)
        return day.weekday() < SATURDAY if known is None else known

    def is_provisional(self, day: date) -> bool:
        """True where nobody has stated the holidays of that year yet."""
        return _announced(day) is None and day.year not in self._stated_years


@lru_cache(maxsize=16_384)
def _announced(day: date) -> bool | None:
    """Whether people work that day as announced; None in a year that was not. Asked dozens of times for each clock."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def read_calendar(file: Path | None) -> ChinaCalendar:
    """The calendar with the override file's days, ``{workdays: [dates], holidays: [dates]}`` in YAML.

    Raises UsageError where the file cannot be read as that.
    """
    if file is None:
        return ChinaCalendar()
    try:
        stated = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        return ChinaCalendar(_days(stated.get("workdays")), _days(stated.get("holidays")))
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise UsageError(
            f"reading the calendar {file}: {error}",
            hint="write it as 'workdays: [2027-02-14]' and 'holidays: [2027-01-01]', or unset HUB_CALENDAR_FILE",
        ) from error


def _days(stated: Iterable[date | str] | None) -> list[date]:
    return [day if isinstance(day, date) else date.fromisoformat(day) for day in stated or ()]
