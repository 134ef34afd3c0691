"""Wants below a measure: levels, conflicts, verification, reminders, talks, referrals, attribution, key assessment (R-CO, R-FU, R-GR, R-ST)."""

from __future__ import annotations

from collections.abc import Iterator

from hub.domain.assess import Case
from hub.domain.dates import add_months, day_of
from hub.domain.facts import CLEARING, COUNTED, Statement
from hub.domain.groups import counts
from hub.domain.issues import Union, similar
from hub.domain.view import View, accepted, expired
from hub.domain.want_clearing import ground
from hub.domain.wants import Spec, Want

CLOSING_RULES = {
    "tolerated": ["R-TO-02"],
    "inconclusive": ["R-CL-05"],
    "no_accountability": ["R-ME-07"],
    "cleared": ["R-CO-01"],
}


def levels(view: View, case: Case) -> Iterator[Want]:
    """The level and the closing of a case, told to the managing department; the level alone to a host department (R-ST-05)."""
    to = view.department
    if to is None:
        return
    yield Want(
        f"level:{case.id}:{to}",
        "corroboration.updated",
        to,
        ["R-CO-01"],
        "state",
        case=case.id,
        digest=case.level,
        full=True,
    )
    if view.standing.host_department:
        host = view.standing.host_department
        data = {"level": case.level, "copy": True}
        yield Want(
            f"level:{case.id}:{host}",
            "corroboration.updated",
            host,
            ["R-CO-01", "R-ST-05"],
            "state",
            data,
            case.id,
            digest=case.level,
        )
    if case.closed:
        data = {"how": case.closed}
        yield Want(
            f"closed:{case.id}:{to}",
            "case.closed",
            to,
            CLOSING_RULES[case.closed],
            "state",
            data,
            case.id,
            digest=case.closed,
            full=True,
        )


def conflicts(view: View, case: Case) -> Iterator[Want]:
    """R-CO-02: the department and each body concerned hear of a conflict; a body only that there is one, and on which issue."""
    if "R-CO-02" not in case.fired:
        return
    bodies = {one.source for one in view.live(case) if one.status in COUNTED or case.status[one.id] in CLEARING}
    data = {"issue": case.id}
    if view.department:
        yield Want(
            f"conflict:{case.id}:{view.department}",
            "conflict.opened",
            view.department,
            ["R-CO-02"],
            data=data,
            case=case.id,
            full=True,
        )
    for body in sorted(bodies):
        yield Want(f"conflict:{case.id}:{body}", "conflict.opened", body, ["R-CO-02"], data=data, case=case.id)


def followups(view: View, case: Case) -> Iterator[Want]:
    """Verification, reminder and talk, one open each per case and recipient."""
    to = view.department
    if to is None or not view.in_service:
        return
    clock: list[Spec] = [("first_followup", to, ["R-FU-09"], None)]
    if "R-FU-04" in case.fired:
        yield Want(
            f"verify:{case.id}",
            "verify.requested",
            to,
            ["R-FU-04"],
            case=case.id,
            grounds=["R-FU-04"],
            clocks=list(clock),
            full=True,
        )
    reminders: list[str] = [rule for rule in ("R-FU-02", "R-FU-03", "R-FU-06", "R-ME-06") if rule in case.fired]
    if _stepped_down_to_nothing(case):
        reminders.append("R-ME-12")
    if reminders:
        yield Want(
            f"reminder:{case.id}",
            "reminder.suggested",
            to,
            reminders,
            case=case.id,
            grounds=reminders,
            clocks=list(clock),
            full=True,
        )
    talks = _talks(view, case)
    if talks:
        rules = list(dict.fromkeys(ground.split(":")[0] for ground in talks))
        key = "talk_after_decision" if "R-TK-01" in rules else "first_followup"
        started = [("R-TK-01" if key == "talk_after_decision" else "R-FU-09")]
        yield Want(
            f"talk:{case.id}",
            "talk.suggested",
            to,
            rules,
            case=case.id,
            grounds=talks,
            clocks=[(key, to, started, None)],
            full=True,
        )


def _stepped_down_to_nothing(case: Case) -> bool:
    return bool(case.passed) and bool(case.mitigated) and all(measure == "ADJUST" for measure in case.passed.values())


