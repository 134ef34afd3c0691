"""The answer for one subject."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Decision = Literal["auto", "review", "none"]
Route = Literal["M1", "M2", "M3"]


@dataclass(frozen=True, slots=True)
class MatchResult:
    """``auto``: M1 or M2 passed with no contradiction. M2 and M3 are ``probable``: a person confirms before any task.

    ``candidates``: cadre ids, best first. ``cadre_id``: the one chosen by the route, None in a plain review.
    ``organ_id``: the organ meant, where one came out, so that a review can go to whoever manages it.
    ``warnings``: id_checksum, organ_unknown, organ_ambiguous, and every contradiction that blocked the automatic way.
    ``probability``: of the first candidate, for calibration reports; it leaves the hub nowhere.
    ``explanation``: one JSON object, empty when not asked for.
    """

    decision: Decision
    route: Route | None = None
    cadre_id: str | None = None
    probable: bool = False
    candidates: tuple[str, ...] = ()
    organ_id: str | None = None
    warnings: tuple[str, ...] = ()
    probability: float = 0.0
    explanation: dict[str, Any] = field(default_factory=dict)
