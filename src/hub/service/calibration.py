"""Reviewers' answers as counts for the calibration report: one small document a month, ``calibration:<YYYY-MM>``.

A subject counts once, for the answer in force, in the month of that answer. What it was counted as stands beside the answer
in the finding's file, written in the same transaction: a replay changes nothing, a later answer moves the count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from hub.domain import calibration
from hub.domain.files import Forecast, SubjectFile
from hub.domain.matching import MatchResult
from hub.ports import Store
from hub.service.session import Session

NAME = "calibration"
PREFIX = f"{NAME}:"


def forecast(result: MatchResult, shown: int) -> Forecast:
    """What the matcher said, in codes: the probability itself is not kept (N-10). ``shown``: candidates in the file."""
    if result.decision == "none":
        return Forecast(cell=f"none/{calibration.NO_BIN}", shown=shown, reasons=list(result.warnings))
    cell = f"{result.route or 'review'}/{calibration.bin_of(result.probability)}"
    return Forecast(cell=cell, shown=shown, reasons=list(result.warnings))


async def count(session: Session, subject: SubjectFile) -> None:
    """Count the answer in force of a subject instead of what it counted as before.

    Where the matcher's words are not known any more (matched by an earlier release, or a candidate's record has ended and
    left the list), what was counted stays as it is.
    """
    said = subject.forecast
    if said is None or not subject.answers or said.shown != len(subject.candidates):
        return
    time, _, chosen = subject.answers[-1]
    candidates = [await session.real_cadre(one) for one in subject.candidates]
    now = f"{time[:7]}/{calibration.outcome(chosen or None, candidates)}"
    if now == subject.counted:
        return
    for counted, by in ((subject.counted, -1), (now, 1)):
        month, _, outcome = counted.partition("/")
        for tag in calibration.tags(said.cell, said.shown, said.reasons) if counted else ():
            session.tally[month, tag, outcome] = session.tally.get((month, tag, outcome), 0) + by
    subject.counted = now


async def settle(session: Session) -> None:
    """Write what was counted. Last of a transaction: the months are locked after everything else, all in one go."""
    changes = {key: by for key, by in session.tally.items() if by}
    session.tally.clear()
    months = sorted({month for month, _, _ in changes})
    if not months:
        return
    found = await session.uow.get([f"{PREFIX}{month}" for month in months])
    for month in months:
        body = found.get(f"{PREFIX}{month}")
        counts: dict[str, dict[str, int]] = orjson.loads(body) if body else {}
        for (_, tag, outcome), by in ((key, by) for key, by in changes.items() if key[0] == month):
            cell = counts.setdefault(tag, {})
            cell[outcome] = cell.get(outcome, 0) + by
        session.put_json(f"{PREFIX}{month}", _without_zeros(counts))


def _without_zeros(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    kept = {tag: {one: n for one, n in sorted(cell.items()) if n} for tag, cell in sorted(counts.items())}
    return {tag: cell for tag, cell in kept.items() if cell}


async def report(session: Session, store: Store, since: str = "") -> dict[str, Any]:
    """The report over the months that have ended: the running one would tell every answer apart from the next."""
    this = session.day[:7]
    months: dict[str, Any] = {}
    after = ""
    while found := await store.documents(PREFIX, after=after):
        after = found[-1][0]
        months |= {key.removeprefix(PREFIX): orjson.loads(body) for key, body in found}
    small = int(session.packs.on(session.today).thresholds["small_cell"])
    return calibration.report({month: months[month] for month in months if month < this}, small, since)
