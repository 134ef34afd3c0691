"""Whether the matcher's stated probability is borne out: reviewers' answers counted by what it had said (matching.md, Score).

Counts are about the matcher alone: a cell is a route and a bin of probability in a month. No cadre, finding, reviewer or
department is in them, so nothing leads from a count back to anybody (N-10), and no record has a number from here.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

Outcome = Literal["first", "other", "outside", "nobody"]
"""Who was meant by the answer in force: the first candidate, another one, somebody not among them, nobody in the roster."""
Counts = Mapping[str, Mapping[str, int]]
"""Tag → outcome → how many; tags as :func:`tags` gives them."""
EDGES = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999, 1.01)
"""Lower edges of the bins of a stated probability, and what lies above all. Finer where a wrong match would go unseen."""
NO_BIN = "-"
UNASKED = ("M1", "none")
"""Routes about which nobody is asked: who answers all the same objects, so their shares say nothing about all such cases."""
LEVEL = 0.95


def bin_of(probability: float) -> str:
    """The code of the bin that a probability (0 to 1) lies in: its place in :data:`EDGES`."""
    return str(bisect_right(EDGES, min(max(probability, 0.0), 1.0)) - 1)


def tags(cell: str, shown: int, reasons: Iterable[str]) -> list[str]:
    """What one answer counts under: its cell ``<route>/<bin>``, how many candidates were shown, each reason code."""
    return [cell, f"shown/{shown}", *(f"reason/{one}" for one in sorted(set(reasons)))]


def outcome(chosen: str | None, candidates: Sequence[str]) -> Outcome:
    """What an answer says about the candidates, best first."""
    if chosen is None:
        return "nobody"
    if chosen not in candidates:
        return "outside"
    return "first" if chosen == candidates[0] else "other"


def upper_bound(wrong: int, of: int, level: float = LEVEL) -> float:
    """Clopper-Pearson, one-sided: the share that ``wrong`` of ``of`` cannot rule out. 1.0 where nothing was seen."""
    if of == 0 or wrong >= of:
        return 1.0
    if wrong == 0:
        return 1 - math.pow(1 - level, 1 / of)
    lo, hi = wrong / of, 1.0
    for _ in range(80):
        mid = (lo + hi) / 2
        tail = sum(math.exp(_log_binomial(of, k, mid)) for k in range(wrong + 1))
        lo, hi = (mid, hi) if tail > 1 - level else (lo, mid)
    return hi


def lower_bound(hits: int, of: int, level: float = LEVEL) -> float:
    """The share that ``hits`` of ``of`` show at least, one-sided."""
    return 1 - upper_bound(of - hits, of, level)


def _log_binomial(n: int, k: int, p: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * math.log(p) + (n - k) * math.log1p(-p)


def hidden(sizes: Mapping[str, int], small: int) -> set[str]:
    """Cells of one partition that are not shown: the small ones, and as many more as keep a sum from giving one away."""
    gone = {key for key, n in sizes.items() if n < small}
    rest = sorted((key for key in sizes if key not in gone), key=lambda key: (sizes[key], key))
    while gone and rest and (len(gone) < 2 or sum(sizes[key] for key in gone) < small):
        gone.add(rest.pop(0))
    return gone


def report(months: Mapping[str, Counts], small: int, since: str = "") -> dict[str, Any]:
    """The report on months ``YYYY-MM`` from ``since`` on; rows of fewer than ``small`` answers have codes and no numbers.

    ``bins``, ``shown``, ``reasons``: all these months together. ``drift``: by month and route against the earlier months that
    may be shown, whatever ``since`` is, so that reports of different length say the same of one month.
    """
    wanted = [month for month in sorted(months) if month >= since]
    total: dict[str, Counter[str]] = {}
    for month in wanted:
        _add(total, months[month])
    parts: dict[str, dict[str, Counter[str]]] = {}
    for tag, counted in total.items():
        parts.setdefault(tag.partition("/")[0], {})[tag.partition("/")[2]] = counted
    shown, reasons = parts.pop("shown", {}), parts.pop("reason", {})
    return {
        "months": wanted,
        "bins": [row for route in sorted(parts) for row in _bins(route, parts[route], small)],
        "shown": [_plain("shown", key, shown[key], _gone(shown, small)) for key in sorted(shown, key=int)],
        "reasons": [_plain("reason", key, reasons[key], _small(reasons, small)) for key in sorted(reasons)],
        "drift": [row for row in _drift(months, small) if row["month"] >= since],
    }


def _add(total: dict[str, Counter[str]], counts: Counts) -> None:
    for tag, counted in counts.items():
        total.setdefault(tag, Counter()).update(counted)


def _gone(cells: Mapping[str, Counter[str]], small: int) -> set[str]:
    return hidden({key: counted.total() for key, counted in cells.items()}, small)


def _small(cells: Mapping[str, Counter[str]], small: int) -> set[str]:
    """For cells that overlap: no sum of theirs gives one away."""
    return {key for key, counted in cells.items() if counted.total() < small}


def _bins(route: str, cells: Mapping[str, Counter[str]], small: int) -> Iterable[dict[str, Any]]:
    gone = _gone(cells, small)
    for key in sorted(cells):
        low, high = (None, None) if key == NO_BIN else (EDGES[int(key)], min(EDGES[int(key) + 1], 1.0))
        row: dict[str, Any] = {"route": route, "from": low, "to": high}
        if key in gone:
            yield row | {"suppressed": True}
            continue
        n, hits = cells[key].total(), _hits(route, cells[key])
        row |= {"n": n, "stated": None if low is None or high is None else round((low + high) / 2, 4)}
        yield row | {"confirmed": round(hits / n, 4), **({} if route in UNASKED else _bounds(hits, n, low, high))}


def _bounds(hits: int, n: int, low: float | None, high: float | None) -> dict[str, Any]:
    """One-sided bounds, each at 95 %; ``off``: the whole bin lies below the lower or above the upper one."""
    least, most = lower_bound(hits, n), upper_bound(hits, n)
    off = "too_low" if high is not None and high < least else "too_high" if low is not None and low > most else None
    return {"at_least": round(least, 4), "at_most": round(most, 4), "off": off}


def _hits(route: str, counted: Mapping[str, int]) -> int:
    return counted.get("nobody" if route == "none" else "first", 0)


def _plain(name: str, key: str, counted: Counter[str], gone: Collection[str]) -> dict[str, Any]:
    n = counted.total()
    if key in gone:
        return {name: key, "suppressed": True}
    found = {one: round(counted[one] / n, 4) for one in ("first", "other", "outside", "nobody")}
    return {name: key, "n": n, **found}


def _drift(months: Mapping[str, Counts], small: int) -> list[dict[str, Any]]:
    """Share confirmed of each month and route that people are asked about; ``drift`` where the 95 % bounds lie apart."""
    routes = sorted(
        {tag.partition("/")[0] for counts in months.values() for tag in counts} - {"shown", "reason", *UNASKED}
    )
    return [row for route in routes for row in _drift_of(route, months, small)]


def _drift_of(route: str, months: Mapping[str, Counts], small: int) -> Iterable[dict[str, Any]]:
    cells: dict[str, Counter[str]] = {}
    for month, counts in months.items():
        for tag, counted in counts.items():
            if tag.startswith(f"{route}/"):
                cells.setdefault(month, Counter()).update(counted)
    gone = _gone(cells, small)
    hits = n = 0
    for month in sorted(cells):
        row: dict[str, Any] = {"month": month, "route": route}
        if month in gone:
            yield row | {"suppressed": True}
            continue
        now, of = cells[month]["first"], cells[month].total()
        row |= {"n": of, "confirmed": round(now / of, 4), "earlier": round(hits / n, 4) if n else None}
        yield row | {"drift": _apart((now, of), (hits, n)) if n else None}
        hits, n = hits + now, n + of


def _apart(now: tuple[int, int], earlier: tuple[int, int]) -> str | None:
    if upper_bound(*now) < lower_bound(*earlier):
        return "lower"
    return "higher" if lower_bound(*now) > upper_bound(*earlier) else None
