"""Each property fails when its safeguard is removed: a small patch, a short history, and the property must object."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hub.domain import assess, case, groups, want_clearing, want_measures
from hub.domain import explain as explaining
from hub.domain import payload as payloads
from hub.domain.facts import COUNTED, Impact
from hub.domain.files import SubjectFile
from hub.domain.groups import Dependence, Group
from hub.domain.pack import Pack, PackSet
from hub.domain.view import View
from hub.domain.wants import Output, Want
from hub.service import gate, removal, replies, retention, session
from hub.testing import memory_unit
from tests.properties import stories
from tests.properties.histories import Row
from tests.properties.negative import PROPERTIES
from tests.properties.play import play

Patch = Callable[[pytest.MonkeyPatch], None]
MUTATIONS: list[tuple[str, str, list[Row], Patch]] = []


def removes(rule: str, rows: list[Row]) -> Callable[[Patch], Patch]:
    """Register a patch that takes the safeguard of a rule away, and a history in which that shows."""

    def add(patch: Patch) -> Patch:
        MUTATIONS.append((rule, patch.__name__, rows, patch))
        return patch

    return add


def _everywhere(patch: pytest.MonkeyPatch, name: str, value: Any, *modules: Any) -> None:
    for module in modules:
        patch.setattr(module, name, value)


@removes("N-01", stories.LEADS)
def leads_count(patch: pytest.MonkeyPatch) -> None:
    def every(one: Any) -> bool:
        return True

    def group(found: Any, counting: Any) -> Group:
        ids = tuple(sorted(one.id for one in found))
        return Group(ids, ids, "substantiated", 2)

    patch.setattr(groups, "_group", group)
    for module in (assess, groups):
        patch.setattr(module, "counts", every)


def _invented(patch: pytest.MonkeyPatch) -> None:
    once = assess._statuses

    def statuses(made: Any) -> None:
        once(made)
        for ident, status in made.status.items():
            made.status[ident] = "false_accusation" if status in ("untrue", "inconclusive") else status

    patch.setattr(assess, "_statuses", statuses)


@removes("N-02", stories.UNPROVEN)
def inconclusive_is_false(patch: pytest.MonkeyPatch) -> None:
    _invented(patch)


@removes("N-03", stories.UNTRUE)
def untrue_is_false(patch: pytest.MonkeyPatch) -> None:
    _invented(patch)


@removes("N-04", stories.UNPROVEN)
def unproven_is_cleared(patch: pytest.MonkeyPatch) -> None:
    once = assess._statuses

    def statuses(made: Any) -> None:
        once(made)
        made.status = dict.fromkeys(made.status, "seriously_untrue")

    patch.setattr(assess, "_statuses", statuses)


@removes("N-05", [*stories.TASK, {"at": "d120", "tick": True}])
def silence_is_consent(patch: pytest.MonkeyPatch) -> None:
    once = vars(case)["fire"]

    def fire(view: View) -> Iterator[Output]:
        yield from once(view)
        for task in view.dossier.tasks:
            task.decision, task.state = {"decision": "accept", "measure": task.measure}, "decided"

    patch.setattr(case, "fire", fire)


@removes("N-06", stories.TASK)
def dismissal_is_a_measure(patch: pytest.MonkeyPatch) -> None:
    once = vars(case)["payload"]
    patch.setattr(
        case,
        "payload",
        lambda view, output: once(view, output) | ({"measure": "DISMISS"} if "measure" in output.data else {}),
    )


@removes("N-07", stories.TASK)
def downgrade_in_a_text(patch: pytest.MonkeyPatch) -> None:
    once = vars(payloads)["explanation"]

    def text(*args: Any, **kwargs: Any) -> dict[str, str]:
        return {language: f"{words}建议降级。" for language, words in once(*args, **kwargs).items()}

    patch.setattr(payloads, "explanation", text)


@removes("N-08", stories.FORWARDED)
def copies_are_sources(patch: pytest.MonkeyPatch) -> None:
    def apart(self: Dependence, counting: Any) -> list[Group]:
        return [Group((one.id,), (one.id,) if one.id in counting else (), one.status, 2) for one in self._own]

    patch.setattr(Dependence, "groups", apart)


@removes(
    "N-09",
    [
        stories.found("f1", "pet-M", severity="S1"),
        stories.found("f2", "insp-P", severity="S1"),
        *stories.REPEATED[1:],
        stories.REFUSED,
    ],
)
def repeats_are_severity(patch: pytest.MonkeyPatch) -> None:
    def louder(level: Any, found: Any, formal: Any, stated: Any) -> int:
        return min(3, sum(len(group.members) for group in found))

    _everywhere(patch, "severity_of", louder, *(module for module in _modules() if hasattr(module, "severity_of")))


@removes("N-34", stories.SEVERE)
def severity_goes_up(patch: pytest.MonkeyPatch) -> None:
    _everywhere(
        patch, "severity_of", lambda *_: 3, *(module for module in _modules() if hasattr(module, "severity_of"))
    )


@removes("N-12", stories.LEAKED)
def no_leak_scan(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "find_leak", lambda _: None)


@removes("N-13", stories.TASK)
def unit_is_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(View, "department", property(lambda view: view.standing.unit))


@removes("N-14", stories.TASK)
def subject_is_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(View, "department", property(lambda view: view.dossier.about))


@removes("N-31", stories.TASK)
def public_is_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(View, "department", property(lambda view: "public"))


@removes("N-15", stories.TASK)
def everybody_of_the_unit(patch: pytest.MonkeyPatch) -> None:
    once = session.Session.step

    async def step(self: session.Session, key: str, event: dict[str, Any]) -> None:
        await once(self, key, event)
        if event["kind"] == "statement.put":
            await once(self, "cadre:C", event)

    patch.setattr(session.Session, "step", step)


@removes("N-16", stories.UNATTRIBUTED)
def head_is_responsible(patch: pytest.MonkeyPatch) -> None:
    _everywhere(patch, "UNATTRIBUTED", (), *(module for module in _modules() if hasattr(module, "UNATTRIBUTED")))


@removes("N-17", stories.UNDECIDED)
def gate_6_always_passes(patch: pytest.MonkeyPatch) -> None:
    once = assess._measures

    def measures(dossier: Any, made: Any, pack: Any, today: Any) -> None:
        once(dossier, made, pack, today)
        made.passed = made.eligible

    patch.setattr(assess, "_measures", measures)


@removes("N-18", stories.TOLERATED)
def nothing_to_correct(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(want_measures, "corrections", lambda view: iter(()))


@removes("N-19", stories.PARTLY_TOLERATED)
def tolerated_counts(patch: pytest.MonkeyPatch) -> None:
    def counting(made: Any) -> set[str]:
        return {one.id for one in made.statements if one.status in COUNTED}

    patch.setattr(assess, "_counting", counting)


@removes("N-20", stories.APPEALED)
def time_steps_up(patch: pytest.MonkeyPatch) -> None:
    once = vars(case)["fire"]

    def fire(view: View) -> Iterator[Output]:
        yield from once(view)
        if view.department:
            yield Output("task.proposed", view.department, {"task": "x", "measure": "REMOVE"}, ["R-ME-01"], None)

    patch.setattr(case, "fire", fire)


@removes("N-21", stories.RETIRED)
def retired_is_in_service(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(View, "in_service", property(lambda view: True))


@removes("N-22", stories.FILED)
def nothing_freezes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(View, "frozen", lambda view: False)


@removes("N-24", stories.MOVED)
def a_move_is_a_measure(patch: pytest.MonkeyPatch) -> None:
    once = vars(case)["take"]

    def take(dossier: Any, event: Any, pack: Any) -> None:
        once(dossier, event, pack)
        if dossier.standing.unit == "N-land":
            dossier.impacts["move"] = Impact(
                id="move", case="i1", basis="ADJUST", start="2026-03-12", ends={"no_promotion": "2027-03-12"}
            )

    patch.setattr(case, "take", take)


@removes("N-25", stories.PROBABLE)
def probable_is_enough(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SubjectFile, "confirmed", property(lambda one: one.cadre is not None))


@removes("N-26", stories.TASK)
def packs_ahead_of_time(patch: pytest.MonkeyPatch) -> None:
    once = PackSet.on

    def on(self: PackSet, day: date) -> Pack:
        return replace(once(self, day), names=("sd-2099-01-01",))

    patch.setattr(PackSet, "on", on)


@removes("N-27", stories.TASK)
def the_ledger_forgets(patch: pytest.MonkeyPatch) -> None:
    once = memory_unit.MemoryUnit.append

    def append(self: Any, line: Any) -> None:
        self._store.lines[:] = self._store.lines[-1:]
        once(self, line)

    patch.setattr(memory_unit.MemoryUnit, "append", append)


@removes("N-27", stories.CLEARED)
def records_end_without_a_period(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(retention.Retention, "_named", lambda *_: True)
    for module in (retention, removal):
        patch.setattr(module, "ended", lambda *_: True)


@removes("N-28", stories.CLEARED)
def cleared_of_everything(patch: pytest.MonkeyPatch) -> None:
    once = want_clearing.clarifications

    def whole(view: View, made: Any) -> Iterator[Any]:
        for want in once(view, made):
            want.data = want.data | ({"scope": "all"} if "scope" in want.data else {})
            yield want

    patch.setattr(case, "CASE_MAKERS", tuple(whole if maker is once else maker for maker in case.CASE_MAKERS))


@removes("N-29", [*stories.CLEARED[:3], {"at": "d120", "tick": True}])
def cleared_unasked(patch: pytest.MonkeyPatch) -> None:
    def closing(view: View) -> Iterator[Want]:
        for slot, said in list(view.dossier.said.items()):
            if said.type == "clarification.proposed":
                data = {"of": said.id, "forms": ["meeting"], "consent": True}
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

    patch.setattr(want_clearing, "closing", closing)


@removes("N-30", stories.CONFLICT)
def bodies_hear_all(patch: pytest.MonkeyPatch) -> None:
    once = vars(case)["payload"]
    patch.setattr(
        case, "payload", lambda view, output: once(view, output) | {"facts": explaining.facts(view, None, output.type)}
    )


@removes("N-32", stories.SECRET)
def labels_are_decoration(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "_label", lambda *_: None)


@removes("N-35", stories.ALONE)
def one_person_is_enough(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(replies, "two_people", lambda _: None)


def _modules() -> list[Any]:
    return [
        module for name, module in list(sys.modules.items()) if name.startswith("hub.domain") and module is not None
    ]


@pytest.mark.parametrize(
    ("rule", "name", "rows", "patch"), MUTATIONS, ids=[f"{rule}-{name}" for rule, name, _, _ in MUTATIONS]
)
def test_without_its_safeguard_the_property_fails(rule: str, name: str, rows: list[Row], patch: Patch) -> None:
    """The same history is fine as the hub is, and not when the safeguard is gone."""
    assert list(PROPERTIES[rule](play(rows, watch=True))) == []
    with pytest.MonkeyPatch.context() as change:
        patch(change)
        assert list(PROPERTIES[rule](play(rows, watch=True))) != []


def test_every_property_has_a_mutation() -> None:
    """A property that nothing can break proves nothing."""
    assert set(PROPERTIES) == {rule for rule, *_ in MUTATIONS}
