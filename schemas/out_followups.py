"""Follow-ups below a measure, matches, conflicts, groups (contract section 4.1)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.base import IsoDate, Ref
from schemas.out_base import Code, Outgoing, Reasoned
from schemas.out_tasks import RecallReason
from schemas.vocab import SanctionType, TakenMeasure


class VerifyRequested(Reasoned):
    """核实认定 by the department. ``of: facts``: a former unit's department is asked for facts (R-ST-03).
    ``of: evidence``: a body is asked about its own ``finding``, after return_for_evidence."""

    of: Ref | None = None
    task: Ref | None = None
    finding: Ref | None = None


class ReminderSuggested(Reasoned):
    """A reminder (提醒) below a measure."""


class TalkSuggested(Reasoned):
    """A talk (谈心谈话)."""

    task: Ref | None = None


class TalksCancelled(Reasoned):
    """Suggested talks fall away (R-ST-02)."""

    of: tuple[Ref, ...] = ()


class KeyAssessmentSuggested(Reasoned):
    """重点考核 of a cadre or a team with several independent substantiated matters."""


class ExecutionFollowup(Reasoned):
    """The formalities of an act of another organ: nothing is proposed again (R-ME-08, R-ME-09)."""

    act: Ref
    measure: TakenMeasure | None = None
    type: SanctionType | None = None
    form: Code | None = None
    document_no: Ref | None = None
    announced_to: tuple[Ref, ...] = ()


class RestorationProposed(Reasoned):
    """To put right what a measure did whose ground is gone; ``announced_to``: who heard of the measure."""

    task: Ref | None = None
    act: Ref | None = None
    announced_to: tuple[Ref, ...] = ()


class FilingDue(Outgoing):
    """To be filed with the organization department one level up (R-FB-04)."""

    act: Ref
    document_no: Ref | None = None


class ReferralMade(Outgoing):
    """For another organ; the hub handles nothing of it."""

    kind: Literal["accountability", "discipline", "external", "unit_or_discipline", "accuser_handling"]


class _Matched(Reasoned):
    finding: Ref
    subject: int = Field(0, ge=0, description="index of the subject in the finding")
    route: Literal["M1", "M2", "M3", "person"] | None = None


class MatchReviewRequested(_Matched):
    """Two people say who is meant. ``cadre`` is null under R-ID-03: no event names a candidate."""

    source: Ref | None = None


class MatchProbable(_Matched):
    """One candidate without a strong id; no personnel task comes from it."""


class MatchConfirmed(_Matched):
    """The subject is this cadre."""


class MatchRevoked(_Matched):
    """The subject was not this cadre."""


class LinkReviewRequested(Reasoned):
    """Similar findings without a common ref or object: are they about one issue?"""

    findings: tuple[Ref, ...] = Field(min_length=2)


class ConflictOpened(Reasoned):
    """Bodies contradict each other. To a body: only that it is so, and on which issue."""

    issue: Ref | None = None


class ConflictClosed(ConflictOpened):
    """The contradiction is settled. ``of``: the event that opened it."""

    of: Ref | None = None


class TeamFindingRecorded(Reasoned):
    """Recorded for the team or unit; no individual event follows from it (R-GR-01)."""

    finding: Ref


class AttributionRequested(Outgoing):
    """Asked of the body whose finding it is: who was responsible?"""

    finding: Ref
    subject: int | None = Field(None, ge=0, description="index of the subject in the finding")


class AttributionReviewRequested(AttributionRequested):
    """Asked of the body: a dissent in the minutes speaks against the attribution (R-GR-04)."""


class FollowupWithdrawn(Outgoing):
    """The ground of a follow-up is gone."""

    of: Ref
    reason: RecallReason
    on: IsoDate | None = None
