"""How often people agreed with the matcher: counts by what it had stated, of nobody in particular (matching.md; N-10).

A cell is month, what the matcher had said (``strong``, ``probable``, ``review``) and the range of its probability for the first
candidate; in it stand four counts. No person, finding, department or reviewer is in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

BOUNDS = (0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
"""Where one range of stated probabilities ends and the next begins; as in the benchmark's reliability table."""
OUTCOMES = ("first", "other", "outside", "nobody")
"""Whom people chose: the first candidate, another one, somebody not among them, nobody."""
Z_95 = 1.6448536269514722
"""The 95 % point of the normal distribution, one-sided."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report. ``confirmed``: share of the first candidate, ``at_least``: its one-sided 95 % bound; None = suppressed."""

    month: str
    said: str
    stated: str
    n: int | None
    confirmed: float | None
    at_least: float | None


def range_of(probability: float) -> str:
    """The range that a probability lies in, as a code: ``0.95-0.99``."""
    edges = (0.0, *BOUNDS, 1.0)
    at = bisect_right(BOUNDS, probability)
    return f"{edges[at]:g}-{edges[at + 1]:g}"


def outcome(candidates: list[str], chosen: str | None) -> str:
    """Where the one that people chose stood in the list."""
    if chosen is None:
        return "nobody"
    if chosen not in candidates:
        return "outside"
    return "first" if chosen == candidates[0] else "other"


def rows(months: Mapping[str, Mapping[str, int]], small_cell: int) -> list[Row]:
    """The report: every month by itself and ``all`` of them together. ``months``: month → ``said/range/outcome`` → count.

    A cell of fewer than ``small_cell`` answers is suppressed, as in every report.
    """
    total: dict[str, int] = {}
    for counts in months.values():
        for key, n in counts.items():
            total[key] = total.get(key, 0) + n
    found = [*sorted(months.items()), ("all", total)]
    return [row for month, counts in found for row in _rows(month, counts, small_cell)]


def lower_bound(hits: int, n: int) -> float:
    """The share that ``hits`` of ``n`` do not rule out from below, one-sided 95 % (Wilson 1927, JASA 22, 209-212); 0 for none."""
    if not n:
        return 0.0
    share, z2 = hits / n, Z_95 * Z_95
    spread = Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, (share + z2 / (2 * n) - spread) / (1 + z2 / n))


def _rows(month: str, counts: Mapping[str, int], small_cell: int) -> Iterable[Row]:
    for said, stated in sorted({(said, stated) for said, stated, _ in (key.split("/") for key in counts)}):
        n = sum(counts.get(f"{said}/{stated}/{one}", 0) for one in OUTCOMES)
        hits = counts.get(f"{said}/{stated}/first", 0)
        if n < small_cell:
            yield Row(month, said, stated, None, None, None)
        else:
            yield Row(month, said, stated, n, hits / n, lower_bound(hits, n))
