"""decide: from an event and the facts to what is published. Rules say what should be current; the difference is said.

:func:`step` is the only door: it applies an event to a dossier (:mod:`hub.domain.take`), assesses every case, makes the wants, and
returns the events that bring what was said into agreement with them. The same dossier, event, pack, day and calendar always
give the same result, so replaying a ledger rebuilds a dossier byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from hub.domain import want_clearing, want_followups, want_measures
from hub.domain.assess import Case, assess
from hub.domain.clocks import fire, start_clocks
from hub.domain.dates import IsWorkday
from hub.domain.explain import ALTERNATIVES, explanation, facts, gates
from hub.domain.facts import CLEARING, Dossier, Said, Task
from hub.domain.pack import PackSet
from hub.domain.take import Event, close, take
from hub.domain.tasks import difference, said_of
from hub.domain.view import View, ground_lost
from hub.domain.wants import Output, Want

Name = Callable[[Output], str]
"""Gives an output its id (UUIDv5 of its cause and content; contract section 1)."""

SILENT_END = (
    "attribution.requested",
    "attribution.review.requested",
    "clarification.deferred",
    "task.review.requested",
    "link.review.requested",
    "",
)
"""Items whose end needs no event: the answer is the end."""


def step(dossier: Dossier, event: Event, packs: PackSet, is_workday: IsWorkday, name: Name) -> list[tuple[str, Output]]:
    """Apply one event to a dossier (in place) and return what is to be published, with ids, in order.

    ``event["day"]`` is the hub's day. Never raises for any facts that passed intake. Idempotency: the caller's inbox.
    """
    today = date.fromisoformat(event["day"])
    pack = packs.on(today)
    task = dossier.open_task()
    take(dossier, event, pack)
    own = packs.named(task.pack) if task is not None and tuple(task.pack) != pack.names else pack
    cases = assess(dossier, own, today)
    view = View(dossier, cases, own if task else pack, today, is_workday)
    for case in cases.values():
        case.spent = want_measures.spent(view, case)
    made: list[tuple[str, Output]] = []

    def say(output: Output) -> str:
        finished = Output(output.type, output.to, payload(view, output), output.rules, output.case, output.cause)
        key = name(finished)
        if output.type == "task.proposed" and not output.data.get("copy"):
            finished.data["task"] = key
        made.append((key, finished))
        return key

    reason = why(view, event)
    _tasks(view, reason, say)
    wanted = {want.slot: want for want in wants(view)}
    _withdraw(view, wanted, reason, say)
    for want in wanted.values():
        _say(view, want, say)
    _notices(view, reason, say)
    _returned(view, event, say)
    if event["kind"] == "tick":
        for output in fire(view):
            say(output)
    return made


def wants(view: View) -> Iterator[Want]:
    """Everything that should be current, personnel tasks apart."""
    if view.dossier.merged_into is not None:
        return
    for case in view.cases.values():
        if view.dossier.kind != "cadre":
            yield from want_followups.units(view, case)
            continue
        for maker in CASE_MAKERS:
            yield from maker(view, case)
    for whole in (want_followups.key_assessment, want_followups.links):
        yield from whole(view)
    if view.dossier.kind == "cadre":
        for whole in (
            want_measures.holds,
            want_measures.corrections,
            want_measures.acts,
            want_measures.impacts,
            want_clearing.mistaken,
            want_clearing.closing,
            _closed_personnel,
        ):
            yield from whole(view)
        for task in view.dossier.tasks:
            yield from want_measures.after_decision(view, task)


CASE_MAKERS: tuple[Callable[[View, Case], Iterator[Want]], ...] = (
    want_followups.levels,
    want_followups.conflicts,
    want_followups.followups,
    want_followups.states,
    want_followups.referrals,
    want_followups.attribution,
    want_followups.silent,
    want_measures.reviews,
    want_measures.red_line,
    want_clearing.clarifications,
)


def _closed_personnel(view: View) -> Iterator[Want]:
    """R-ST-02: after a death the personnel matter closes and talks are cancelled; family contact is for people."""
    to = view.standing.department
    if view.standing.state == "deceased" and to and (view.cases or view.dossier.said):
        yield Want("personnel_closed", "personnel.closed", to, ["R-ST-02"], "once", {"state": "deceased"})


def why(view: View, event: Event) -> str:
    """The reason code of what is taken back in this step (contract section 6)."""
    if view.dossier.merged_into is not None:
        return "mistaken_identity"
    if event["kind"] == "statement.removed" and event.get("mistaken"):
        return "mistaken_identity"
    if not view.in_service or view.standing.outside:
        return "state"
    if event["kind"] == "tolerance.put" and event["tolerance"]["outcome"] in ("tolerated", "mitigated"):
        return "tolerated"
    if any(case.closed == "cleared" for case in view.cases.values()) and event["kind"] in ("statement.put", "act.put"):
        named = event.get("statement", {}).get("id")
        if named is None or any(
            one.id == named and case.status[one.id] in CLEARING
            for case in view.cases.values()
            for one in case.statements
        ):
            return "cleared"
    if event["kind"] == "statement.put":
        return (
            "retracted"
            if event["statement"]["status"] == "withdrawn"
            else "revised"
            if event["statement"]["revision"] > 1
            else "level_fell"
        )
    return "pack" if event["kind"] == "tick" else "level_fell"


def _tasks(view: View, reason: str, say: Callable[[Output], str]) -> None:
    before = {task.id for task in view.dossier.tasks}
    for output, task in list_difference(view, reason):
        if output.type == "task.proposed" and task.id not in before and not output.data.get("copy"):
            output.data.pop("task", None)
            task.id = say(output)
            said = said_of(task)
            department = task.to
            specs = [
                ("ack_by_org_dept", department, ["R-RT-04"], None),
                ("decision_report", department, ["R-GV-03"], None),
            ]
            if task.copy_to:
                specs.append(("dual_mgmt_reply", department, ["R-RT-03"], None))
            said.family = f"measure:{task.cases[0]}"
            said.keep = {"families": [f"measure:{case}" for case in task.cases]}
            said.clocks = start_clocks(view, specs)
            view.dossier.said[said.slot] = said
            continue
        output.data["task"] = task.id
        say(output)
        said_now = view.dossier.said.get(f"task:{task.n}")
        if said_now is not None and task.state in ("recalled", "superseded"):
            said_now.state = "withdrawn"
        elif said_now is not None:
            said_now.keep = {"families": [f"measure:{case}" for case in task.cases]}


def list_difference(view: View, reason: str) -> Iterator[tuple[Output, Task]]:
    """The task's difference; a unit has no personnel task."""
    if view.dossier.kind == "cadre":
        yield from difference(view, reason)


