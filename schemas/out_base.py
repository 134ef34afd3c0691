"""What outbound payloads share (contract section 4): who, why by rule and pack, by when; no number about a person."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from schemas.base import IsoDate, Payload, Ref
from schemas.determinations import DeterminationKind
from schemas.findings import Evidence
from schemas.vocab import Attribution, BodyKind, Category, ContextKind, Severity

RuleId = Annotated[str, StringConstraints(pattern=r"^R-[A-Z]{2}-\d{2}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
"""A reason or key: a code, so that no content can travel in it."""
CaseLevel = Literal["K0", "K1", "K2", "KA", "KX"]
GateName = Literal[
    "Gate-0", "Gate-1", "Gate-2", "Gate-3", "Gate-4", "Gate-5", "Gate-6", "Gate-7", "Gate-8", "Gate-9", "Gate-10",
]  # fmt: skip
FactStatus = Literal[
    "lead", "verifying", "substantiated", "partly_substantiated", "inconclusive", "untrue", "seriously_untrue",
    "mistaken_report", "no_violation", "false_accusation", "withdrawn", "superseded",
]  # fmt: skip
Weight = Literal["adverse", "favourable", "cleared", "tolerated", "expired"]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=8000)]


class Due(Payload):
    """The last day of a step and the parameter of the pack that it comes from."""

    key: Code
    date: IsoDate


class Explanation(Payload):
    """Sentences made from facts, rules and gates in both languages; no free text of a source."""

    zh: Sentence
    en: Sentence


class NamedFact(Payload):
    """One item of the dossier as the reader may know it: who stated what, and what it weighs. No text of the report.

    ``finding`` is a finding's ref, or that of a formal act, whose kind is then its ``status``.
    """

    weight: Weight
    body: BodyKind | ContextKind | Literal["committee"]
    organ: Ref
    finding: Ref
    revision: int | None = Field(None, ge=1)
    status: FactStatus | DeterminationKind
    severity: Severity | None = None
    category: Category | None = None
    attribution: Attribution | None = None
    case: Ref | None = None
    verified: IsoDate | None = None
    decided_on: IsoDate | None = None
    document_no: Ref | None = None
    evidence: tuple[Evidence, ...] = ()


def _with_no_action(found: tuple[str, ...]) -> tuple[str, ...]:
    if found and "no_action" not in found:
        raise ValueError("alternatives always hold no_action")
    return found


Alternatives = Annotated[tuple[Code | Literal["REMOVE", "ADJUST", "DEMOTE"], ...], AfterValidator(_with_no_action)]


class Outgoing(Payload):
    """Every outbound event. ``to`` is the recipient's registered code; ``copy`` marks what the reader cannot decide."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)

    to: Ref
    rules: tuple[RuleId, ...] = ()
    pack: tuple[Ref, ...] = ()
    case: Ref | None = None
    cadre: Ref | None = None
    team: Ref | None = None
    unit: Ref | None = None
    level: CaseLevel | None = None
    due: Due | None = None
    copy_: bool = Field(False, alias="copy")
    explanation: Explanation | None = None


class Reasoned(Outgoing):
    """Also to the managing department, which sees what the reasoning rests on; to others these stay empty (N-30)."""

    facts: tuple[NamedFact, ...] = ()
    gates: dict[GateName | Literal["held"], Code] = Field(default_factory=dict)
    alternatives: Alternatives = ()
