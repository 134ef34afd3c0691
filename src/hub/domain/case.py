"""decide: from an event and the facts to what is published. Rules say what should be current; the difference is said.

:func:`step` is the only door: it applies an event to a dossier (:mod:`hub.domain.take`), assesses every case, makes the wants, and
returns the events that bring what was said into agreement with them. The same dossier, event, pack, day and calendar always
give the same result, so replaying a ledger rebuilds a dossier byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from hub.domain import narrow, want_acts, want_clearing, want_followups, want_measures
from hub.domain.assess import Case, assess
from hub.domain.clocks import effective_due, fire, may_fire
from hub.domain.dates import IsWorkday
from hub.domain.facts import CLEARING, Dossier
from hub.domain.notices import acts_gone, notices
from hub.domain.pack import PackSet
from hub.domain.payload import payload
from hub.domain.saying import returned, say_want, task_difference, withdraw
from hub.domain.take import Event, take
from hub.domain.view import View
from hub.domain.wants import Output, Want

Name = Callable[[Output], str]
"""Gives an output its id (UUIDv5 of its cause and content; contract section 1)."""


def step(dossier: Dossier, event: Event, packs: PackSet, is_workday: IsWorkday, name: Name) -> list[tuple[str, Output]]:
    """Apply one event to a dossier (in place) and return what is to be published, with ids, in order.

    ``event["day"]`` is the hub's day. Never raises for any facts that passed intake. Idempotency: the caller's inbox.
    """
    issue = narrow.scope(dossier, event, packs.names_on(date.fromisoformat(event["day"])), packs.revision)
    if issue is None:
        dossier.index = None
        dossier.packs = packs.revision
        return whole_step(dossier, event, packs, is_workday, name)
    small = narrow.narrowed(dossier, issue)
    made = whole_step(small, event, packs, is_workday, name, of_all=False)
    narrow.widen(dossier, small, issue)
    return made


def whole_step(
    dossier: Dossier, event: Event, packs: PackSet, is_workday: IsWorkday, name: Name, *, of_all: bool = True
) -> list[tuple[str, Output]]:
    """:func:`step` over everything in ``dossier``; without ``of_all`` wants of the dossier as a whole are left alone."""
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
    _follow_merged_issues(view)
    task_difference(view, reason, say)
    wanted = {want.slot: want for want in (wants(view) if of_all else case_wants(view))}
    withdraw(view, wanted, reason, say)
    for want in wanted.values():
        say_want(view, want, say)
    notices(view, reason, say)
    acts_gone(view, reason, say)
    returned(view, event, say)
    if event["kind"] == "tick":
        for output in fire(view):
            say(output)
    return made


def wants(view: View) -> Iterator[Want]:
    """Everything that should be current, personnel tasks apart."""
    if view.dossier.merged_into is not None:
        return
    yield from case_wants(view)
    for whole in (want_followups.key_assessment, want_followups.links):
        yield from whole(view)
    if view.dossier.kind == "cadre":
        for whole in (
            want_measures.holds,
            want_measures.corrections,
            want_acts.acts,
            want_measures.overturned,
            want_acts.impacts,
            want_clearing.mistaken,
            want_clearing.closing,
            _closed_personnel,
        ):
            yield from whole(view)
        for task in view.dossier.tasks:
            yield from want_measures.after_decision(view, task)


def case_wants(view: View) -> Iterator[Want]:
    """What should be current about each case by itself."""
    for case in view.cases.values():
        if view.dossier.kind != "cadre":
            yield from want_followups.units(view, case)
            continue
        for maker in CASE_MAKERS:
            yield from maker(view, case)


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
    want_measures.referral_hold,
    want_clearing.clarifications,
)


def _closed_personnel(view: View) -> Iterator[Want]:
    """R-ST-02: after a death the personnel matter closes and talks are cancelled; family contact is for people."""
    to = view.standing.department
    if to and (view.cases or view.dossier.said) and "R-ST-02" in want_followups.dossier_rules(view):
        yield Want("personnel_closed", "personnel.closed", to, ["R-ST-02"], "once", {"state": "deceased"})


def _follow_merged_issues(view: View) -> None:
    """Of two issues found to be one the older case's id stays; tasks that rest on the younger go on under it."""
    home = {one.issue: case.id for case in view.cases.values() for one in case.statements}
    for task in view.dossier.tasks:
        renamed = {key: home.get(key, key) for key in task.cases if key not in view.cases}
        if any(key != name for key, name in renamed.items()):
            task.cases = list(dict.fromkeys(renamed.get(key, key) for key in task.cases))
            task.basis = {renamed.get(key, key): entries for key, entries in task.basis.items()}
            entries = [entry.split("|") for entry in task.basis.get("", [])]
            task.basis[""] = sorted("|".join((renamed.get(name, name), *rest)) for name, *rest in entries)


def why(view: View, event: Event) -> str:
    """The reason code of what is taken back in this step (contract section 6)."""
    if view.dossier.merged_into is not None:
        return "mistaken_identity"
    if event["kind"] == "statement.removed":
        return "mistaken_identity" if event.get("mistaken") else "revised"
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


def next_wake(dossier: Dossier, is_workday: IsWorkday) -> list[tuple[str, str]]:
    """(clock, day) on which this dossier has to be looked at again: the day after a last day, pauses included, or when its standing
    changes. A day that was looked at must not come back, or time would never get past it: hence just the days on which clocks fire."""
    found: list[tuple[str, str]] = []
    tasks = {f"task:{task.n}": task for task in dossier.tasks}
    for said in dossier.said.values():
        for clock in said.clocks:
            due = effective_due(clock, tasks.get(said.slot), is_workday)
            if due is not None and may_fire(said, clock, due):
                found.append((clock.key, _after(due.isoformat())))
    running = [impact for impact in dossier.impacts.values() if impact.state == "running"]
    if running:
        found.append(("impact", _after(max(max(impact.ends.values()) for impact in running))))
    if dossier.standing.changes_on:
        found.append(("standing", dossier.standing.changes_on))
    return sorted(set(found))


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
