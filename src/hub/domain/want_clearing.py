"""Wants for those who were wrongly reported (意见12, 16; R-CL). Unproven is not untrue; untrue is not a false accusation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.domain.assess import Case
from hub.domain.facts import CLEARING, Statement
from hub.domain.groups import RANK
from hub.domain.view import View
from hub.domain.wants import Spec, Want

GROUNDS = (("R-CL-01", "false_accusation"), ("R-CL-02", "seriously_untrue"), ("R-CL-03", "mistaken_report"))


def clarifier(view: View, case: Case) -> Statement | None:
    """谁核实谁澄清: the body whose untrue statement is in force; of several that of the managing level, then the earliest."""
    clearing = [one for one in view.live(case) if case.status[one.id] in CLEARING]
    level = view.standing.committee_level
    return min(clearing, key=lambda one: (one.level != level, one.time, RANK.get(one.level, 9), one.id), default=None)


def harms(view: View, case: Case) -> list[str]:
    """Harm as stated by body, department or cadre, and H3, the one that the hub notes itself."""
    stated = {harm for one in view.live(case) for harm in one.harm if case.status[one.id] in CLEARING}
    for kind in ("harm.stated", "clarification.applied", "clarification.assessed"):
        stated |= {harm for note in view.notes(kind, case) for harm in note.data.get("harm", ())}
    if repeated(view, case):
        stated.add("H3")
    return sorted(stated)


def repeated(view: View, case: Case) -> bool:
    """A cleared matter is reported again, by a lead without evidence, after the conclusion."""
    verdicts = [one.time for one in view.live(case) if case.status[one.id] in CLEARING]
    if case.closed != "cleared" or not verdicts:
        return False
    return any(one.status == "lead" and not one.evidence and one.time > min(verdicts) for one in view.live(case))


def told(view: View, case: Case, organ: str) -> list[str]:
    """Recipients who were told something of this case earlier, other than who clarifies."""
    ids = {case.id, *(one.issue for one in case.statements)}
    return sorted(
        {said.to for said in view.dossier.said.values() if said.case in ids and said.type and said.to != organ}
    )


def ground(case: Case, view: View) -> tuple[str, str] | None:
    """(rule, ground) of a clarification to propose, the strongest first."""
    for rule, name in GROUNDS:
        if rule in case.fired:
            return rule, name
    if case.closed == "cleared" and any(
        note.data.get("propose") for note in view.notes("clarification.assessed", case)
    ):
        return "R-CL-04", "untrue_with_harm"
    return None


def clarifications(view: View, case: Case) -> Iterator[Want]:
    """Proposed, deferred where the body states a blocker, or assessed first where harm is stated."""
    body = clarifier(view, case)
    if body is None:
        return
    family = f"clear:{case.id}"
    found = ground(case, view)
    blockers = sorted({code for one in view.live(case) for code in one.blockers if case.status[one.id] in CLEARING})
    if found and blockers:
        data = {"blocker": blockers[0]}
        yield Want(
            f"clar-deferred:{case.id}", "clarification.deferred", body.source, ["R-CL-06"], data=data, case=case.id
        )
    elif found:
        rule, name = found
        proposal: dict[str, Any] = {
            "ground": name,
            "scope": case.id,
            "organ": body.source,
            "forms": ["written"],
            "told_earlier": told(view, case, body.source),
        }
        if view.standing.state == "deceased" and view.standing.unit:
            proposal["unit"] = view.standing.unit
        clock: list[Spec] = [("first_followup", body.source, ["R-FU-09"], None)]
        yield Want(
            f"clar:{case.id}",
            "clarification.proposed",
            body.source,
            [rule],
            data=proposal,
            case=case.id,
            grounds=[name],
            clocks=clock,
            family=family,
            digest=name,
        )
        if rule == "R-CL-01" and view.standing.discipline:
            kind = "accuser_handling"
            yield Want(
                f"referral:{kind}:{case.id}",
                "referral.made",
                view.standing.discipline,
                [rule],
                data={"kind": kind},
                case=case.id,
                grounds=[rule],
                family=family,
            )
    elif case.closed == "cleared":
        yield from _assessment(view, case, body)


def _assessment(view: View, case: Case, body: Statement) -> Iterator[Want]:
    found = harms(view, case)
    applied = view.notes("clarification.applied", case)
    facts = {"cleared": case.closed == "cleared", "harm_stated": bool(found), "applied": bool(applied)}
    fired = view.pack.fired("clarification", facts)
    rules: list[str] = [rule for rule in ("R-CL-04", "R-CL-10") if rule in fired]
    if not rules:
        return
    grounds = [f"harm:{code}" for code in found] + [f"applied:{note.id}" for note in applied]
    yield Want(
        f"clar-assess:{case.id}",
        "clarification.assessment.requested",
        body.source,
        rules,
        data={"harm": found},
        case=case.id,
        grounds=grounds,
    )


def mistaken(view: View) -> Iterator[Want]:
    """R-ID-05: a wrong person had been named; the department that manages that person is asked to put it right."""
    for finding in view.dossier.revoked:
        issue, _, _ = finding.partition("|")
        if view.standing.department and any(said.case == issue and said.type for said in view.dossier.said.values()):
            to = view.standing.department
            data = {
                "ground": "mistaken_identity",
                "scope": issue,
                "organ": to,
                "forms": ["written"],
                "told_earlier": told_of(view, issue),
            }
            yield Want(
                f"clar-mistaken:{issue}",
                "clarification.proposed",
                to,
                ["R-ID-05"],
                data=data,
                case=issue,
                grounds=["mistaken_identity"],
            )
            yield Want(
                f"talk:mistaken:{issue}",
                "talk.suggested",
                to,
                ["R-TK-01"],
                case=issue,
                grounds=["mistaken_identity"],
                clocks=[("talk_after_decision", to, ["R-TK-01"], None)],
            )


def told_of(view: View, issue: str) -> list[str]:
    """Everyone who was told something about this cadre on that issue."""
    return sorted({said.to for said in view.dossier.said.values() if said.case == issue and said.type})


FORMS = ("written", "face_to_face", "meeting", "bulletin")


def closing(view: View) -> Iterator[Want]:
    """R-CL-07: closed when the written form is done and the cadre was asked; approved and not done runs on a clock."""
    for slot, said in list(view.dossier.said.items()):
        if said.type != "clarification.proposed" or said.state == "withdrawn":
            continue
        approved = [note for note in view.notes("clarification.approved") if note.data.get("slot") == slot]
        done = [note for note in view.notes("clarification.done") if note.data.get("slot") == slot]
        if approved and not approved[-1].data["consent"]:
            done = [
                note for note in done if set(note.data["forms"]) == {"written"}
            ]  # the cadre declined every other form
        forms = {form for note in done for form in note.data["forms"]}
        if approved and "written" in forms:
            data = {
                "of": said.id,
                "forms": [form for form in FORMS if form in forms],
                "consent": approved[-1].data["consent"],
            }
            yield Want(
                f"clar-closed:{slot}",
                "clarification.closed",
                said.to,
                ["R-CL-07"],
                "once",
                data,
                said.case,
                grounds=[slot],
            )
        elif approved:
            clock: list[Spec] = [("clarification_after_approval", said.to, ["R-CL-07"], approved[0].time[:10])]
            yield Want(f"clar-clock:{slot}", "", said.to, ["R-CL-07"], case=said.case, clocks=clock)
