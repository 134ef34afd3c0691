"""How one maker of rosters and reports writes. Two makers with different habits guard against tuning to either."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """``precision``: shares of day, month, year. Flags say how the roster models what it can model in several ways."""

    name: str
    seed: int
    precision: tuple[int, int, int]
    rename_as_new_organ: bool
    short_names: float
    prefecture_in_county_names: bool
    in_charge_as_head: bool
    joint_posts: bool
    blank_in_short_names: float
    place_skip: int
    autonomous: bool
    at_precision: tuple[int, int, int, int]
    """Shares of day, month, year and period among the dates of conduct."""
    seats: tuple[tuple[str, int], ...] = (
        ("副局长", 3),
        ("纪检组组长", 1),
        ("办公室主任", 1),
        ("科长", 5),
        ("副科长", 3),
    )


FIRST = Habits("first", 20260301, (75, 19, 6), False, 0.7, True, False, False, 0.25, 0, False, (45, 38, 12, 5))
SECOND = Habits(
    "second",
    815,
    (30, 45, 25),
    True,
    0.4,
    False,
    True,
    True,
    0.0,
    431,
    True,
    (30, 30, 25, 15),
    (("副局长", 4), ("总工程师", 1), ("纪检监察组组长", 1), ("股长", 6), ("副主任", 2)),
)
