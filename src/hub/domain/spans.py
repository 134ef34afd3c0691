"""Ranges of whole numbers, both ends included, sorted, neither overlapping nor touching."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[int, int]


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in as few ranges as possible."""
    result: list[Range] = []
    for first, last in sorted(ranges):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        else:
            result.append((first, last))
    return result


def without(whole: Range, ranges: Iterable[Range]) -> list[Range]:
    """What of ``whole`` is in none of ``ranges`` (sorted, not overlapping)."""
    found: list[Range] = []
    start = whole[0]
    for first, last in ranges:
        if first > start and start <= whole[1]:
            found.append((start, min(first - 1, whole[1])))
        start = max(start, last + 1)
    if start <= whole[1]:
        found.append((start, whole[1]))
    return found
