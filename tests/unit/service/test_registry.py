"""Registering senders and recipients."""

from __future__ import annotations

import pytest

from hub.domain.registry import Organ, Registry, Source
from hub.errors import RefusedError
from hub.service import registry as use
from hub.testing import MemoryStore

CITY = Organ(code="M", name="乙市", level="prefecture", kind="party_committee")
AUDIT = Source(code="audit-X", kind="body", organ="M", level="prefecture", body="audit")


async def store() -> MemoryStore:
    made = MemoryStore()
    await use.change(made, lambda registry: use.with_organs(registry, [CITY]))
    return made


async def test_a_registered_source_is_found_by_its_urn() -> None:
    kept = await store()
    await use.register(kept, AUDIT)
    registry = await kept.registry()
    assert registry.by_urn("urn:hub:body:audit-X") == AUDIT
    assert registry.version == 2


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({}, "another code"),
        ({"code": "a", "body": "police"}, "discipline"),
        ({"code": "a", "level": "street"}, "prefecture"),
        ({"code": "a", "organ": "Z"}, "M"),
    ],
)
async def test_what_cannot_be_registered_is_refused_with_what_is_known(change: dict[str, str], hint: str) -> None:
    kept = await store()
    await use.register(kept, AUDIT)
    with pytest.raises(RefusedError) as refused:
        await use.register(kept, AUDIT.model_copy(update=change))
    assert hint in (refused.value.hint or "")
    assert set((await kept.registry()).sources) == {"audit-X"}


async def test_a_change_that_changes_nothing_makes_no_version() -> None:
    kept = await store()
    assert (await use.change(kept, lambda registry: registry)).version == 1


async def test_two_changes_at_once_both_hold() -> None:
    kept = await store()
    calls = 0

    def edit(registry: Registry) -> Registry:
        nonlocal calls
        calls += 1
        if calls == 1:  # somebody else gets in between our reading and our writing
            kept.current = use.with_sources(registry, [AUDIT.model_copy(update={"code": "audit-Y"})])
        return use.with_sources(registry, [AUDIT])

    await use.change(kept, edit)
    assert calls == 2
    assert set((await kept.registry()).sources) == {"audit-X", "audit-Y"}


async def test_keys_are_added_and_a_token_takes_the_place_of_the_last() -> None:
    kept = await store()
    await use.register(kept, AUDIT)
    for n in (1, 2):
        await use.give_keys(kept, {"audit-X": {f"audit-X/{n}": {"kty": "OKP", "x": str(n)}}, "nobody": {}})
        await use.give_tokens(kept, {"audit-X": f"hash-{n}"})
    source = (await kept.registry()).sources["audit-X"]
    assert set(source.keys) == {"audit-X/1", "audit-X/2"}
    assert source.token_hash == "hash-2"


def test_what_is_there_stays_when_a_world_is_joined() -> None:
    tokened = AUDIT.model_copy(update={"token_hash": "kept"})
    there = use.with_sources(Registry(), [tokened])
    both = use.joined(there, use.with_organs(use.with_sources(Registry(), [AUDIT]), [CITY]))
    assert both.sources == {"audit-X": tokened}
    assert both.organs == {"M": CITY}
