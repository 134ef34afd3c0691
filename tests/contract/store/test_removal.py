"""A whole record sealed over both stores, seen through the store's ports alone (R-CF-03)."""

from __future__ import annotations

from typing import Any

import orjson
from joserfc.jwk import OKPKey

from hub.adapters.keys.archive import ArchiveKey
from hub.domain.chain import REMOVAL
from tests.unit.service.retention_hub import AFTER, CLEARED, LAST_DAY, A, at, hub_of, see, told

NEVER = {"finding:audit-M/f1", "act:committee-M/a1", "meta:retention", "ref:f1", "ref:audit-M/f1", "ref:a1"}
ROSTER = ("person:", "posts:", "organ:")


async def test_a_record_is_sealed_whole_and_what_comes_again_is_known(store: Any) -> None:
    key = OKPKey.import_key(OKPKey.generate_key("X25519").as_dict(private=False))
    hub = await hub_of(CLEARED, ArchiveKey(key, "archive-1"), store=store)
    await at(hub, LAST_DAY)
    assert [found for found, _ in await store.documents("cadre:")] == [A]
    assert (await hub.service.retain()).ended == []
    await at(hub, AFTER)
    left = {found for found, _ in await store.documents("") if not found.startswith(ROSTER)}
    assert left == {*NEVER, "ref:committee-M/a1", f"archive:{A}/2027-03-13"}
    assert await store.queue_rows() == []
    assert await store.wakes(key=A) == []
    lines = [line for _, line in await store.ledger()]
    (removal,) = [line for line in lines if line.type == REMOVAL]
    assert orjson.loads(removal.body)["lines"] == sum(line.emptied for line in lines)
    assert not [line for line in lines if line.dossier == A and not line.emptied and line is not removal]
    async with store.begin() as unit:
        known = await unit.seen([("urn:hub:body:audit-M", "f1"), ("urn:hub:dept:org-M", "y1")])
    assert [(row.verdict, row.content_hash) for row in known.values()] == [("accepted", None)] * 2
    assert told(await see(hub, {**CLEARED[0], "at": "d400", "time": "d0"})) == ["duplicate.ignored"]
    assert await store.verify() is None
