"""The closed vocabularies (policy section 5). A value outside them is refused at intake."""

from __future__ import annotations

from typing import Literal

BodyKind = Literal["discipline", "inspection", "petition", "land", "audit", "environment", "safety"]
ContextKind = Literal["appraisal", "other"]
Level = Literal["central", "province", "prefecture", "county", "township"]
Category = Literal[
    "IMPL_RESOLUTE", "IMPL_COMPLETE", "IMPL_INPLACE", "NO_BEAR", "NO_ACT", "SLOW_ACT", "WILD_ACT", "NO_RESP",
    "FORMALISM", "TALK_NO_ACT", "UNREAL_TARGET", "ERROR", "UNFIT_POST", "APPRAISAL_FAIL", "ECON_RESP", "LAND_LAW",
    "ECO_DAMAGE", "SAFETY_DUTY", "PETITION_DUTY", "DISCIPLINE", "CRIME_LEAD", "FALSE_ACCUSER", "STYLE",
]  # fmt: skip
Severity = Literal["S0", "S1", "S2", "S3"]
Status = Literal[
    "lead", "verifying", "substantiated", "partly_substantiated", "inconclusive", "untrue", "seriously_untrue",
    "mistaken_report", "no_violation",
]  # fmt: skip
"""What a body may state itself. ``false_accusation``, ``withdrawn`` and ``superseded`` are reached by other events."""
Attribution = Literal["direct", "main_leader", "important_leader", "leader", "none_stated", "excluded"]
CadreState = Literal[
    "active", "seconded", "suspended", "under_case", "transferred_out_of_scope", "resigned", "dismissed", "retired",
    "deceased",
]  # fmt: skip
Measure = Literal["REMOVE", "ADJUST", "DEMOTE"]
TakenMeasure = Literal["REMOVE", "ADJUST", "DEMOTE", "ordered_resign", "suspension_check"]
"""What people may have decided: also what the hub never proposes (责令辞职, 停职检查) and only records and times."""
Harm = Literal["H1", "H2", "H3", "H4"]
Blocker = Literal["B1", "B2", "B3", "B4"]
Classification = Literal["public", "internal", "work_secret", "secret", "confidential", "top_secret"]
ToleranceOutcome = Literal["tolerated", "mitigated", "not_tolerated", "not_applicable"]
Decision = Literal["accept", "accept_other_measure", "reject", "return_for_evidence", "no_action"]
ClarificationForm = Literal["written", "face_to_face", "meeting", "bulletin"]
RelationKind = Literal["forwarded_from", "relies_on", "joint_team", "shares_evidence", "supersedes"]
TenureKind = Literal["正式", "代理", "主持", "挂职", "兼任"]
SanctionType = Literal[
    "warning", "demerit", "major_demerit", "downgrade", "dismissal_from_post", "dismissal", "serious_warning",
    "removal_from_party_post", "probation_1y_then", "probation_2y_then", "expulsion_reentry",
]  # fmt: skip

CLASSIFICATIONS: tuple[str, ...] = ("public", "internal", "work_secret", "secret", "confidential", "top_secret")
"""From the lowest to the highest."""
LEVELS: tuple[str, ...] = ("central", "province", "prefecture", "county", "township")
"""From the highest to the lowest."""