def _say(view: View, want: Want, say: Callable[[Output], str]) -> None:
    said = view.dossier.said.get(want.slot)
    if want.mode == "state":
        if said is not None and said.digest == want.digest and said.state == "told":
            return
        if (
            said is None
            and want.type == "corroboration.updated"
            and want.digest == "K0"
            and not _worth_telling(view, want)
        ):
            return
        view.dossier.said[want.slot] = _record(view, want, say, "told")
        return
    if want.mode == "once":
        if said is None:
            view.dossier.said[want.slot] = _record(view, want, say, "told")
            if want.type == "clarification.closed":
                close(view.dossier.said[want.grounds[0]], view.today.isoformat())
        return
    if want.suspended or (
        said is not None and said.state == "open" and said.to == want.to and said.digest == want.digest
    ):
        return
    if said is not None and said.state == "open" and said.to == want.to and want.type.startswith("execution"):
        said.digest = want.digest
        return
    settled = set(said.keep.get("settled", ())) if said is not None else set()
    if said is not None and said.state == "done":
        settled |= set(said.grounds) or {want.type}
    grounds = want.grounds or [want.type]
    fresh = [ground for ground in grounds if ground not in settled]
    if not fresh:
        return
    moved = said is not None and said.state == "open" and said.to != want.to
    record = _record(view, want, say, "open")
    if moved and said is not None:
        for clock, old in zip(record.clocks, said.clocks, strict=False):
            clock.start, clock.due, clock.fired, clock.stopped = old.start, old.due, old.fired, old.stopped
    record.keep = {"settled": sorted(settled)} if settled else {}
    view.dossier.said[want.slot] = record


