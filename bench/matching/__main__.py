"""``python -m bench.matching``: hard cases by two makers, FEBRL beside Splink, speed and memory. Exit 1 when a demand is missed."""

from __future__ import annotations

import argparse
import logging
import sys
import time
import warnings
from pathlib import Path

from bench.matching import febrl, speed, wire
from bench.matching.careful import CarefulPerson
from bench.matching.habits import FIRST, SECOND, Habits
from bench.matching.report import DECEIVING, Report
from bench.matching.subjects import Maker
from bench.matching.world import World
from hub.domain.calibration import upper_bound
from hub.domain.matching import SubjectQuery, match
from hub.domain.roster import RosterIndex


def hard_cases(habits: Habits, cadres: int, subjects: int) -> Report:
    """Make a world and subjects, match them all, count."""
    world = World(habits, cadres)
    made = Maker(world, CarefulPerson(world)).make(subjects)
    index = RosterIndex.from_records(wire.lines(world))
    report = Report()
    for subject in made:
        query = SubjectQuery.from_wire(subject.wire, subject.time)
        report.add(subject, match(query, index.lookup([query])[0], explain=False))
    return report


def _told(habits: Habits, report: Report, seconds: float) -> bool:
    total = report.total()
    recall = total.decided / max(1, total.decidable)
    top = total.in_three / max(1, total.reviewable)
    print(f"\n## Hard cases, maker {habits.name!r} ({seconds:.0f} s)\n\n{report.table()}")
    print(f"\nReliability of the first candidate\n{report.reliability()}")
    print(f"\nThe same without the kinds that are made to deceive\n{report.reliability(DECEIVING)}")
    print(f"\nDrift over the reports' dates\n{report.drift()}")
    print(
        f"\n{total.wrong} wrong of {total.auto:,} automatic (with 95 % confidence at most {upper_bound(total.wrong, total.auto):.5f}); "
        f"automatic recall {recall:.4f}; truth among the first three {top:.4f}"
    )
    for subject, result in report.wrongs[:10]:
        print(
            f"WRONG {subject.kind}: {subject.wire} meant {subject.truth}, matched {result.cadre_id} by {result.route}"
        )
    return total.wrong == 0 and recall >= 0.95 and top >= 0.97


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--cadres", type=int, default=200_000)
    parser.add_argument("--subjects", type=int, default=50_000)
    parser.add_argument("--speed", type=int, default=1_000_000, help="size of the roster for speed; 0 = leave out")
    parser.add_argument("--keep", type=Path, default=None, help="keep the packed roster of the speed test here")
    parser.add_argument("--only", choices=("cases", "febrl", "speed"))
    asked = parser.parse_args()
    good = True
    if asked.only in (None, "cases"):
        for habits in (FIRST, SECOND):
            started = time.perf_counter()
            report = hard_cases(habits, asked.cadres, asked.subjects)
            good &= _told(habits, report, time.perf_counter() - started)
    if asked.only in (None, "febrl"):
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        print(f"\n## FEBRL 1-4\n\n{febrl.report()}")
    if asked.only in (None, "speed") and asked.speed:
        print(f"\n## Speed\n\n{speed.report(asked.speed, folder=asked.keep)}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
