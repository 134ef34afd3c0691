"""Formal acts of competent organs, tolerance and correction (contract section 3.2)."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from schemas.base import IsoDate, Payload, Ref, Text
from schemas.findings import Subject
from schemas.vocab import Level, TakenMeasure, ToleranceOutcome

DeterminationKind = Literal[
    "false_accusation", "sanction", "accountability", "accident_report", "audit_result", "appraisal", "unfit",
    "case_filed", "case_closed", "appeal_filed", "appeal_decided", "joint_meeting",
]  # fmt: skip


class Authority(Payload):
    """The organ that acts, and its level."""

    organ: Ref
    level: Level | None = None


class Extension(Payload):
    """An approved extension of the act's formalities."""

    until: IsoDate
    authority: Ref | Authority | None = None
    document_no: Text | None = None


class DeterminationMade(Payload):
    """A formal act. Names findings (``about``) or a person (``subject``). Idempotent by (source, ref)."""

    ref: Ref
    kind: DeterminationKind
    about: tuple[Ref, ...] = ()
    subject: Subject | None = None
    cadre: Ref | None = None
    authority: Authority | None = None
    document_no: Text | None = None
    decided_on: IsoDate | None = None
    effective_on: IsoDate | None = None
    announced_to: tuple[Ref, ...] = ()
    measure: TakenMeasure | None = None
    severity: Literal["S0", "S1", "S2", "S3"] | None = None
    fabrication: bool | None = None
    intent: bool | None = None
    type: Ref | None = None
    merged_months: int | None = None
    form: Ref | None = None
    grade: Literal["优秀", "称职", "基本称职", "不称职"] | None = None
    conclusion: Text | None = None
    sub_code: Ref | None = None
    outcome: Literal["sanctioned", "no_sanction", "upheld", "rejected"] | None = None
    prevails: Ref | None = None
    extension: Extension | None = None
    unsuited_to_level: bool = False

    @model_validator(mode="after")
    def _names_something(self) -> DeterminationMade:
        if not self.about and self.subject is None:
            raise ValueError("a determination names findings (about) or a person (subject)")
        return self


class DeterminationRevoked(Payload):
    """Takes back the act whose ``ref`` it carries."""

    ref: Ref
    kind: DeterminationKind | None = None
    about: tuple[Ref, ...] = ()
    subject: Subject | None = None
    authority: Authority | None = None
    document_no: Text | None = None
    decided_on: IsoDate | None = None
    reason: Text | None = None


class CaseRef(Payload):
    """One case: cadre × issue."""

    cadre: Ref
    issue: Ref


class ToleranceApplied(Payload):
    """The cadre or the unit applies for tolerance (容错)."""

    ref: Ref | None = None
    case: CaseRef | Ref | None = None
    findings: tuple[Ref, ...] = ()
    by: Ref

    @model_validator(mode="after")
    def _names_a_case(self) -> ToleranceApplied:
        if self.case is None and not self.findings:
            raise ValueError("tolerance.applied names a case or findings")
        return self


class Factors(Payload):
    """The six factors of Article 10; every one is mandatory."""

    motive: Text
    objective_conditions: Text
    procedure: Text
    nature_degree: Text
    consequence: Text
    remedy: Text


class ToleranceDecided(Payload):
    """The accountability organ's decision on tolerance, for the findings or the act in ``about`` and one person."""

    ref: Ref
    about: tuple[Ref, ...]
    cadre: Ref | None = None
    outcome: ToleranceOutcome
    factors: Factors | None = None
    items: tuple[Text, ...] = ()
    requirements: Text | None = None
    deadline: IsoDate | None = None
    root_cause: Text | None = None
    system_fix: Text | None = None
    authority: Authority | None = None
    document_no: Text | None = None
    decided_on: IsoDate | None = None


class CorrectionConfirmed(Payload):
    """The deciding organ confirms that the correction is done. ``correction`` = the decision's ref."""

    correction: Ref
    on: IsoDate | None = None


class CorrectionExtended(Payload):
    """The deciding organ extends the correction's deadline; reason and new date are mandatory."""

    correction: Ref
    until: IsoDate
    reason: Text