def _worth_telling(view: View, want: Want) -> bool:
    """A case without any statement in force was never one."""
    case = view.cases.get(want.case or "")
    return case is not None and any(True for _ in view.live(case))


def _record(view: View, want: Want, say: Callable[[Output], str], state: Any) -> Said:
    key = ""
    if want.type:
        due = start_clocks(view, want.clocks)
        data = dict(want.data)
        if due:
            data["due"] = {"key": due[0].key, "date": due[0].due}
        key = say(Output(want.type, want.to, data, want.rules, want.case))
    return Said(
        slot=want.slot, id=key, type=want.type, to=want.to, family=want.family, case=want.case, on=view.today.isoformat(),
        rules=list(want.rules), grounds=list(want.grounds), digest=want.digest, state=state, clocks=start_clocks(view, want.clocks),
    )  # fmt: skip


def _withdraw(view: View, wanted: dict[str, Want], reason: str, say: Callable[[Output], str]) -> None:
    for slot, said in list(view.dossier.said.items()):
        want = wanted.get(slot)
        if slot.startswith("task:"):
            continue
        if said.state == "told":
            if want is None:
                _untold(view, said, say)
            continue
        if said.state == "done" and want is None and said.type == "clarification.proposed":
            said.keep = said.keep | {"lost": True}
        if said.state != "open":
            continue
        if want is None:
            _end(view, said, reason, say)
        elif said.to != want.to:
            say(Output("followup.withdrawn", said.to, {"of": said.id, "reason": "rerouted"}, said.rules, None))
        elif said.type == "clarification.proposed" and said.digest != want.digest:
            said.state = "withdrawn"
            say(Output("clarification.retracted", said.to, {"of": said.id}, ["R-CL-13"], said.case))


def _untold(view: View, said: Said, say: Callable[[Output], str]) -> None:
    """Something that was announced is over: a case whose last finding went elsewhere falls to K0; others may be told again."""
    if (
        said.type == "corroboration.updated"
        and said.digest != "K0"
        and said.to == view.department
        and said.case not in view.cases
    ):
        said.digest = "K0"
        say(Output("corroboration.updated", said.to, {"level": "K0"}, said.rules, said.case))
    elif said.type in ("case.closed", "personnel.not_applicable", "tolerance.not_applicable"):
        said.state = "withdrawn"


def _answered(view: View, said: Said) -> bool:
    """Whether a tolerance review ended by its decision, not because its ground went away."""
    case = view.cases.get(said.case or "")
    if case is None:
        return False
    if (
        any(ground.startswith("R-TO-06") for ground in said.grounds)
        and view.application(case) is None
        and not ground_lost(case)
    ):
        return True
    decided = case.refused | case.mitigated | case.tolerated
    return bool(decided) and (bool(case.eligible) or case.closed == "tolerated" or "R-FU-10" in case.fired)


def _end(view: View, said: Said, reason: str, say: Callable[[Output], str]) -> None:
    """The end of an open item that is no longer wanted; each kind has its own event, answered ones none."""
    day = view.today.isoformat()
    if said.type == "tolerance.review.requested":
        if _answered(view, said):
            close(said, day)
        elif not ground_lost(view.cases.get(said.case or "")):
            said.state = "withdrawn"
            say(Output("notice.correction", said.to, {"of": [said.id], "what_changed": reason}, said.rules, said.case))
        return
    said.state = "withdrawn"
    if said.type in SILENT_END or said.type == "clarification.assessment.requested":
        return
    if said.type == "personnel.held":
        if (
            said.slot == "held:under_case"
            or said.slot.startswith("held:referral")
            or view.dossier.open_task() is not None
        ):
            say(
                Output(
                    "personnel.released",
                    said.to,
                    {"of": said.id, "reason": said.slot.split(":")[1]},
                    said.rules,
                    said.case,
                )
            )
    elif said.type == "conflict.opened":
        say(Output("conflict.closed", said.to, {"of": said.id, "issue": said.case}, said.rules, said.case))
    elif said.type == "clarification.proposed":
        say(Output("clarification.retracted", said.to, {"of": said.id}, ["R-CL-13"], said.case))
    elif said.type == "talk.suggested" and view.standing.state == "deceased":
        say(Output("talks.cancelled", said.to, {"of": [said.id]}, ["R-ST-02"], said.case))
    elif said.type not in ("filing.due", "execution.followup", "correction.opened"):
        say(Output("followup.withdrawn", said.to, {"of": said.id, "reason": reason}, said.rules, said.case))