def _talks(view: View, case: Case) -> list[str]:
    grounds = ["R-FU-02"] if "R-FU-02" in case.fired else []
    grounds += [
        rule for rule in ("R-CL-01", "R-CL-02", "R-CL-03") if rule in case.fired and "R-CL-06" not in case.fired
    ]
    found = ground(case, view)
    if found is not None and found[0] == "R-CL-04" and not case.facts["blocker"]:
        grounds.append("R-TK-01:clarification")
    grounds += [f"R-TK-01:{task.n}" for task in view.tasks_on(case.id) if accepted(task)]
    return grounds


def referrals(view: View, case: Case) -> Iterator[Want]:
    """What is not for the department goes to the organ that it is for; the hub never handles it itself."""
    organ = view.standing.discipline
    found: list[tuple[str, str | None, str]] = []
    if "R-FU-10" in case.fired and view.in_service:
        found.append(("R-FU-10", organ, "accountability"))
    if "R-FU-07" in case.fired:
        found.append(("R-FU-07", organ, "discipline"))
    if "R-ST-01" in case.fired and case.facts["lifelong"]:
        found.append(("R-ST-01", organ, "discipline"))
    if "R-ST-06" in case.fired and case.red_line and view.standing.state != "retired":
        found.append(("R-ST-06", organ, "discipline"))
    if "R-ST-08" in case.fired:
        found.append(("R-ST-08", view.standing.county_discipline, "unit_or_discipline"))
    if "R-ST-04" in case.fired:
        found.append(("R-ST-04", view.standing.department, "external"))
    seen: set[str] = set()
    for rule, to, kind in found:
        if to is not None and kind not in seen:
            seen.add(kind)
            yield Want(
                f"referral:{kind}:{case.id}",
                "referral.made",
                to,
                [rule],
                data={"kind": kind},
                case=case.id,
                grounds=[rule],
            )


def states(view: View, case: Case) -> Iterator[Want]:
    """R-ST-01, R-ST-06: no personnel matter for those who are out of service."""
    rule = next((rule for rule in ("R-ST-01", "R-ST-06") if rule in case.fired), None)
    if rule and view.department:
        yield Want(
            f"not_applicable:{case.id}",
            "personnel.not_applicable",
            view.department,
            [rule],
            "state",
            {"state": view.standing.state},
            case.id,
            digest=view.standing.state,
        )


ATTRIBUTION = (
    ("R-GR-04", "attrrev", "attribution.review.requested"),
    ("R-GR-01", "attr", "attribution.requested"),
)


def attribution(view: View, case: Case) -> Iterator[Want]:
    """Gate-4 and R-GR-04: the body that made the finding is asked, nobody is presumed responsible."""
    for one in view.counted(case):
        fired = finding_rules(view, one, counted=True)
        for rule, slot, kind in ATTRIBUTION:
            if rule in fired:
                data, grounds = {"finding": one.ref}, [f"revision:{one.revision}"]
                yield Want(f"{slot}:{one.id}", kind, one.source, [rule], data=data, case=case.id, grounds=grounds)


def finding_rules(view: View, one: Statement, *, counted: bool, within_period: bool = False) -> frozenset[str]:
    """The rules of scope ``finding`` that fire for one statement; those alike are worked out once."""
    key = (one.status, one.attribution, counted, one.dissent, within_period)
    known = view.finding_fired.get(key)
    if known is not None:
        return known
    facts = {
        "status": one.status,
        "attribution": one.attribution,
        "counted": counted,
        "dissent": one.dissent,
        "within_period": within_period,
        "in_service": view.in_service,
    }
    view.finding_fired[key] = view.pack.fired("finding", facts)
    return view.finding_fired[key]


def silent(view: View, case: Case) -> Iterator[Want]:
    """Clocks that run without an event of their own: inspection feedback (R-FB-02), disposal of leads (R-FU-01)."""
    decided = view.decided_on(case.id)
    to = view.department
    inspections = [one for one in view.counted(case) if one.body == "inspection"]
    if inspections and to and decided is None and case.closed is None:
        start = min(one.first_accepted for one in inspections)
        yield Want(
            f"feedback-clock:{case.id}",
            "",
            to,
            ["R-FB-02"],
            case=case.id,
            clocks=[("inspection_feedback", to, ["R-FB-02"], start)],
        )
    if case.closed is None:
        for one in view.live(case):
            if one.status in ("lead", "verifying"):
                yield Want(
                    f"lead-clock:{one.id}",
                    "",
                    one.source,
                    ["R-FU-01"],
                    case=case.id,
                    clocks=[("lead_disposal", one.source, ["R-FU-01"], one.first_accepted)],
                )


