"""Wants that follow from formal acts of others and from periods: execution, filing, appeals, impact (R-ME-08, -09, R-FB-04, R-IM)."""

from __future__ import annotations

from collections.abc import Iterator

from hub.domain.facts import Act, Impact
from hub.domain.view import View
from hub.domain.want_followups import finding_rules
from hub.domain.wants import Spec, Want


def act_rules(view: View, act: Act) -> frozenset[str]:
    """The rules of scope ``act`` that fire for a formal act."""
    facts = {
        "kind": act.kind,
        "measure_named": act.measure is not None,
        "organisational": act.form == "organisational",
        "formalities": act.type in view.pack.parameters["sanctions_with_formalities"],
        "upheld": act.outcome == "upheld",
    }
    return view.pack.fired("act", facts)


def acts(view: View) -> Iterator[Want]:
    """Formal acts of others are followed to their execution, filed and tracked, never proposed again (R-ME-08, -09, R-FB-04, R-AP-01)."""
    for act in view.acts("accountability", "sanction", "appeal_filed"):
        start = act.effective_on or act.decided_on or act.accepted
        case = act.ref if act.own_case else next((one.id for one in view.cases.values() if act in one.acts), None)
        data = {"act": act.ref, "measure": act.measure, "announced_to": act.announced_to}
        fired = act_rules(view, act)
        if "R-AP-01" in fired and view.department:
            yield Want(
                f"appeal:{act.id}",
                "appeal.tracked",
                view.department,
                ["R-AP-01"],
                "once",
                {"appeal": act.ref},
                case,
            )
        if "R-ME-08" in fired or "R-FB-04" in fired:
            if view.department and "R-ME-08" in fired:
                clock: list[Spec] = [
                    ("accountability_formalities", view.department, ["R-ME-08"], act.extended_until or start)
                ]
                yield Want(
                    f"exec:{act.id}",
                    "execution.followup",
                    view.department,
                    ["R-ME-08"],
                    data=data,
                    case=case,
                    clocks=clock,
                    digest=act.extended_until or "",
                )
            if view.standing.superior_department and "R-FB-04" in fired:
                yield Want(
                    f"filing:{act.id}",
                    "filing.due",
                    view.standing.superior_department,
                    ["R-FB-04"],
                    data={"act": act.ref},
                    case=case,
                )
        if "R-ME-09" in fired:
            to = view.standing.hr or view.department
            if to:
                clock = [("sanction_formalities", to, ["R-ME-09"], act.extended_until or start)]
                yield Want(
                    f"exec:{act.id}",
                    "execution.followup",
                    to,
                    ["R-ME-09"],
                    data={"act": act.ref, "type": act.type},
                    case=case,
                    clocks=clock,
                    digest=act.extended_until or "",
                )


def impacts(view: View) -> Iterator[Want]:
    """R-IM-01, -04, -05: told when a period starts or is cancelled; a new finding inside one is shown, not stepped up."""
    to = view.department
    if to is None:
        return
    for impact in view.dossier.impacts.values():
        if impact.announced:
            data = {"of": impact.id, "basis": impact.basis, "start": impact.start, "restrictions": impact.ends}
            yield Want(f"impact:{impact.id}", "impact.started", to, ["R-IM-01"], "once", data, impact.case)
        if impact.state == "cancelled" and impact.announced:
            yield Want(
                f"impact_cancelled:{impact.id}",
                "impact.cancelled",
                to,
                ["R-IM-05"],
                "once",
                {"of": impact.id},
                impact.case,
            )
    for case in view.cases.values():
        for one in view.counted(case):
            inside = [
                impact for impact in view.dossier.impacts.values() if _inside(impact, case.id, one.first_time[:10])
            ]
            if inside and "R-IM-04" in finding_rules(view, one, counted=True, within_period=True):
                data = {"flag": "within_period", "finding": one.ref, "of": inside[0].id}
                yield Want(f"flag:within:{one.id}", "task.flagged", to, ["R-IM-04"], "once", data, case.id)


def _inside(impact: Impact, case: str, day: str) -> bool:
    return (
        impact.state != "cancelled"
        and impact.case != case
        and impact.start < day <= max(impact.ends.values(), default="")
    )