def _notices(view: View, reason: str, say: Callable[[Output], str]) -> None:
    """notice.correction, one to each earlier recipient, when the ground of a measure or of a clarification is gone (R-CL-08, R-ID-05)."""
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
            recipients.setdefault(said.to, []).append(said.id)
            said.keep = said.keep | {"corrected": True}
            if said.state == "open" and said.type == "tolerance.review.requested":
                said.state = "withdrawn"
        if kind == "clear" and view.department:
            recipients.setdefault(view.department, [])
        for to, ids in sorted(recipients.items()):
            say(Output("notice.correction", to, {"of": ids, "what_changed": reason}, [], case_id))


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


def _returned(view: View, event: Event, say: Callable[[Output], str]) -> None:
    """return_for_evidence: each body whose finding bears the task is asked; its next revision answers."""
    if event["kind"] != "task.decided" or event["decision"]["decision"] != "return_for_evidence":
        return
    task = next(task for task in view.dossier.tasks if task.id == event["task"])
    for case_id in task.cases:
        for one in view.counted(view.cases[case_id]) if case_id in view.cases else ():
            want = Want(
                f"evidence:{one.id}",
                "verify.requested",
                one.source,
                ["R-GV-03"],
                data={"finding": one.ref, "of": "evidence"},
                case=case_id,
            )
            view.dossier.said[want.slot] = _record(view, want, say, "open")


def payload(view: View, output: Output) -> dict[str, Any]:
    """The fields that every event of contract section 4 carries, and the full ones for the managing department."""
    about = view.dossier.about
    data: dict[str, Any] = {}
    if output.case is not None:
        data["case"] = f"{about}/{output.case}"
    data[view.dossier.kind] = about
    pack = next(
        (
            task.pack
            for task in view.dossier.tasks
            if task.id == output.data.get("task") and output.type.startswith("task.")
        ),
        None,
    )
    data |= {"to": output.to, "rules": output.rules, "pack": list(pack or view.pack.names)}
    case = view.cases.get(output.case or "")
    full = (
        output.to in (view.department, view.standing.co_department)
        and output.type not in BARE
        and not (output.type == "task.recalled" and output.data.get("reason") == "rerouted")
    )
    if case is not None and (full or output.type == "tolerance.review.requested"):
        data["level"] = case.level
    if full and output.type in FULL:
        data |= {"facts": facts(view, case), "alternatives": list(ALTERNATIVES)}
        if case is not None:
            data["gates"] = gates(view, case)
        data["explanation"] = explanation(view, case, output.rules, output.type)
    return data | output.data


FULL = frozenset(
    {
        "task.proposed",
        "task.amended",
        "task.rerouted",
        "verify.requested",
        "reminder.suggested",
        "talk.suggested",
        "key_assessment.suggested",
        "conflict.opened",
        "task.review.requested",
        "restoration.proposed",
        "case.closed",
    }
)
BARE = frozenset({"notice.correction", "followup.withdrawn"})


def next_wake(dossier: Dossier) -> list[tuple[str, str]]:
    """(clock, day) on which this dossier has to be looked at again: the day after a last day, or when its standing changes."""
    found: list[tuple[str, str]] = []
    paused = {f"task:{task.n}" for task in dossier.tasks if task.pauses and task.pauses[-1].until is None}
    for said in dossier.said.values():
        for clock in said.clocks:
            if (not clock.fired and clock.stopped is None and said.state == "open" and said.slot not in paused) or (
                not clock.fired and clock.stopped is not None and clock.stopped > clock.due and said.state == "done"
            ):
                found.append((clock.key, _after(clock.due)))
    running = [impact for impact in dossier.impacts.values() if impact.state == "running"]
    if running:
        found.append(("impact", _after(max(max(impact.ends.values()) for impact in running))))
    if dossier.standing.changes_on:
        found.append(("standing", dossier.standing.changes_on))
    return sorted(set(found))


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
