"""The calibration report: counts of answers by what the matcher had stated."""

from __future__ import annotations

import pytest

from hub.domain.matching.calibration import BOUNDS, lower_bound, outcome, range_of, rows


@pytest.mark.parametrize(
    ("probability", "code"),
    [(0.0, "0-0.05"), (0.05, "0.05-0.2"), (0.97, "0.95-0.99"), (0.9995, "0.999-1"), (1.0, "0.999-1")],
)
def test_every_probability_lies_in_one_range(probability: float, code: str) -> None:
    assert range_of(probability) == code
    assert len({range_of(one) for one in (0.0, *BOUNDS)}) == len(BOUNDS) + 1


def test_whom_people_chose() -> None:
    assert [outcome(["A", "B"], one) for one in ("A", "B", "C", None)] == ["first", "other", "outside", "nobody"]
    assert outcome([], "C") == "outside"


def test_the_bound_is_the_published_one() -> None:
    # 20 of 20: n / (n + z²) by the closed form of the score interval for no failures.
    assert lower_bound(20, 20) == pytest.approx(20 / (20 + 1.6448536**2), abs=1e-6)
    assert lower_bound(0, 0) == lower_bound(0, 5) == 0.0
    assert lower_bound(90, 100) < lower_bound(900, 1000) < 0.9


def test_months_stand_beside_all_of_them_and_few_are_not_told() -> None:
    months = {
        "2026-03": {"review/0.8-0.95/first": 6, "review/0.8-0.95/other": 2, "probable/0.99-0.999/first": 4},
        "2026-04": {"probable/0.99-0.999/first": 1},
    }
    found = {(row.month, row.said): (row.n, row.confirmed) for row in rows(months, 5)}
    assert found == {
        ("2026-03", "review"): (8, 0.75),
        ("2026-03", "probable"): (None, None),
        ("2026-04", "probable"): (None, None),
        ("all", "review"): (8, 0.75),
        ("all", "probable"): (5, 1.0),
    }
