"""Findings of supervisory bodies (contract section 3.1)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from schemas.base import IsoDate, PartialDate, Payload, Ref, Span, Text
from schemas.vocab import (
    Attribution,
    Blocker,
    BodyKind,
    Category,
    ContextKind,
    Harm,
    Level,
    RelationKind,
    Severity,
    Status,
)

UNVERIFIED = ("lead", "verifying")


class WorkItem(Payload):
    """The body's piece of work: an inspection round, an audit project, an accident investigation …"""

    kind: Ref
    ref: Ref


class Relation(Payload):
    """How this finding depends on another one."""

    kind: RelationKind
    ref: Ref


class Issue(Payload):
    """The factual question. Same ``ref``, or a shared object with overlapping periods = the same issue."""

    ref: Ref | None = None
    objects: tuple[Ref, ...] = ()
    place: Text | None = None
    period: Span | None = None
    summary: Text | None = None


class Circumstances(Payload):
    """Concrete circumstances as the body states them (意见6 具体情节). Shown to people, read by no rule."""

    consequence: Text | None = None
    role: Text | None = None
    intent: Text | None = None
    remedy: Text | None = None
    prior_record: Text | None = None


class Subject(Payload):
    """Whom a finding is about, in the words of the report."""

    kind: Literal["cadre", "team", "unit"] = "cadre"
    name: Text | None = None
    citizen_id: Ref | None = None
    cadre_id: Ref | None = None
    aliases: tuple[Text, ...] = ()
    organ: Text | None = None
    post: Text | None = None
    place: Text | None = None
    at: PartialDate | Span | None = None
    wording: Literal["时任", "现任", "原", "前"] | None = None
    attribution: Attribution = "none_stated"
    severity: Severity | None = None
    circumstances: Circumstances | None = None
    recorded_dissent: bool = False
    sub_code: Ref | None = None


class Evidence(Payload):
    """An entry of the evidence index; never the evidence itself. ``own`` = gathered by this body."""

    ref: Ref
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    own: bool


class PriorWarning(Payload):
    """提醒, 函询 or 诫勉 on record before the conduct in question (能上能下2015 Art. 8)."""

    kind: Ref
    on: IsoDate


class Heard(Payload):
    """The cadre's own statement, recorded by the body (Gate-8)."""

    on: IsoDate
    ref: Ref | None = None


class FindingReported(Payload):
    """A body's whole statement about one issue. Idempotent by (body, ref, revision); the highest revision holds."""

    ref: Ref
    revision: int = Field(1, ge=1)
    body: BodyKind | ContextKind
    level: Level
    work_item: WorkItem | None = None
    matter: Ref | None = None
    relations: tuple[Relation, ...] = ()
    issue: Issue
    category: Category
    severity: Severity | None = None
    status: Status
    subjects: tuple[Subject, ...] = Field(min_length=1, max_length=100)
    evidence: tuple[Evidence, ...] = ()
    verified_by: Ref | None = None
    verified_on: IsoDate | None = None
    harm: tuple[Harm, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    deployment_ref: Text | None = None
    context: Text | None = None
    duties_performed: bool | None = None
    petitioner: str | None = None
    release: tuple[BodyKind | ContextKind, ...] = ()
    proposes_responsibility: bool = False
    unsuited_to_level: bool = False
    prior_warning: PriorWarning | None = None
    petitioner_withdrew: bool = False
    ranking_fell: bool = False
    statement_heard: Heard | None = None

    @model_validator(mode="after")
    def _verified_statuses_name_the_verifier(self) -> FindingReported:
        if self.status not in UNVERIFIED and self.verified_by is None:
            raise ValueError(f"status {self.status} needs verified_by: the organ that verified it")
        return self


class FindingRevised(FindingReported):
    """A whole new statement that takes the place of the lower revisions."""

    revision: int = Field(ge=2)


class FindingRetracted(Payload):
    """The body takes its finding back. ``revision`` is the next number."""

    ref: Ref
    revision: int = Field(ge=2)
    reason: Text
