"""What a case amounts to: groups, level, severity, candidate measures, gates (policy sections 7 and 8). A function of facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hub.domain.dates import first_day
from hub.domain.facts import CLEARING, COUNTED, FORMAL, INACTIVE, RED_LINE, UNTRUE, Act, Dossier, Statement, Tolerance
from hub.domain.groups import Dependence, Group, counts
from hub.domain.issues import cases
from hub.domain.pack import Pack

STEP_DOWN = {"REMOVE": "ADJUST", "DEMOTE": "ADJUST", "ADJUST": None}
CATEGORY = {"unfit": "UNFIT_POST", "audit_result": "ECON_RESP", "accident_report": "SAFETY_DUTY"}
UNATTRIBUTED = ("none_stated", "excluded")

NOBODY = Dependence(())


@dataclass(slots=True)
class Case:
    """One cadre × issue, as the facts have it today."""

    id: str
    statements: list[Statement] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    status: dict[str, str] = field(default_factory=dict)
    """Finding id → status as now in force (false accusations and prevailing conclusions applied)."""
    excluded: set[str] = field(default_factory=set)
    """Findings that no longer count because another one prevails, or that are withdrawn."""
    tolerated: set[str] = field(default_factory=set)
    mitigated: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    counting: set[str] | None = None
    dependence: Dependence = NOBODY
    groups: list[Group] = field(default_factory=list)
    level: str = "K0"
    severity: int = -1
    max_severity: int = -1
    fired: frozenset[str] = frozenset()
    eligible: dict[str, str] = field(default_factory=dict)
    """Measure rule → candidate, before Gate-6."""
    passed: dict[str, str] = field(default_factory=dict)
    """The same over what the accountability organ has decided so far; empty while the case waits."""
    gates: dict[str, str] = field(default_factory=dict)
    closed: str | None = None
    red_line: bool = False
    spent: bool = False
    """People have decided on just these facts."""
    facts: dict[str, Any] = field(default_factory=dict)


def assess(dossier: Dossier, pack: Pack, today: date) -> dict[str, Case]:
    """Every case of a dossier, by id."""
    found = {key: Case(key, list(ones)) for key, ones in cases(dossier.statements.values(), dossier.links).items()}
    _place_acts(dossier, found)
    decisions = latest_tolerance(dossier)
    for case in found.values():
        _statuses(case)
        _tolerance(case, decisions)
        _level(case)
        _closing(case)
        _measures(dossier, case, pack, today)
    return found


def in_force(act: Act, acts: Iterable[Act]) -> bool:
    """Not parked, not revoked, and not overturned by an appeal that names it."""
    if act.revoked or act.parked:
        return False
    return not any(
        other.kind == "appeal_decided" and other.outcome == "upheld" and not other.revoked and act.id in other.about
        for other in acts
    )


def lifts(act: Act) -> bool:
    """Whether an act is a formal conclusion that makes the level KA."""
    if act.kind == "appraisal":
        return act.grade == "不称职" or unsuited(act)
    return act.kind in FORMAL


def unsuited(act: Act) -> bool:
    """An appraisal conclusion 不适宜继续担任现职."""
    return "不适宜" in (act.conclusion or "")


def latest_tolerance(dossier: Dossier) -> dict[str, Tolerance]:
    """Finding or act id → the latest decision that covers it."""
    found: dict[str, Tolerance] = {}
    for decision in sorted(dossier.tolerances.values(), key=lambda one: (one.time, one.id)):
        for about in decision.about:
            found[about] = decision
    return found


def _place_acts(dossier: Dossier, found: dict[str, Case]) -> None:
    home = {one.id: case for case in found.values() for one in case.statements}
    everything = list(dossier.acts.values())
    for act in sorted(everything, key=lambda one: (one.time, one.id)):
        if not in_force(act, everything):
            continue
        homes = list(dict.fromkeys(home[ref].id for ref in act.about if ref in home))
        if act.own_case:
            found.setdefault(act.ref, Case(act.ref)).acts.append(act)
        for key in homes:
            found[key].acts.append(act)


def _statuses(case: Case) -> None:
    for one in case.statements:
        case.status[one.id] = one.status
        if one.status == "withdrawn" or one.context:
            case.excluded.add(one.id)
    for act in case.acts:
        if act.kind == "joint_meeting" and act.prevails:
            case.excluded.update(ref for ref in act.about if ref != act.prevails)
        if act.kind == "false_accusation":
            for ref in act.about:
                if case.status.get(ref) in ("untrue", "seriously_untrue"):
                    case.status[ref] = "false_accusation"


def _tolerance(case: Case, decisions: dict[str, Tolerance]) -> None:
    case.red_line = any(
        one.category in RED_LINE and counts(one) for one in case.statements if one.id not in case.excluded
    )
    for key in [one.id for one in case.statements] + [act.id for act in case.acts]:
        decision = decisions.get(key)
        if decision is None:
            continue
        if decision.outcome == "tolerated" and not case.red_line:
            case.tolerated.add(key)
        elif decision.outcome == "mitigated":
            case.mitigated.add(key)
        elif decision.outcome != "tolerated":
            case.refused.add(key)


def _counting(case: Case) -> set[str]:
    """Findings that bear the level; fixed once statuses and tolerance are known."""
    if case.counting is None:
        case.counting = {
            one.id
            for one in case.statements
            if counts(one) and one.id not in case.excluded and one.id not in case.tolerated
        }
    return case.counting


def _contrary(case: Case) -> bool:
    """Somebody in force says that it is untrue, no violation, or not this person."""
    return any(
        case.status[one.id] in CLEARING or (one.status in COUNTED and one.attribution == "excluded")
        for one in case.statements
        if one.id not in case.excluded
    )


def level_of(found: Sequence[Group], formal: Sequence[Act]) -> str:
    """The level without regard to conflicts."""
    bearing = [group for group in found if group.counted]
    if formal:
        return "KA"
    if len(bearing) >= 2 and any(group.status == "substantiated" for group in bearing):
        return "K2"
    return "K1" if bearing else "K0"


def severity_of(level: str, found: Sequence[Group], formal: Sequence[Act], stated: dict[str, int]) -> int:
    """K2: the highest that two groups reach; KA: the act's own, else that of the findings it rests on; K1: the group's own."""
    bearing = sorted((group.severity for group in found if group.counted), reverse=True)
    if level == "KA":
        own = [
            int(act.severity[1]) if act.severity else max((stated.get(ref, -1) for ref in act.about), default=-1)
            for act in formal
        ]
        return max(own, default=-1)
    if level == "K2":
        return bearing[1]
    return bearing[0] if bearing else -1


def _level(case: Case) -> None:
    counting = _counting(case)
    case.dependence = Dependence(case.statements)
    case.groups = case.dependence.groups(counting)
    formal = [act for act in case.acts if lifts(act) and act.id not in case.tolerated]
    stated = _stated(case.statements, counting)
    case.level = level_of(case.groups, formal)
    case.severity = severity_of(case.level, case.groups, formal, stated)
    case.max_severity = max((group.severity for group in case.groups if group.counted), default=-1)
    substantiated = any(group.status == "substantiated" for group in case.groups)
    if _contrary(case) and (substantiated or any(act.about for act in formal)):
        case.level = "KX"


def _stated(statements: Iterable[Statement], counting: set[str]) -> dict[str, int]:
    return {one.id: int(one.severity[1]) for one in statements if one.severity and one.id in counting}


def _closing(case: Case) -> None:
    """How the case is closed, if it is (contract section 6; R-TO-02, R-CL-05, R-ME-07)."""
    live = [one for one in case.statements if one.id not in case.excluded]
    verified = [one for one in live if one.status not in ("lead", "verifying")]
    counting = _counting(case)
    formal = [act for act in case.acts if lifts(act) and act.id not in case.tolerated]
    bearing = [one for one in live if counts(one)]
    if (bearing and not counting and not formal and not _contrary(case)) or (
        not bearing and any(act.id in case.tolerated for act in case.acts) and not formal
    ):
        case.closed = "tolerated"
    elif counting and all(one.category == "SAFETY_DUTY" and one.duties_performed for one in live if one.id in counting):
        # An approved accident report states facts; a sanction or 问责决定 on them holds somebody to account all the same.
        case.closed = "no_accountability" if all(act.kind == "accident_report" for act in formal) else None
    elif verified and not counting and not formal and not _open_leads(case, live):
        clear = all(case.status[one.id] in CLEARING or one.attribution == "excluded" for one in verified)
        case.closed = (
            "cleared" if clear else "inconclusive" if any(one.status == "inconclusive" for one in verified) else None
        )


def _open_leads(case: Case, live: Sequence[Statement]) -> bool:
    """A lead with evidence that depends on nothing already verified keeps a case open; one without reopens nothing."""
    verified = {one.id for one in live if one.status not in ("lead", "verifying")}
    answered = {member for group in case.groups if verified & set(group.members) for member in group.members}
    return any(one.status in ("lead", "verifying") and one.evidence and one.id not in answered for one in live)


def bearing_facts(case: Case, ids: set[str] | None = None, *, expired: frozenset[str] = frozenset()) -> set[str]:
    """Ids of the findings and acts that can carry a measure: attributed, not STYLE, not tolerated, within ``ids``."""
    counting = _counting(case)
    found = {
        one.id
        for one in case.statements
        if one.id in counting and one.attribution not in UNATTRIBUTED and one.category != "STYLE"
    }
    found |= {act.id for act in case.acts if lifts(act) and act.id not in case.tolerated and act.id not in expired}
    return found if ids is None else found & ids


def _measures(dossier: Dossier, case: Case, pack: Pack, today: date) -> None:
    expired = frozenset(
        impact.id for impact in dossier.impacts.values() if impact.state == "expired" or not impact.announced
    )
    everything = bearing_facts(case, expired=expired)
    level, facts = named_facts(dossier, case, everything, pack, today)
    case.facts = facts
    case.fired = pack.fired("case", facts)
    case.eligible = {rule: measure for rule, measure in pack.measures.items() if rule in case.fired}
    if "R-ME-06" in case.fired:  # whatever its severity, a candidate on this ground falls to a reminder
        fallen = ("R-ME-01", "R-ME-02") if facts["appraisal_fail"] else ("R-ME-01", "R-ME-02", "R-ME-03")
        case.eligible = {rule: measure for rule, measure in case.eligible.items() if rule not in fallen}
    if case.closed == "no_accountability":
        case.eligible = {}
    if case.red_line:
        exception = any(
            one.outcome == "tolerated" and set(one.about) & everything for one in dossier.tolerances.values()
        )
        case.passed = {} if exception else case.eligible
    elif case.eligible:
        decided = everything & (case.refused | case.mitigated)
        reached, some = named_facts(dossier, case, decided, pack, today)
        if reached == level:
            fired = pack.fired("case", some)
            case.passed = {
                rule: measure for rule, measure in pack.measures.items() if rule in fired and rule in case.eligible
            }


def named_facts(dossier: Dossier, case: Case, ids: set[str], pack: Pack, today: date) -> tuple[str, dict[str, Any]]:
    """The flat named facts that conditions of scope ``case`` may read, over these findings and acts alone."""
    ones = [one for one in case.statements if one.id in ids]
    acts = [act for act in case.acts if act.id in ids]
    found = case.dependence.groups({one.id for one in ones})
    level = level_of(found, acts)
    severity = severity_of(level, found, acts, _stated(ones, ids))
    live = [one for one in case.statements if one.id not in case.excluded]
    counted = [one for one in live if counts(one) and one.id not in case.tolerated]
    codes = {act.sub_code for act in acts} | {one.sub_code for one in ones}
    ability = codes & set(pack.parameters["ability_sub_codes"])
    unfit = bool(ones and any(one.category == "UNFIT_POST" for one in ones)) or any(act.kind == "unfit" for act in acts)
    states = [case.status[one.id] for one in live]
    committee = dossier.standing.committee
    facts = {
        "level": case.level,
        "measure_level": level,
        "severity": severity,
        "case_severity": case.severity,
        "max_severity": case.max_severity,
        "categories": sorted({one.category for one in ones}),
        "measure_category": bool(_categories(ones, acts) & set(pack.parameters["adjust_categories"])),
        "red_line": case.red_line,
        "discipline_act": any(act.body == "discipline" for act in acts),
        "single_source_s2": pack.single_source(committee, "S2"),
        "single_source_s3": pack.single_source(committee, "S3"),
        "appraisal_fail": any(act.kind == "appraisal" and act.grade == "不称职" for act in acts),
        "appraisal_basic": any(act.kind == "appraisal" and act.grade == "基本称职" for act in case.acts),
        "appraisal_unsuited": any(act.kind == "appraisal" and unsuited(act) for act in acts),
        "unfit_by_ability": unfit
        and bool(ability)
        and any([*(one.unsuited_to_level for one in ones), *(act.unsuited_to_level for act in acts)]),
        "old_unfit": unfit and _old_unfit(ones, acts, codes, pack, today),
        "prior_warning": any(one.prior_warning for one in ones),
        "no_resp": any(one.category == "NO_RESP" and one.status == "substantiated" for one in counted),
        "outside_red_line": any(
            one.category in RED_LINE and one.body != "discipline" and _suspected(one) for one in live
        ),
        "discipline_reported": any(one.body == "discipline" and one.status not in ("lead", "verifying") for one in live)
        or any(act.body == "discipline" and lifts(act) for act in case.acts),
        "inconclusive": case.closed == "inconclusive",
        "cleared": case.closed == "cleared",
        "duties_performed": case.closed == "no_accountability",
        "tolerated": case.closed == "tolerated",
        "seriously_untrue": "seriously_untrue" in states,
        "mistaken_report": "mistaken_report" in states,
        "false_accusation": "false_accusation" in states,
        "untrue": any(status in UNTRUE or status == "no_violation" for status in states),
        "unproven": "inconclusive" in [case.status[one.id] for one in live],
        "blocker": any(one.blockers for one in live if case.status[one.id] in CLEARING),
        "ranking_fell": any(one.ranking_fell for one in case.statements if one.status != "withdrawn"),
        "state": dossier.standing.state,
        "in_service": dossier.standing.state not in INACTIVE,
        "outside": dossier.standing.outside,
        "lifelong": any(
            one.category in ("DISCIPLINE", "CRIME_LEAD")
            or (one.category in ("ECO_DAMAGE", "SAFETY_DUTY") and one.severity == "S3")
            for one in counted
        ),
    }
    return level, facts


def _categories(ones: Sequence[Statement], acts: Sequence[Act]) -> set[str]:
    """What the findings say, and what an act that names a person and no finding is by its kind."""
    return {one.category for one in ones} | {
        CATEGORY[act.kind] for act in acts if act.own_case and act.kind in CATEGORY
    }


def _suspected(one: Statement) -> bool:
    """Not settled in the person's favour: leads of duty crimes are transferred before anybody verified them (监察法37)."""
    return one.status in (*COUNTED, "lead", "verifying") and one.attribution != "excluded"


def _old_unfit(ones: Sequence[Statement], acts: Sequence[Act], codes: set[str | None], pack: Pack, today: date) -> bool:
    """Conduct and decision both in the time of the version that asks for a prior warning (R-ME-06)."""
    if not any((code or "").startswith("T") for code in codes):
        return False
    decided = [first_day(act.decided_on) for act in acts if act.decided_on] or [today]
    conduct = [first_day(one.conduct) for one in ones if one.conduct]
    return bool(conduct) and pack.warning_required(max(conduct)) and pack.warning_required(max(decided))


__all__ = ["Case", "Dossier", "assess", "replace"]
