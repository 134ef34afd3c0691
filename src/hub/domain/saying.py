"""The difference between what should be current and what was said: said anew, taken back, or answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hub.domain.clocks import start_clocks
from hub.domain.facts import Clock, Said, Task
from hub.domain.take import Event, close
from hub.domain.tasks import difference, said_of
from hub.domain.view import View, ground_lost
from hub.domain.wants import Output, Spec, Want

Say = Callable[[Output], str]
"""Publishes an output and returns its id."""

SILENT_END = (
    "attribution.requested",
    "attribution.review.requested",
    "clarification.deferred",
    "task.review.requested",
    "link.review.requested",
    "",
)
"""Items whose end needs no event: the answer is the end."""


def task_difference(view: View, reason: str, say: Say) -> None:
    """Say what changes about the one personnel task, and start its clocks."""
    before = {task.id for task in view.dossier.tasks}
    for output, task in list_difference(view, reason):
        if output.type == "task.proposed" and task.id not in before and not output.data.get("copy"):
            clocks = start_clocks(view, _specs(task))
            output.data.pop("task", None)
            output.data["due"] = {"key": clocks[0].key, "date": clocks[0].due}
            task.id = say(output)
            said = said_of(task)
            said.family = f"measure:{task.cases[0]}"
            said.keep = {"families": [f"measure:{case}" for case in task.cases]}
            said.clocks = clocks
            view.dossier.said[said.slot] = said
            continue
        output.data["task"] = task.id
        say(output)
        said_now = view.dossier.said.get(f"task:{task.n}")
        if said_now is not None and task.state in ("recalled", "superseded"):
            said_now.state = "withdrawn"
        elif said_now is not None:
            said_now.keep = said_now.keep | {"families": [f"measure:{case}" for case in task.cases]}


def _specs(task: Task) -> list[Spec]:
    specs: list[Spec] = [
        ("ack_by_org_dept", task.to, ["R-RT-04"], None),
        ("decision_report", task.to, ["R-GV-03"], None),
    ]
    return specs + ([("dual_mgmt_reply", task.to, ["R-RT-03"], None)] if task.copy_to else [])


def list_difference(view: View, reason: str) -> Iterator[tuple[Output, Task]]:
    """The task's difference; a unit has no personnel task."""
    if view.dossier.kind == "cadre":
        yield from difference(view, reason)


def say_want(view: View, want: Want, say: Say) -> None:
    """Say a want unless it stands already, was answered on the same grounds, or is suspended."""
    said = view.dossier.said.get(want.slot)
    if want.mode == "state":
        if said is not None and said.digest == want.digest and said.to == want.to and said.state == "told":
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
    if said is not None and said.state == "open":
        said.case = want.case  # of two issues found to be one the older id stays
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
    moved = said.clocks if said is not None and said.state == "open" and said.to != want.to else []
    record = _record(view, want, say, "open", moved)
    record.keep = {"settled": sorted(settled)} if settled else {}
    view.dossier.said[want.slot] = record


def _worth_telling(view: View, want: Want) -> bool:
    """A case without any statement in force was never one."""
    case = view.cases.get(want.case or "")
    return case is not None and any(True for _ in view.live(case))


def _record(view: View, want: Want, say: Callable[[Output], str], state: Any, moved: Sequence[Clock] = ()) -> Said:
    """Say it. ``moved``: the clocks of the same item at another recipient, which run on here."""
    key = ""
    due = start_clocks(view, want.clocks)
    for clock, old in zip(due, moved, strict=False):
        clock.start, clock.due, clock.fired, clock.stopped = old.start, old.due, old.fired, old.stopped
    if want.type:
        data = dict(want.data)
        if due:
            data["due"] = {"key": due[0].key, "date": due[0].due}
        key = say(Output(want.type, want.to, data, want.rules, want.case))
    return Said(
        slot=want.slot, id=key, type=want.type, to=want.to, family=want.family, case=want.case, on=view.today.isoformat(),
        rules=list(want.rules), grounds=list(want.grounds), digest=want.digest, state=state, clocks=due,
    )  # fmt: skip


def withdraw(view: View, wanted: dict[str, Want], reason: str, say: Say) -> None:
    """Take back what stands and is no longer wanted."""
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
        elif said.to != want.to and said.type:
            say(Output("followup.withdrawn", said.to, {"of": said.id, "reason": "rerouted"}, said.rules, None))
        elif said.type == "clarification.proposed" and said.digest != want.digest:
            said.state = "withdrawn"
            say(Output("clarification.retracted", said.to, {"of": said.id}, ["R-CL-13"], said.case))


def _untold(view: View, said: Said, say: Say) -> None:
    """Something that was announced is over: a case that became part of an older one is closed as superseded; one whose last
    finding went elsewhere falls to K0; others may be told again."""
    older = next(
        (case.id for case in view.cases.values() if any(one.issue == said.case for one in case.statements)), None
    )
    if (
        said.type == "corroboration.updated"
        and said.digest != "superseded"
        and said.case not in view.cases
        and older is not None
    ):
        said.digest = "superseded"
        say(
            Output(
                "case.closed",
                said.to,
                {"how": "superseded", "by": f"{view.dossier.about}/{older}"},
                ["R-CO-01"],
                said.case,
            )
        )
    elif (
        said.type == "corroboration.updated"
        and said.digest not in ("K0", "superseded")
        and said.to == view.department
        and said.case not in view.cases
    ):
        said.digest = "K0"
        say(Output("corroboration.updated", said.to, {"level": "K0"}, said.rules, said.case))
    elif said.type in ("case.closed", "personnel.not_applicable", "tolerance.not_applicable") or (
        said.type == "corroboration.updated" and said.case in view.cases
    ):
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


def _end(view: View, said: Said, reason: str, say: Say) -> None:
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
    elif said.type != "correction.opened":
        say(Output("followup.withdrawn", said.to, {"of": said.id, "reason": reason}, said.rules, said.case))


def returned(view: View, event: Event, say: Say) -> None:
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
