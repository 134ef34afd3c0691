"""Rule packs activated while a hub runs: what the next event is judged by, what is recorded, what happens where they fail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
import structlog

from hub import log_events
from hub.domain import narrow
from hub.domain.pack import PackSet
from hub.errors import UsageError
from hub.policy import active
from hub.policy.digest import digest
from hub.policy.loader import shipped
from hub.policy.marks import parsed
from hub.ports import StoredPacks
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.outputs import Output
from hub.service import packs
from hub.yaml12 import loads
from tests.properties.play import scenario
from tests.support.packs import LATER, ONE_SOURCE, TEN_DAYS

TODAY = date(2026, 3, 2)


async def opened() -> HubInMemory:
    hub = HubInMemory(scenario())
    await hub.start()
    return hub


async def put(hub: HubInMemory, *texts: str) -> list[str]:
    given = [parsed(text, f"pack-{n}.yaml") for n, text in enumerate(texts)]
    return [one.name for one in await packs.activate(hub.store, hub.packs, given)]


async def finding(hub: HubInMemory, ref: str, subject: str, **more: Any) -> list[Output]:
    data = {
        "subject": subject, "issue": f"i-{ref}", "category": "NO_ACT", "severity": "S3", "status": "substantiated",
        "attribution": "main_leader", "evidence": [f"e-{ref}"],
    }  # fmt: skip
    await hub.send({"at": "d0", "by": "insp-P", "type": "finding.reported", "id": ref, "data": {**data, **more}})
    return await hub.outputs()


async def tolerance(hub: HubInMemory, about: str) -> list[Output]:
    data = {"about": [about], "outcome": "not_tolerated"}
    await hub.send({"at": "d0", "by": "disc-M", "type": "tolerance.decided", "id": f"t-{about}", "data": data})
    return await hub.outputs()


async def task(hub: HubInMemory) -> dict[str, Any]:
    row = {"by": "org-M", "ask": "task.read", "task": {"cadre": "A"}, "purpose": "task"}
    return dict((await hub.ask(row)).content)


def types(outputs: list[Output]) -> set[str]:
    return {one.type for one in outputs}


def lines(hub: HubInMemory) -> list[dict[str, Any]]:
    return [orjson.loads(one.body) for one in hub.store.lines if one.type == packs.ACTIVATED]


async def test_the_next_finding_is_judged_by_it_and_the_ledger_has_one_line() -> None:
    hub = await opened()
    assert "tolerance.review.requested" not in types(await finding(hub, "f1", "A"))
    assert await put(hub, ONE_SOURCE) == ["local-m-2026-01-01"]
    assert "tolerance.review.requested" in types(await finding(hub, "f2", "C"))
    assert await put(hub, ONE_SOURCE) == []
    assert lines(hub) == [
        {
            "rules": ["R-GV-01"],
            "revision": 1,
            "versions": [
                {
                    "name": "local-m-2026-01-01",
                    "layer": "local-m",
                    "level": "local",
                    "effective_from": "2026-01-01",
                    "effective_to": None,
                    "document": "乙委〔2025〕示例1号",
                    "digest": digest(loads(ONE_SOURCE)),
                }
            ],
        }
    ]


async def test_a_number_of_policy_holds_from_the_next_deadline_on() -> None:
    hub = await opened()
    due = [one.data["due"]["date"] for one in await finding(hub, "f1", "A") if one.type == "verify.requested"]
    await put(hub, TEN_DAYS)
    due += [one.data["due"]["date"] for one in await finding(hub, "f2", "C") if one.type == "verify.requested"]
    assert len(due) == 2
    assert due[1] < due[0], "ten working days instead of fifteen"


async def test_several_versions_are_activated_all_or_none() -> None:
    hub = await opened()
    with pytest.raises(UsageError, match=r"pack-1\.yaml:\d+: R-ME-02"):
        await put(hub, ONE_SOURCE, TEN_DAYS + 'rules:\n  - {id: R-ME-02, when: "severity == 2"}\n')
    assert hub.store.packs == StoredPacks()
    assert lines(hub) == []
    assert "verify.requested" in types(await finding(hub, "f1", "A")), "and intake goes on"
    assert await put(hub, ONE_SOURCE, TEN_DAYS) == ["local-m-2026-01-01", "local-n-2026-01-01"]
    assert len(lines(hub)) == 1


async def test_a_version_of_a_later_day_shows_at_open_tasks_from_that_day_on() -> None:
    hub = await opened()
    await put(hub, ONE_SOURCE)
    await finding(hub, "f1", "A")
    (proposed,) = (one for one in await tolerance(hub, "f1") if one.type == "task.proposed")
    assert "local-m-2026-01-01" in proposed.data["pack"]
    assert (await task(hub))["newer_pack"] is None
    await put(hub, LATER)
    assert (await task(hub))["newer_pack"] is None, "active, not yet in force"
    hub.clock.set(hub.scenario.moment("d0") + timedelta(days=(date(2026, 3, 31) - hub.clock.at.date()).days))
    assert hub.clock.at.date() == date(2026, 3, 31)
    assert (await task(hub))["newer_pack"] is None
    hub.clock.advance(timedelta(days=1))
    found = await task(hub)
    assert found["newer_pack"] == ["local-m-2026-04-01"]
    assert "local-m-2026-01-01" in found["pack"], "it keeps its own"
    row = {"by": "org-M", "ask": "task.recompute", "task": {"cadre": "A"}, "purpose": "task"}
    assert (await hub.ask(row)).content["measure"] is None, "the newer one asks for two sources"
    assert "tolerance.review.requested" not in types(await finding(hub, "f2", "C"))


async def test_after_an_activation_an_open_task_shows_it_at_once() -> None:
    hub = await opened()
    await put(hub, ONE_SOURCE)
    await finding(hub, "f1", "A")
    await tolerance(hub, "f1")
    await put(hub, TEN_DAYS)
    assert (await task(hub))["newer_pack"] == ["local-n-2026-01-01"]


async def test_dossiers_come_out_of_the_ledger_as_they_were_judged_then() -> None:
    hub = await opened()
    await finding(hub, "f1", "A")
    await put(hub, ONE_SOURCE)
    await finding(hub, "f2", "C")
    await put(hub, TEN_DAYS)
    await finding(hub, "f3", "A")
    await hub.restart()
    assert sum(b'"packs":2' in one.body for one in hub.store.lines if one.type == "dossier.step") >= 1


async def test_a_large_dossier_is_judged_as_a_whole_after_an_activation(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wanted on other issues may have changed: the small way is right again with the event after that."""
    monkeypatch.setattr(narrow, "LARGE", 1)
    hub = await opened()
    for number in range(3):
        await finding(hub, f"f{number}", "A")
    await put(hub, ONE_SOURCE)
    asked = [one for one in await finding(hub, "g1", "A", severity="S1") if one.type == "tolerance.review.requested"]
    assert len(asked) == 3, "the open issues of before, too"


