"""Every outbound event type: one entry each. Adding a type = its model, this entry, an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas import out_cases as cases
from schemas import out_clarifications as clear
from schemas import out_followups as follow
from schemas import out_receipts as receipts
from schemas import out_tasks as tasks
from schemas import out_tolerance as tolerance
from schemas import topics
from schemas.base import Payload

Family = Literal["tasks", "clarifications", "receipts", "alerts", "set_aside"]


@dataclass(frozen=True, slots=True)
class OutboundType:
    """A type of event that the hub publishes. ``family`` names its topic."""

    name: str
    family: Family
    model: type[Payload]

    def topic(self, to: str) -> str:
        """The topic in which recipient ``to`` reads it; alerts have one for all, what is set aside that of its topic."""
        if self.family == "alerts":
            return topics.ALERTS
        if self.family == "set_aside":
            return to + topics.DLQ_SUFFIX
        return {"tasks": topics.tasks, "clarifications": topics.clarifications, "receipts": topics.receipts}[
            self.family
        ](to)


_MODELS: dict[Family, dict[str, type[Payload]]] = {
    "tasks": {
        "task.proposed": tasks.TaskProposed,
        "task.amended": tasks.TaskAmended,
        "task.recalled": tasks.TaskRecalled,
        "task.superseded": tasks.TaskSuperseded,
        "task.rerouted": tasks.TaskRerouted,
        "task.flagged": tasks.TaskFlagged,
        "task.review.requested": tasks.TaskReviewRequested,
        "personnel.held": tasks.PersonnelHeld,
        "personnel.released": tasks.PersonnelReleased,
        "personnel.not_applicable": tasks.PersonnelNotApplicable,
        "personnel.closed": tasks.PersonnelClosed,
        "verify.requested": follow.VerifyRequested,
        "reminder.suggested": follow.ReminderSuggested,
        "talk.suggested": follow.TalkSuggested,
        "talks.cancelled": follow.TalksCancelled,
        "key_assessment.suggested": follow.KeyAssessmentSuggested,
        "execution.followup": follow.ExecutionFollowup,
        "restoration.proposed": follow.RestorationProposed,
        "filing.due": follow.FilingDue,
        "referral.made": follow.ReferralMade,
        "match.review.requested": follow.MatchReviewRequested,
        "link.review.requested": follow.LinkReviewRequested,
        "match.probable": follow.MatchProbable,
        "match.confirmed": follow.MatchConfirmed,
        "match.revoked": follow.MatchRevoked,
        "conflict.opened": follow.ConflictOpened,
        "conflict.closed": follow.ConflictClosed,
        "team.finding_recorded": follow.TeamFindingRecorded,
        "attribution.requested": follow.AttributionRequested,
        "attribution.review.requested": follow.AttributionReviewRequested,
        "followup.withdrawn": follow.FollowupWithdrawn,
        "tolerance.review.requested": tolerance.ToleranceReviewRequested,
        "tolerance.not_applicable": tolerance.ToleranceNotApplicable,
        "tolerance.exception": tolerance.ToleranceException,
        "correction.opened": tolerance.CorrectionOpened,
        "correction.extended": tolerance.CorrectionExtendedNotice,
        "correction.overdue": tolerance.CorrectionOverdue,
        "correction.closed": tolerance.CorrectionClosed,
        "deadline.overdue": cases.DeadlineOverdue,
        "impact.started": cases.ImpactStarted,
        "impact.suspended": cases.ImpactSuspended,
        "impact.expired": cases.ImpactExpired,
        "impact.cancelled": cases.ImpactCancelled,
        "corroboration.updated": cases.CorroborationUpdated,
        "case.decided": cases.CaseDecided,
        "case.closed": cases.CaseClosed,
        "appeal.tracked": cases.AppealTracked,
        "notice.correction": cases.NoticeCorrection,
    },
    "clarifications": {
        "clarification.assessment.requested": clear.ClarificationAssessmentRequested,
        "clarification.proposed": clear.ClarificationProposed,
        "clarification.deferred": clear.ClarificationDeferred,
        "clarification.closed": clear.ClarificationClosed,
        "clarification.retracted": clear.ClarificationRetracted,
    },
    "receipts": {
        "finding.accepted": receipts.FindingAccepted,
        "duplicate.ignored": receipts.DuplicateIgnored,
        "finding.quarantined": receipts.FindingQuarantined,
        "finding.rejected": receipts.FindingRejected,
        "finding.returned_to_source": receipts.FindingReturned,
        "finding.parked": receipts.FindingParked,
        "determination.accepted": receipts.DeterminationAccepted,
        "determination.parked": receipts.DeterminationParked,
        "determination.rejected": receipts.DeterminationRejected,
        "reply.accepted": receipts.ReplyAccepted,
        "reply.rejected": receipts.ReplyRejected,
        "feedback.due": receipts.FeedbackDue,
        "feedback.given": receipts.FeedbackGiven,
    },
    "alerts": {
        "ledger.alert": receipts.LedgerAlert,
        "source.silent": receipts.SourceSilent,
        "source.gap": receipts.SourceGap,
        "flow.stalled": receipts.FlowStalled,
    },
    "set_aside": {"event.set_aside": receipts.EventSetAside},
}

OUTBOUND: dict[str, OutboundType] = {
    name: OutboundType(name, family, model) for family, models in _MODELS.items() for name, model in models.items()
}
"""By name, without the ``hub.`` prefix of the wire."""
