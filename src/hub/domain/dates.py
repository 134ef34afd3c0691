"""Date arithmetic of the policy (section 6 ``date_arithmetic``; default after 民法典 201-203)."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
IsWorkday = Callable[[date], bool]


def day_of(moment: str | datetime) -> date:
    """The day in Asia/Shanghai of an ISO timestamp (or of a plain ISO day)."""
    if isinstance(moment, str):
        if len(moment) == 10:
            return date.fromisoformat(moment)
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(ZONE).date()


def add_months(start: date, months: int) -> date:
    """The corresponding day ``months`` later, or the last day of that month if there is none."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def add_workdays(start: date, count: int, is_workday: IsWorkday) -> date:
    """The ``count``-th working day after ``start``; the first day is not counted."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        if is_workday(day):
            count -= 1
    return day


def next_workday(day: date, is_workday: IsWorkday) -> date:
    """``day`` itself where people work, else the next working day."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def due_date(start: date, n: int, unit: str, is_workday: IsWorkday) -> date:
    """The last day of a deadline of ``n`` days, working_days or months; one that ends on a rest day moves on."""
    if unit == "working_days":
        return add_workdays(start, n, is_workday)
    end = start + timedelta(days=n) if unit == "days" else add_months(start, n)
    return next_workday(end, is_workday)


def first_day(value: str) -> date:
    """The first day that a day, month or year can mean."""
    parts = [int(part) for part in value.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def last_day(value: str) -> date:
    """The last day that a day, month or year can mean."""
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 3:
        return date(*parts)
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0], month, calendar.monthrange(parts[0], month)[1])
