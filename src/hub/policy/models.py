"""The schema of pack files. A field that is not here is a mistake of the author, and is said so."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, StringConstraints

from schemas.vocab import Category

RuleId = Annotated[str, StringConstraints(pattern=r"^R-[A-Z]{2}-\d{2}$")]
Word = Annotated[str, StringConstraints(min_length=1)]
Evidence = Literal["S", "V", "V2", "M", "M?", "D"]
Unit = Literal["days", "working_days", "months"]
Scope = Literal[
    "case", "dossier", "act", "tolerance", "review", "finding", "clarification", "task", "source", "program"
]  # fmt: skip


class Entry(BaseModel):
    """A part of a pack."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Entry):
    """A text in both languages."""

    zh: Word
    en: Word


class Rule(Entry):
    """A rule of the base: every field is there."""

    id: RuleId
    scope: Scope
    cites: list[Word] = Field(min_length=1)
    evidence: Evidence
    when: Word | None
    carried_by: Word | None = None
    then: list[Word] = Field(min_length=1)
    decider: Word | None
    deadline: Word | None
    safe: Word | None
    text: Words
    enabled: bool = True


class RuleChange(Entry):
    """What a dated version may say about a rule: its condition, its basis, its deadline, its words. Safeguards stay."""

    id: RuleId
    when: Word | None = None
    cites: list[Word] | None = Field(None, min_length=1)
    evidence: Evidence | None = None
    deadline: Word | None = None
    text: Words | None = None


class SingleSource(Entry):
    """P-1. S0 and S1 cannot be switched on."""

    S2: bool = False
    S3: bool = False


class Parameters(Entry):
    """Values that conditions and the program read."""

    allow_single_source_measure: SingleSource | None = None
    false_accusation_min_level: Literal["central", "province", "prefecture"] | None = None
    province_managed_needs_province_level: bool | None = None
    require_prior_warning: dict[Word, bool] | None = None
    further_source_bodies: list[Word] | None = None
    adjust_categories: list[Category] | None = None
    ability_sub_codes: list[Word] | None = None
    sanctions_with_formalities: list[Word] | None = None
    measure_forms: dict[Literal["REMOVE", "ADJUST", "DEMOTE"], list[Word]] | None = None
    hearing_required: Literal[True] | None = None
    reuse_finding: bool | None = None
    retention_months: PositiveInt | None = None


class Deadline(Entry):
    """A period. ``from`` and ``to`` say in words between what it runs."""

    n: PositiveInt | None = None
    unit: Unit | None = None
    ext: PositiveInt | None = None
    major: PositiveInt | None = None
    max_ext_months: PositiveInt | None = None
    from_: str | None = Field(None, alias="from")
    to: str | None = None
    basis: Word | None = None
    evidence: Evidence | None = None
    watched: bool | None = None
    enabled: bool = True


class UnsureFact(Entry):
    """Something merely supposed (M?), or confirmed by a dated pack."""

    what: str | None = None
    n: PositiveInt | None = None
    unit: Unit | None = None
    basis: Word
    evidence: Evidence
    enabled: bool
    article: Word | None = None


class Matters(Entry):
    """How many independent matters within how many months."""

    independent_substantiated_matters: PositiveInt | None = None
    window_months: PositiveInt | None = None


class Thresholds(Entry):
    """Numbers of policy section 6."""

    key_assessment_team: Matters | None = None
    key_assessment_cadre: Matters | None = None
    age_flag_years: PositiveInt | None = None
    small_cell: PositiveInt | None = None


class Instrument(Entry):
    """What rules cite. ``from``: the day before which it is not cited."""

    title: Word
    evidence: Evidence
    from_: date | None = Field(None, alias="from")
    note: str | None = None


class Sections(Entry):
    """What the base and a dated version have in common."""

    parameters: Parameters | None = None
    deadlines: dict[Word, Deadline] = {}
    impact_periods: dict[Word, dict[str, Any]] = {}
    thresholds: Thresholds | None = None
    instruments: dict[Word, Instrument] = {}
    texts: dict[Word, dict[Word, Words]] = {}
    disabled_facts: dict[Word, UnsureFact] = {}


class BaseFile(Sections):
    """One file of the base."""

    rules: list[Rule] = []
    deciders: dict[Word, Words] = {}
    date_arithmetic: dict[Word, Word] = {}


class VersionFile(Sections):
    """One dated version of one layer. A ``committee`` makes what it says on single sources and on retention hold
    for its cadres alone."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*-\d{4}-\d{2}-\d{2}$")]
    layer: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    level: Literal["national", "provincial", "local"]
    effective_from: date
    effective_to: date | None = None
    document: Word
    committee: Word | None = None
    rules: list[RuleChange] = []
