"""notice.correction: whoever was told something that is no longer true hears of it, once (R-CL-08, R-ID-05, R-IM-05, R-AP-02)."""

from __future__ import annotations

from hub.domain.assess import in_force
from hub.domain.facts import Said
from hub.domain.saying import Say
from hub.domain.view import View, ground_lost
from hub.domain.wants import Output


def notices(view: View, reason: str, say: Say) -> None:
    """notice.correction, one to each earlier recipient, when the ground of a measure or of a clarification is gone (R-CL-08, R-ID-05)."""
    heard = _wrong_person(view, reason, say) if reason == "mistaken_identity" else set()
    for family in sorted({name for said in view.dossier.said.values() for name in _families(said)}):
        kind, _, case_id = family.partition(":")
        members = [
            said for said in view.dossier.said.values() if family in _families(said) and not said.keep.get("corrected")
        ]
        if (
            not members
            or (kind == "measure" and not _measure_gone(view, case_id, members))
            or (kind == "clear" and not _clearing_gone(members))
        ):
            continue
        recipients: dict[str, list[str]] = {}
        for said in members:
            for to in (said.to, *said.keep.get("former", ())):
                recipients.setdefault(to, []).append(said.id)
            said.keep = said.keep | {"corrected": True}
            if said.state == "open" and said.type == "tolerance.review.requested":
                said.state = "withdrawn"
        if kind == "clear" and view.department:
            recipients.setdefault(view.department, [said.id for said in members])
        for to, ids in sorted(recipients.items()):
            if (case_id, to) not in heard:
                say(Output("notice.correction", to, {"of": ids, "what_changed": reason}, [], case_id))


def _wrong_person(view: View, reason: str, say: Say) -> set[tuple[str, str]]:
    """R-ID-05: everyone who was told anything of the wrongly matched cadre on that issue hears of it once; (issue, who) of those now."""
    heard: set[tuple[str, str]] = set()
    if not view.dossier.revoked:
        return heard
    issue, _, _ = view.dossier.revoked[-1].partition("|")
    own = (f"clar-mistaken:{issue}", f"talk:mistaken:{issue}")
    recipients: dict[str, list[str]] = {}
    for slot, said in view.dossier.said.items():
        if said.case != issue or not said.type or slot in own:
            continue
        for to in (said.to, *said.keep.get("former", ())):
            recipients.setdefault(to, []).append(said.id)
    for to, ids in sorted(recipients.items()):
        if f"{issue}|{to}" not in view.dossier.misled:
            view.dossier.misled.append(f"{issue}|{to}")
            heard.add((issue, to))
            say(Output("notice.correction", to, {"of": ids, "what_changed": reason}, ["R-ID-05"], issue))
    return heard


def _families(said: Said) -> list[str]:
    return list(said.keep.get("families", ())) or ([said.family] if said.family else [])


def _measure_gone(view: View, case_id: str, members: list[Said]) -> bool:
    case = view.cases.get(case_id)
    upheld = any(act.outcome == "upheld" and _hits(view, act.about, case_id) for act in view.acts("appeal_decided"))
    if case is not None and "R-FU-10" in case.fired and not upheld:
        return False
    return upheld or (view.in_service and ground_lost(case) and any(said.type for said in members))


def _hits(view: View, about: list[str], case_id: str) -> bool:
    return any(
        set(about) & ({entry.partition("@")[0] for entry in task.basis.get(case_id, ())} | {task.id})
        for task in view.tasks_on(case_id)
        if task.decision is not None
    )


def _clearing_gone(members: list[Said]) -> bool:
    """A clarification was done and what it rested on is no longer so."""
    return any(said.type == "clarification.proposed" and said.keep.get("lost") for said in members)


def acts_gone(view: View, reason: str, say: Say) -> None:
    """An act was revoked, or overturned on appeal: everyone who was told of it or of its impact hears so."""
    everything = view.dossier.acts.values()
    for act in everything:
        if in_force(act, everything):
            continue
        members = [
            said
            for slot, said in view.dossier.said.items()
            if slot in (f"exec:{act.id}", f"filing:{act.id}", f"impact:{act.id}") and not said.keep.get("corrected")
        ]
        recipients: dict[str, list[str]] = {}
        for said in members:
            recipients.setdefault(said.to, []).append(said.id)
            said.keep = said.keep | {"corrected": True}
        for to, ids in sorted(recipients.items()):
            say(Output("notice.correction", to, {"of": ids, "what_changed": reason}, [], members[0].case))
