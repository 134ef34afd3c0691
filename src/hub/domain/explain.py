"""Explanations: named facts, gates and alternatives (Gate-10, R-GV-02). The sentences made from them: explain_text.py."""

from __future__ import annotations

from typing import Any

from hub.domain.assess import Case, bearing_facts, lifts
from hub.domain.facts import CLEARING, COUNTED, Statement
from hub.domain.view import View, blocked_reason, expired

ALTERNATIVES = ["no_action"]


def weight(view: View, case: Case, one: Statement) -> str:
    """What a finding weighs: adverse, favourable, cleared, tolerated or expired; nothing while unproven."""
    if one.id in case.tolerated:
        return "tolerated"
    if expired(view, case, one):
        return "expired"
    if case.status[one.id] in CLEARING or one.attribution == "excluded":
        return "cleared"
    return "adverse" if one.status in COUNTED else "none"


WHOLE = frozenset({
    "task.proposed", "task.amended", "task.rerouted", "task.review.requested", "restoration.proposed", "key_assessment.suggested",
})  # fmt: skip
"""What is decided about a person rests on the whole dossier; a follow-up on its own case alone (N-15)."""


def facts(view: View, main: Case | None, type: str) -> list[dict[str, Any]]:
    """Named facts, those of the case first; where people decide about the person a dated extract of everything (意见5)."""
    found: list[dict[str, Any]] = []
    others = [case for case in view.cases.values() if case is not main] if type in WHOLE else []
    ordered = ([main] if main else []) + others
    for case in ordered:
        for one in case.statements:
            if one.id not in case.excluded and (what := weight(view, case, one)) != "none":
                found.append(_finding(case, one, what))
        for act in case.acts:
            if lifts(act) or act.grade in ("优秀", "称职"):
                impact = view.dossier.impacts.get(act.id)
                over = impact is not None and impact.state == "expired"
                what = (
                    "tolerated"
                    if act.id in case.tolerated
                    else "expired"
                    if over
                    else "adverse"
                    if lifts(act)
                    else "favourable"
                )
                found.append(
                    {
                        "body": act.body or "committee",
                        "organ": act.source,
                        "finding": act.ref,
                        "status": act.kind,
                        "severity": act.severity,
                        "weight": what,
                        "case": case.id,
                        "decided_on": act.decided_on,
                    }
                )
    return found


def _finding(case: Case, one: Statement, what: str) -> dict[str, Any]:
    return {
        "body": one.body, "organ": one.source, "finding": one.ref, "revision": one.revision, "status": case.status[one.id],
        "severity": one.severity, "attribution": one.attribution, "category": one.category, "weight": what, "case": case.id,
        "verified": one.time[:10],
        "evidence": [{"ref": ref, "own": bool(own)} for ref, own in one.evidence],
    }  # fmt: skip


def gates(view: View, case: Case) -> dict[str, str]:
    """Every gate and its result: pass, fail, or what it waits for (policy section 8)."""
    counted = view.counted(case)
    bearing = bearing_facts(case)
    reason = blocked_reason(view, case)
    heard = all(one.heard for one in counted) if counted else False
    return {
        "Gate-0": "pass",
        "Gate-1": "pass",
        "Gate-2": "pass" if view.in_service and not view.standing.outside and not view.frozen() else "fail",
        "Gate-3": "pass" if counted or any(lifts(act) for act in case.acts) else "fail",
        "Gate-4": "pass" if bearing else "fail",
        "Gate-5": "fail" if case.level == "KX" else "pass",
        "Gate-6": "not_applicable" if case.red_line else "pass" if case.passed else "waiting",
        "Gate-7": "pass" if case.eligible else "fail",
        "Gate-8": "pass" if heard else "hearing_required",
        "Gate-9": "pass" if view.department else "fail",
        "Gate-10": "pass",
    } | ({"held": reason} if reason else {})


def first_failing(found: dict[str, str]) -> str | None:
    """The reason code: the first gate that does not pass."""
    order = [f"Gate-{number}" for number in (0, 1, 2, 3, 4, 5, 7, 6, 9)]
    return next((gate for gate in order if found[gate] in ("fail", "waiting")), None)
