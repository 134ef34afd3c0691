"""Personnel tasks and what suspends or ends them (contract section 4.1). A task proposes; people decide."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from schemas.base import IsoDate, Ref
from schemas.out_base import Alternatives, CaseLevel, Code, Explanation, NamedFact, Outgoing, Reasoned, RuleId
from schemas.vocab import CadreState, Measure

Flag = Literal["legal_procedure", "within_period", "old_matter"]
RecallReason = Literal[
    "retracted", "revised", "level_fell", "cleared", "tolerated", "mistaken_identity", "state", "rerouted", "pack",
]  # fmt: skip
HoldReason = Literal["under_case", "conflict", "tolerance_applied", "referral", "recusal"]


class TaskProposed(Reasoned):
    """A measure for people to decide on. ``measure`` null: several candidates, none of which the hub prefers."""

    task: Ref
    cadre: Ref
    case: Ref
    measure: Measure | None
    candidates: tuple[Measure, ...] = ()
    rules: tuple[RuleId, ...] = Field(min_length=1)
    pack: tuple[Ref, ...] = Field(min_length=1)
    level: CaseLevel
    facts: tuple[NamedFact, ...] = Field(min_length=1)
    alternatives: Alternatives = Field(min_length=1)
    explanation: Explanation
    hearing_required: bool = False
    flags: tuple[Flag, ...] = ()

    @model_validator(mode="after")
    def _proposes_something(self) -> TaskProposed:
        if self.measure is None and not self.candidates:
            raise ValueError("a proposal without a measure names candidates")
        return self


class TaskAmended(TaskProposed):
    """The open task, whole, as it now stands: a further ground or another measure (P-3: one open task per cadre)."""


class TaskRecalled(Outgoing):
    """The task no longer stands and must not be decided. To a department that lost the matter: nothing but this."""

    task: Ref
    reason: RecallReason


class TaskSuperseded(Outgoing):
    """Another task took this one's place."""

    task: Ref
    by: Ref | None = None


class TaskRerouted(Reasoned):
    """The task lies with another department now; ``to`` is the new one. Clocks run on."""

    task: Ref
    from_: Ref = Field(alias="from")
    measure: Measure | None = None
    candidates: tuple[Measure, ...] = ()


class TaskFlagged(Reasoned):
    """Something that whoever decides must know: an elected post, a running impact period, an old matter."""

    flag: Flag
    task: Ref | None = None
    finding: Ref | None = None
    of: Ref | None = None
    on: IsoDate | None = None


class TaskReviewRequested(Reasoned):
    """The ground of a decided measure changed: people look at it again. Nothing is undone by the hub."""

    task: Ref


class PersonnelHeld(Reasoned):
    """No personnel step for now, and why."""

    reason: HoldReason
    task: Ref | None = None


class PersonnelReleased(Reasoned):
    """The hold is over. ``of``: the event that told of it."""

    of: Ref | None = None
    reason: HoldReason | None = None
    task: Ref | None = None


class PersonnelNotApplicable(Reasoned):
    """Organisational measures cannot concern this cadre any more."""

    state: CadreState | None = None


class PersonnelClosed(Reasoned):
    """All personnel items of this cadre are closed (R-ST-02)."""

    state: CadreState | None = None
    reason: Code | None = None
