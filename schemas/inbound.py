"""Every inbound event type: one entry each. Adding a type = its model, this entry, an example."""

from __future__ import annotations

from dataclasses import dataclass

from schemas import determinations as det
from schemas import findings, replies, roster
from schemas.base import Payload


@dataclass(frozen=True, slots=True)
class InboundType:
    """A type of event that the hub takes. ``family`` names its topic (:mod:`schemas.topics`)."""

    name: str
    family: str
    model: type[Payload]


_TYPES = (
    InboundType("finding.reported", "findings", findings.FindingReported),
    InboundType("finding.revised", "findings", findings.FindingRevised),
    InboundType("finding.retracted", "findings", findings.FindingRetracted),
    InboundType("determination.made", "determinations", det.DeterminationMade),
    InboundType("determination.revoked", "determinations", det.DeterminationRevoked),
    InboundType("tolerance.applied", "determinations", det.ToleranceApplied),
    InboundType("tolerance.decided", "determinations", det.ToleranceDecided),
    InboundType("correction.confirmed", "determinations", det.CorrectionConfirmed),
    InboundType("correction.extended", "determinations", det.CorrectionExtended),
    InboundType("cadre.recorded", "roster", roster.CadreRecorded),
    InboundType("tenure.recorded", "roster", roster.TenureRecorded),
    InboundType("organ.recorded", "roster", roster.OrganRecorded),
    InboundType("management.recorded", "roster", roster.ManagementRecorded),
    InboundType("cadre.merged", "roster", roster.CadreMerged),
    InboundType("relation.recorded", "roster", roster.RelationRecorded),
    InboundType("task.acknowledged", "replies", replies.TaskAcknowledged),
    InboundType("task.decided", "replies", replies.TaskDecided),
    InboundType("task.executed", "replies", replies.TaskExecuted),
    InboundType("match.reviewed", "replies", replies.MatchReviewed),
    InboundType("link.reviewed", "replies", replies.LinkReviewed),
    InboundType("verify.answered", "replies", replies.VerifyAnswered),
    InboundType("harm.stated", "replies", replies.HarmStated),
    InboundType("talk.held", "replies", replies.TalkHeld),
    InboundType("followup.done", "replies", replies.FollowupDone),
    InboundType("clarification.applied", "replies", replies.ClarificationApplied),
    InboundType("clarification.assessed", "replies", replies.ClarificationAssessed),
    InboundType("clarification.approved", "replies", replies.ClarificationApproved),
    InboundType("clarification.done", "replies", replies.ClarificationDone),
)

INBOUND: dict[str, InboundType] = {kind.name: kind for kind in _TYPES}
"""By name, without the ``hub.`` prefix of the wire."""
