"""Replies of departments and bodies to what the hub put in their queues (contract section 3.4)."""

from __future__ import annotations

from pydantic import Field

from schemas.base import IsoDate, Payload, Ref, Text
from schemas.determinations import CaseRef
from schemas.vocab import ClarificationForm, Decision, Harm, TakenMeasure


class OfCadre(Payload):
    """That cadre's one open item."""

    cadre: Ref


TaskRef = Ref | OfCadre
ItemRef = Ref | OfCadre | CaseRef


class TaskAcknowledged(Payload):
    """The department has seen the task."""

    task: TaskRef


class TaskDecided(Payload):
    """What people decided. Two different people record and confirm it."""

    task: TaskRef
    decision: Decision
    measure: TakenMeasure | None = None
    organ: Ref
    document_no: Text | None = None
    decided_on: IsoDate
    effective_on: IsoDate | None = None
    announced_to: tuple[Ref, ...] = ()
    reason: Text
    recorded_by: Ref
    confirmed_by: Ref | None = None


class TaskExecuted(Payload):
    """The decision was carried out."""

    task: TaskRef
    on: IsoDate | None = None


class MatchReviewed(Payload):
    """Two people say who is meant. ``subject`` is the index in the finding; ``chosen`` a cadre id or null."""

    finding: Ref
    subject: int = Field(0, ge=0)
    chosen: Ref | None
    recorded_by: Ref
    confirmed_by: Ref


class LinkReviewed(Payload):
    """Whether findings are about one issue."""

    findings: tuple[Ref, ...] = Field(min_length=2)
    same: bool
    recorded_by: Ref
    confirmed_by: Ref


class VerifyAnswered(Payload):
    """The department's 核实认定."""

    of: ItemRef
    result: Ref
    on: IsoDate | None = None
    document_no: Text | None = None


class HarmStated(Payload):
    """Harm to the cadre by an untrue report."""

    case: CaseRef | Ref
    harm: tuple[Harm, ...] = Field(min_length=1)


class TalkHeld(Payload):
    """A talk (谈心谈话) took place."""

    cadre: Ref
    on: IsoDate


class FollowupDone(Payload):
    """A follow-up was done."""

    of: ItemRef
    on: IsoDate
    recorded_by: Ref


class ClarificationApplied(Payload):
    """The cadre applies for clarification. Has no field for the accuser."""

    case: CaseRef | Ref
    harm: tuple[Harm, ...] = ()


class ClarificationAssessed(Payload):
    """The verifying body's assessment of harm."""

    of: ItemRef
    harm: tuple[Harm, ...] = ()
    propose: bool


class ClarificationApproved(Payload):
    """People approve a clarification. ``consent`` false = written form only."""

    case: CaseRef | Ref
    organ: Ref
    forms: tuple[ClarificationForm, ...] = Field(min_length=1)
    consent: bool
    scope: Text


class ClarificationDone(Payload):
    """What was clarified, how and when."""

    case: CaseRef | Ref
    forms: tuple[ClarificationForm, ...] = Field(min_length=1)
    organ: Ref
    on: IsoDate
