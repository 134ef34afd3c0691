"""Reviewers' answers as counts: what they say of the matcher, never of a person."""

from __future__ import annotations

import orjson

from hub.domain.files import SubjectFile
from hub.domain.matching.calibration import Row, outcome, rows
from hub.ports import Store
from hub.service.session import Session

KIND = "calibration:"
"""Documents ``calibration:<year-month>``: ``said/range/outcome`` → count."""


async def count(session: Session, subject: SubjectFile, time: str, chosen: str | None) -> None:
    """An answer of people counts where the matcher had stated something; one that replaces another moves its count.

    Idempotent: the subject remembers where its answer stands. ``time`` is the answer's own, so arrival changes no month.
    """
    if not subject.stated:
        return
    candidates = [await session.real_cadre(one) for one in subject.candidates]
    now = f"{time[:7]}/{subject.stated}/{outcome(candidates, chosen)}"
    if now == subject.counted:
        return
    for place, by in ((subject.counted, -1), (now, 1)):
        if place:
            await _add(session, place, by)
    subject.counted = now


async def _add(session: Session, place: str, by: int) -> None:
    month, _, cell = place.partition("/")
    counts: dict[str, int] = await session.json(KIND + month, {})
    left = {**counts, cell: counts.get(cell, 0) + by}
    session.put_json(KIND + month, {key: left[key] for key in sorted(left) if left[key]})


async def report(store: Store, small_cell: int, since: str = "") -> list[Row]:
    """The calibration report of the months from ``since`` (``2026-03``) on. Reads counts alone."""
    found = {key.removeprefix(KIND): orjson.loads(body) for key, body in await store.documents(KIND)}
    return rows({month: counts for month, counts in found.items() if month >= since}, small_cell)
