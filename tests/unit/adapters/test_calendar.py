"""Working days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hub.adapters.calendar import ChinaCalendar, read_calendar
from hub.errors import UsageError


def test_a_public_holiday_is_free_and_its_working_weekend_is_not() -> None:
    calendar = ChinaCalendar()
    assert not calendar.is_workday(date(2026, 10, 1))
    assert calendar.is_workday(date(2026, 10, 10))  # a Saturday that is worked
    assert not calendar.is_provisional(date(2026, 10, 10))


def test_beyond_the_known_years_weekends_alone_are_free_and_marked() -> None:
    calendar = ChinaCalendar()
    assert calendar.is_workday(date(2031, 10, 1))  # a Wednesday
    assert not calendar.is_workday(date(2031, 10, 4))
    assert calendar.is_provisional(date(2031, 10, 1))


def test_the_override_file_goes_before_everything(tmp_path: Path) -> None:
    file = tmp_path / "calendar.yaml"
    file.write_text("workdays: [2026-10-01]\nholidays: ['2031-10-01']\n", encoding="utf-8")
    calendar = read_calendar(file)
    assert calendar.is_workday(date(2026, 10, 1))
    assert not calendar.is_workday(date(2031, 10, 1))
    assert not calendar.is_provisional(date(2031, 12, 1))


@pytest.mark.parametrize("text", ["- 2026-10-01\n", "holidays: [soon]\n", "holidays: {"])
def test_a_file_that_is_no_calendar_says_what_to_write(tmp_path: Path, text: str) -> None:
    file = tmp_path / "calendar.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read_calendar(file)
    assert refused.value.hint is not None
    assert "workdays" in refused.value.hint