# ---- a program that cannot judge by what is active ----


class Node:
    """A process: the same store, its own memory of packs."""

    def __init__(self, hub: HubInMemory, name: str = "node") -> None:
        self.hub = hub
        self.sets = packs.PackSets(hub.packs, name)

    async def names(self) -> tuple[str, ...]:
        async with self.hub.store.begin() as unit:
            return self.sets.of(unit).names_on(TODAY)


def of_a_newer_release(hub: HubInMemory) -> None:
    """Another program activated something that this one does not know."""
    stored = hub.store.packs
    text = TEN_DAYS.replace("local-n", "local-x") + 'rules:\n  - {id: R-ME-02, when: "a_new_fact"}\n'
    own = [*active.read(stored.body), active.Own("local-x-2026-01-01", text, "d", stored.revision + 1, "t")]
    hub.store.packs = StoredPacks(stored.revision + 1, active.written(own))


async def test_what_cannot_be_judged_by_stops_nothing_and_the_last_good_packs_stay() -> None:
    hub = await opened()
    await put(hub, ONE_SOURCE)
    node = Node(hub)
    before = await node.names()
    of_a_newer_release(hub)
    with structlog.testing.capture_logs() as logged:
        assert await node.names() == before
        assert await node.names() == before
    assert [(one["event"], one["log_level"]) for one in logged] == [(log_events.POLICY_REFUSED, "error")]
    assert logged[0]["revision"] == 2
    assert logged[0]["running"] == 1
    assert "a_new_fact" in logged[0]["reason"]
    assert await Node(hub).names() == before, "a process that starts anew judges by the same"
    assert "tolerance.review.requested" in types(await finding(hub, "f1", "A"))
    with pytest.raises(UsageError, match="cannot judge by the packs that are active") as refused:
        await put(hub, TEN_DAYS)
    assert "release" in str(refused.value.hint)


async def test_who_judges_by_older_packs_is_on_record_until_it_is_mended() -> None:
    hub = await opened()
    await put(hub, ONE_SOURCE)
    of_a_newer_release(hub)
    await Node(hub, "a/worker-0").names()
    ((key, body),) = await hub.store.documents(packs.REFUSED)
    assert key == f"{packs.REFUSED}a/worker-0"
    assert {**orjson.loads(body), "reason": ""} == {"revision": 2, "running": 1, "reason": ""}
    hub.store.packs = StoredPacks(3, active.written(active.read(hub.store.packs.body)[:1]))
    await Node(hub, "a/worker-0").names()
    assert await hub.store.documents(packs.REFUSED) == []


async def test_bytes_that_nobody_can_read_leave_the_shipped_packs() -> None:
    hub = await opened()
    hub.store.packs = StoredPacks(1, b"{")
    assert await Node(hub).names() == hub.packs.names_on(TODAY)
    assert "verify.requested" in types(await finding(hub, "f1", "A"))


async def test_packs_are_put_together_once_for_an_activation(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = await opened()
    await put(hub, ONE_SOURCE)
    made: list[int] = []
    real = active.laid_over

    def counting(base: PackSet, own: list[active.Own], revision: int) -> PackSet:
        made.append(revision)
        return real(base, own, revision)

    monkeypatch.setattr(active, "laid_over", counting)
    for number in range(5):
        await finding(hub, f"f{number}", "A")
    assert made == [1]


def test_a_deployment_decides_by_the_versions_its_settings_name() -> None:
    from hub.settings import Settings

    assert packs.of_release(Settings()) is shipped()
    named = packs.of_release(Settings(rule_packs=("sd-2018-07-21",)))
    assert [one.name for one in named.versions] == ["sd-2018-07-21"]
