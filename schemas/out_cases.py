"""Clocks, impact periods, cases, corrections of what was told (contract section 4.1)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.base import IsoDate, Ref, Text
from schemas.out_base import CaseLevel, Code, Outgoing, Reasoned
from schemas.vocab import Decision, TakenMeasure


class DeadlineOverdue(Outgoing):
    """``of`` (a deadline key) ended on ``was_due``; sent the day after. ``item``: the event that asked for the step."""

    of: Code
    was_due: IsoDate
    item: Ref | None = None
    finding: Ref | None = None
    task: Ref | None = None


class _Impact(Reasoned):
    of: Ref
    basis: Ref | None = None
    document_no: Ref | None = None


class ImpactStarted(_Impact):
    """An impact period runs. ``restrictions``: last day of each."""

    start: IsoDate
    restrictions: dict[Code, IsoDate] = Field(default_factory=dict)


class ImpactSuspended(_Impact):
    """The ground of a running period is in doubt; people decide (R-CL-09)."""


class ImpactExpired(Reasoned):
    """The last restriction ended; the items feed no rule as an adverse fact any more."""

    of: tuple[Ref, ...] = Field(min_length=1)
    last_day: IsoDate


class ImpactCancelled(_Impact):
    """The act was revoked or overturned."""


class CorroborationUpdated(Reasoned):
    """The level of a case changed."""

    level: CaseLevel


class CaseDecided(Reasoned):
    """What people decided."""

    decision: Decision
    measure: TakenMeasure | None = None
    organ: Ref
    document_no: Text | None = None
    decided_on: IsoDate
    task: Ref | None = None


class CaseClosed(Reasoned):
    """No further step on this case. ``by``: the older case that a superseded one became part of."""

    how: Literal["tolerated", "inconclusive", "cleared", "no_accountability", "superseded"]
    by: Ref | None = None


class AppealTracked(Reasoned):
    """An appeal runs; nothing is suspended by it."""

    appeal: Ref


class NoticeCorrection(Outgoing):
    """To everyone who was told something that is no longer true. ``of``: the events that told it."""

    of: tuple[Ref, ...] = Field(min_length=1)
    what_changed: Code