def matters(view: View) -> list[tuple[str, list[str]]]:
    """Independent substantiated matters: issues, those of one root matter being one. (name, days of the findings)."""
    sets = Union()
    days: dict[str, list[str]] = {}
    for case in view.cases.values():
        substantiated = [
            one for one in view.counted(case) if one.status == "substantiated" and not expired(view, case, one)
        ]
        if not substantiated or case.closed:
            continue
        days.setdefault(case.id, []).extend(day_of(one.first_time).isoformat() for one in substantiated)
        for one in substantiated:
            if one.matter:
                sets.join(case.id, f"matter:{one.matter}")
        sets.find(case.id)
    merged: dict[str, list[str]] = {}
    for key, found in days.items():
        merged.setdefault(sets.find(key), []).extend(found)
    return sorted(merged.items())


def reached(view: View, threshold: str) -> bool:
    """Whether enough independent matters lie within the window of the threshold."""
    limit = view.pack.thresholds[threshold]
    first = sorted(min(days) for _, days in matters(view))
    wanted = limit["independent_substantiated_matters"]
    return any(
        day_of(later) <= add_months(day_of(earlier), limit["window_months"])
        for earlier, later in zip(first, first[wanted - 1 :], strict=False)
    )


def dossier_rules(view: View) -> frozenset[str]:
    """The rules of scope ``dossier`` that fire; asked for several times, worked out once."""
    if view.dossier_fired is not None:
        return view.dossier_fired
    facts = {
        "kind": view.dossier.kind,
        "state": view.standing.state,
        "in_service": view.in_service,
        "matters_reached": reached(view, f"key_assessment_{'cadre' if view.dossier.kind == 'cadre' else 'team'}"),
        "frozen": view.frozen(),
        "seconded": view.standing.host_department is not None,
    }
    view.dossier_fired = view.pack.fired("dossier", facts)
    return view.dossier_fired


def key_assessment(view: View) -> Iterator[Want]:
    """R-FU-05, R-GR-02: one open suggestion per cadre or team."""
    if view.department is None or not view.in_service:
        return
    fired = dossier_rules(view)
    for rule in (rule for rule in ("R-FU-05", "R-GR-02") if rule in fired):
        yield Want("key_assessment", "key_assessment.suggested", view.department, [rule], grounds=[rule])


def links(view: View) -> Iterator[Want]:
    """Similar issues without a common ref or object: people say whether they are one."""
    if view.department is None:
        return
    ones = [one for case in view.cases.values() for one in view.live(case) if one.place and one.period]
    home = {one.id: case.id for case in view.cases.values() for one in case.statements}
    for index, one in enumerate(ones):
        for other in ones[index + 1 :]:
            pair = sorted((one.issue, other.issue))
            if home[one.id] != home[other.id] and similar(one, other) and pair not in view.dossier.unlinked:
                data = {"findings": sorted((one.id, other.id))}
                yield Want(
                    f"link:{pair[0]}:{pair[1]}", "link.review.requested", view.department, ["R-CO-03"], data=data
                )


def units(view: View, case: Case) -> Iterator[Want]:
    """R-GR-01: recorded for the team or unit; the body is asked who is responsible. No individual event, ever."""
    for one in _recorded(view, case):
        if view.department:
            yield Want(
                f"team:{one.id}",
                "team.finding_recorded",
                view.department,
                ["R-GR-01"],
                "once",
                {"finding": one.ref},
                case.id,
            )
        if "R-GR-01" in finding_rules(view, one, counted=True):
            yield Want(
                f"attr:{one.id}",
                "attribution.requested",
                one.source,
                ["R-GR-01"],
                data={"finding": one.ref},
                case=case.id,
                grounds=[f"revision:{one.revision}"],
            )


def _recorded(view: View, case: Case) -> list[Statement]:
    return [one for one in view.live(case) if counts(one)]
