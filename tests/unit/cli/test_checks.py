"""What the doctor says of rule packs that a process cannot judge by."""

from __future__ import annotations

import orjson

from hub.cli.checks import packs
from hub.policy import active
from hub.policy.files import version_file
from hub.policy.loader import shipped
from hub.policy.marks import parsed
from hub.ports import StoredPacks
from hub.service.packs import REFUSED, activate
from hub.settings import Settings
from hub.testing import MemoryStore

GOOD = version_file("local-m-2026-01-01").read_text(encoding="utf-8")


async def sound() -> MemoryStore:
    store = MemoryStore()
    await activate(store, shipped(), [parsed(GOOD, "pack.yaml")])
    return store


async def refused_by(store: MemoryStore, revision: int) -> None:
    about = {"revision": revision, "running": 0, "reason": "an unknown fact"}
    async with store.begin() as unit:
        unit.put(f"{REFUSED}b/worker-1", orjson.dumps(about))


async def test_the_packs_in_force_are_named() -> None:
    found = await packs(Settings(), await sound())
    assert (found.state, found.do) == ("ok", "")
    assert "local-m-2026-01-01" in found.says


async def test_a_process_that_judges_by_older_packs_is_named_with_its_reason() -> None:
    store = await sound()
    await refused_by(store, 1)
    found = await packs(Settings(), store)
    assert found.state == "wrong"
    assert "b/worker-1: an unknown fact" in found.says
    assert "release" in found.do


async def test_what_a_process_said_of_an_earlier_activation_is_over() -> None:
    store = await sound()
    await refused_by(store, 0)
    assert (await packs(Settings(), store)).state == "ok"


async def test_this_program_itself_may_be_the_older_one() -> None:
    store = await sound()
    own = active.read(store.packs.body)
    newer = active.Own("local-x-2026-01-01", "name: [", "d", 2, "t")
    store.packs = StoredPacks(2, active.written([*own, newer]))
    found = await packs(Settings(), store)
    assert found.state == "wrong"
    assert "this program: " in found.says
