"""Counts per kind, with the one-sided 95 % bound on the share of wrong automatic matches, and the reliability table."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

from bench.matching.subjects import Subject
from hub.domain.calibration import EDGES, upper_bound
from hub.domain.matching import MatchResult

DECEIVING = frozenset(
    {
        "number of a namesake",
        "number unknown to the roster",
        "outsider of a company",
        "outsider where a namesake was",
        "successor for the predecessor",
    }
)
"""Kinds made so that everything stated points to somebody else, or to nobody's fault but the source's."""


@dataclass(slots=True)
class Row:
    """One kind of case."""

    subjects: int = 0
    auto: int = 0
    wrong: int = 0
    decidable: int = 0
    decided: int = 0
    beyond: int = 0
    """Automatic and right, though the careful person would have looked further."""
    reviewable: int = 0
    in_three: int = 0
    misleading: int = 0
    """The record settles on somebody else than who was meant: no reader of it could know."""


@dataclass(slots=True)
class Report:
    """Add every answer, then print."""

    rows: dict[str, Row] = field(default_factory=lambda: defaultdict(Row))
    bins: dict[str, list[tuple[float, bool, str]]] = field(default_factory=lambda: defaultdict(list))
    wrongs: list[tuple[Subject, MatchResult]] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    missed: list[tuple[Subject, MatchResult]] = field(default_factory=list)

    def add(self, subject: Subject, result: MatchResult) -> None:
        """Count one answer under its kind."""
        row = self.rows[subject.kind]
        row.subjects += 1
        if result.candidates:
            best = result.cadre_id or result.candidates[0]
            self.bins[result.route or result.decision].append((result.probability, best == subject.truth, subject.kind))
        self.answers.append((subject.time.isoformat(), result.decision))
        if subject.decided is not None and subject.decided != subject.truth:
            row.misleading += 1
            return
        if result.decision == "auto":
            row.auto += 1
            if result.cadre_id != subject.truth:
                row.wrong += 1
                self.wrongs.append((subject, result))
            elif subject.decided is None:
                row.beyond += 1
        if subject.decided is not None:
            row.decidable += 1
            row.decided += result.decision == "auto" and result.cadre_id == subject.truth
            if result.decision != "auto":
                self.missed.append((subject, result))
        elif subject.truth is not None and result.decision != "auto":
            row.reviewable += 1
            row.in_three += subject.truth in result.candidates[:3]

    def reliability(self, without: Collection[str] = ()) -> str:
        """Stated probability of the first candidate beside how often it was the one meant, by route; some kinds left out."""
        lines = [f"{'route':8} {'probability':>15} {'n':>7} {'stated':>8} {'true':>8}"]
        for route, found in sorted(self.bins.items()):
            for lo, hi in pairwise(EDGES):
                inside = [(stated, true) for stated, true, kind in found if lo <= stated < hi and kind not in without]
                if inside:
                    stated = sum(one for one, _ in inside) / len(inside)
                    true = sum(hit for _, hit in inside) / len(inside)
                    lines.append(f"{route:8} {lo:7.3f}-{min(hi, 1):7.3f} {len(inside):7} {stated:8.4f} {true:8.4f}")
        return "\n".join(lines)

    def drift(self) -> str:
        """Answers by thirds of the reports' dates, and the population stability index against the first (over 0.2: look why)."""
        ordered = [decision for _, decision in sorted(self.answers)]
        third = max(1, len(ordered) // 3)
        parts = [ordered[:third], ordered[third : 2 * third], ordered[2 * third :]]
        shares = [[(part.count(one) + 0.5) / (len(part) + 1.5) for one in ("auto", "review", "none")] for part in parts]
        lines = []
        for name, share in zip(("first", "second", "last"), shares, strict=True):
            psi = sum((now - was) * math.log(now / was) for now, was in zip(share, shares[0], strict=True))
            told = " ".join(f"{one} {value:.3f}" for one, value in zip(("auto", "review", "none"), share, strict=True))
            lines.append(f"{name:7} {told}  psi {psi:.4f}")
        return "\n".join(lines)

    def total(self) -> Row:
        """All kinds together."""
        return Row(*(sum(getattr(row, name) for row in self.rows.values()) for name in Row.__slots__))

    def table(self) -> str:
        """A text table, one line a kind."""
        head = f"{'kind':31} {'n':>6} {'auto':>6} {'wrong':>5} {'bound':>8} {'decid.':>6} {'recall':>6}"
        head += f" {'beyond':>6} {'review':>6} {'top3':>6} {'mislead':>7}"
        lines = [head]
        for kind, row in [*sorted(self.rows.items()), ("ALL", self.total())]:
            recall = f"{row.decided / row.decidable:.3f}" if row.decidable else "-"
            top = f"{row.in_three / row.reviewable:.3f}" if row.reviewable else "-"
            bound = f"{upper_bound(row.wrong, row.auto):.5f}" if row.auto else "-"
            line = f"{kind:31} {row.subjects:6} {row.auto:6} {row.wrong:5} {bound:>8} {row.decidable:6} {recall:>6}"
            lines.append(f"{line} {row.beyond:6} {row.reviewable:6} {top:>6} {row.misleading:7}")
        return "\n".join(lines)
