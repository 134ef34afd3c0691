"""Records whose retention has ended: removed whole, provably, and never before (R-CF-03)."""

from __future__ import annotations

from datetime import date

import orjson
import pytest
from joserfc import jwe
from joserfc.jwk import OKPKey

from hub.adapters.keys.archive import ArchiveKey
from hub.domain.chain import REMOVAL
from hub.domain.facts import Dossier
from hub.errors import NotFoundError, UsageError
from hub.ports import LedgerEntry
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.rebuild import check_rebuild
from hub.service.trace import trace
from tests.properties import stories
from tests.properties.play import Row
from tests.unit.service.retention_hub import (
    ACCUSED,
    AFTER,
    CASE,
    CLEARED,
    LAST_DAY,
    A,
    at,
    hub_of,
    out,
    see,
    service,
    told,
)

PERSON = "林知远"
TODAY = date(2027, 6, 1)


def later(row: Row, ident: str | None = None, *, by: str | None = None, kind: str | None = None, **data: object) -> Row:
    """A row long after the record has ended."""
    changed = {**row, "at": "d400", "id": ident or row["id"], "by": by or row["by"], "type": kind or row["type"]}
    return {**changed, "data": {**row["data"], **data}}


def removal(hub: HubInMemory) -> LedgerEntry:
    """The one removal line."""
    (line,) = [line for line in hub.store.lines if line.type == REMOVAL]
    return line


async def test_a_cleared_false_accusation_is_removed_on_the_day_after_the_period() -> None:
    hub = await hub_of(CLEARED)
    lines = len(hub.store.lines)
    await at(hub, LAST_DAY)
    assert A in hub.store.docs
    assert not any(line.emptied for line in hub.store.lines)
    await at(hub, AFTER)
    assert A not in hub.store.docs
    assert await hub.store.verify() is None
    assert len(hub.store.lines) == lines + 1
    body = orjson.loads(removal(hub).body)
    assert (body["how"], body["dossier"], body["months"], body["rules"]) == ("deleted", A, 12, ["R-CF-03"])
    assert body["lines"] == sum(line.emptied for line in hub.store.lines) > 10
    left = [line for line in hub.store.lines if line.dossier == A and not line.emptied]
    assert left == [removal(hub)]


async def test_nothing_that_was_said_of_the_person_is_stored_any_more() -> None:
    hub = await hub_of(CLEARED)
    roster = {key: body for key, body in hub.store.docs.items() if key.startswith(("person:", "posts:", "organ:"))}
    await at(hub, AFTER)
    kept = {key for key in hub.store.docs if key not in roster}
    assert kept == {
        "finding:audit-M/f1", "act:committee-M/a1", "ref:f1", "ref:audit-M/f1", "ref:a1", "ref:committee-M/a1", "meta:retention",
    }  # fmt: skip
    text = b"".join(line.body for line in hub.store.lines if not line.type.startswith(("cadre.", "tenure.")))
    text += b"".join(hub.store.docs[key] for key in kept)
    assert PERSON.encode() not in text
    assert b'"cadre":"A"' not in text
    assert not [row for row in hub.store.rows.values() if row.cadre == "A"]
    assert not hub.store.calls.get(A)


async def test_the_same_events_again_make_nothing_new() -> None:
    hub = await hub_of(CLEARED)
    await at(hub, AFTER)
    before = dict(hub.store.docs)
    for row in CLEARED:
        assert told(await see(hub, {**row, "at": "d400", "time": row["at"]})) == ["duplicate.ignored"]
    assert {key: body for key, body in hub.store.docs.items() if key != "meta:retention"} == {
        key: body for key, body in before.items() if key != "meta:retention"
    }


REVOKED: Row = {
    "at": "d400", "by": "committee-M", "type": "determination.revoked", "id": "a1x",
    "data": {"ref": "a1", "kind": "false_accusation", "about": ["f1"]},
}  # fmt: skip
RETRACTED: Row = {
    "at": "d400", "by": "audit-M", "type": "finding.retracted", "id": "f1x", "data": {"ref": "f1", "revision": 2, "reason": "复核"}
}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (RETRACTED, "finding.rejected"),
        (later(ACCUSED, "f1b", kind="finding.revised", revision=2, status="substantiated"), "finding.rejected"),
        (later(ACCUSED, "f1c"), "finding.rejected"),
        (later(CLEARED[1], "a2", ref="a2"), "determination.rejected"),
        (REVOKED, "determination.rejected"),
        (stories.tolerance("t1", ["f1"], "not_tolerated", 400), "determination.rejected"),
        (
            {"at": "d400", "by": "org-M", "type": "tolerance.applied", "id": "z1", "data": {"findings": ["f1"], "by": "A"}},
            "reply.rejected",
        ),
        (
            stories.reply("z2", "match.reviewed", 400, finding="f1", subject=0, chosen="B", recorded_by="x", confirmed_by="y"),
            "reply.rejected",
        ),
    ],
    ids=lambda value: value["id"] if isinstance(value, dict) else "",
)  # fmt: skip
async def test_what_names_it_later_gets_a_clear_answer_and_waits_for_nothing(row: Row, answer: str) -> None:
    hub = await hub_of(CLEARED)
    await at(hub, AFTER)
    (event,) = await see(hub, row)
    assert told([event]) == [answer]
    assert event["data"]["reason"] in ("retention_ended", "unknown_ref")
    assert A not in hub.store.docs
    assert not [key for key in hub.store.docs if key.startswith(("early:", "about:", "wait:"))]


async def test_a_new_finding_begins_a_new_record_and_the_ledger_rebuilds_it() -> None:
    hub = await hub_of(CLEARED)
    await at(hub, AFTER)
    found = await see(hub, later(ACCUSED, "f2", ref="f2"))
    assert "finding.accepted" in told(found)
    assert list(Dossier.model_validate_json(hub.store.docs[A]).statements) == ["audit-M/f2"]
    await check_rebuild(hub.store, hub.packs, hub.calendar.is_workday)
    assert await hub.store.verify() is None


async def test_sealed_instead_of_deleted_opens_with_the_custodians_key_alone() -> None:
    key = OKPKey.generate_key("X25519", {"kid": "archive-1"})
    hub = await hub_of(CLEARED, ArchiveKey(OKPKey.import_key(key.as_dict(private=False)), "archive-1"))
    bodies = {line.id: line.body for line in hub.store.lines}
    dossier = hub.store.docs[A]
    await at(hub, AFTER)
    body = orjson.loads(removal(hub).body)
    assert (body["how"], body["archive"], body["custodian"]) == ("sealed", f"archive:{A}/2027-03-13", "archive-1")
    kept = orjson.loads(hub.store.docs[body["archive"]])
    opened = jwe.decrypt_compact(kept["jwe"], key, algorithms=["ECDH-ES+A256KW", "A256GCM"])
    content = orjson.loads(opened.plaintext or b"")
    assert orjson.dumps(content["documents"][A]) == orjson.dumps(orjson.loads(dossier))
    assert {line["id"]: line["body"].encode() for line in content["lines"]} == {
        line.id: bodies[line.id] for line in hub.store.lines if line.emptied
    }


async def test_a_hub_that_seals_never_deletes_unless_told_to() -> None:
    key = OKPKey.import_key(OKPKey.generate_key("X25519").as_dict(private=False))
    hub = await hub_of(CLEARED, ArchiveKey(key, "archive-1"))
    hub.service = service(hub, None)
    await at(hub, AFTER)
    assert A in hub.store.docs
    with pytest.raises(UsageError, match="archive-1"):
        await hub.service.retain()
    assert (await hub.service.retain(dry_run=True)).ended == [A]
    assert A in hub.store.docs
    assert (await hub.service.retain(delete=True)).ended == [A]
    assert orjson.loads(removal(hub).body)["how"] == "deleted"


async def test_without_a_period_nothing_ever_ends() -> None:
    hub = await hub_of(CLEARED, months=None)
    await at(hub, "d9000")
    assert A in hub.store.docs
    assert (await hub.service.retain()).ended == []
    assert "meta:retention" not in hub.store.docs


async def test_another_committees_period_is_not_this_ones() -> None:
    hub = await hub_of([stories.found("f1", "audit-M", subjects=[{"cadre": "F"}], status="untrue")])
    dossier = Dossier.model_validate_json(hub.store.docs["cadre:F"])
    assert dossier.standing.committee != "M"
    await at(hub, "d9000")
    assert "cadre:F" in hub.store.docs


@pytest.mark.parametrize("left_out", ["y1", "y2", "y4"])
async def test_what_nobody_answered_keeps_the_record(left_out: str) -> None:
    hub = await hub_of([row for row in CLEARED if row["id"] != left_out])
    await at(hub, "d2000")
    assert A in hub.store.docs
    report = await hub.service.retain()
    assert (report.ended, report.open["item"]) == ([], 1)


async def test_a_line_that_was_not_published_keeps_the_whole_record() -> None:
    hub = await hub_of(CLEARED)
    await hub.store.rewind_published(1)
    hub.clock.set(hub.scenario.moment(AFTER))
    before = dict(hub.store.docs)
    report = await hub.service.retain()
    assert (report.ended, report.waiting) == ([], [A])
    assert hub.store.docs == before
    assert not any(line.emptied for line in hub.store.lines)
    await out(hub)
    assert (await hub.service.retain()).ended == [A]


async def test_a_dry_run_says_which_and_changes_nothing() -> None:
    hub = await hub_of(CLEARED)
    hub.clock.set(hub.scenario.moment(AFTER))
    before = dict(hub.store.docs), list(hub.store.lines)
    assert (await hub.service.retain(dry_run=True)).ended == [A]
    assert (dict(hub.store.docs), list(hub.store.lines)) == before
    assert (await hub.service.retain()).ended == [A]
    assert (await hub.service.retain()).ended == []


BOTH = [{"cadre": one, "attribution": "main_leader"} for one in ("A", "B")]


async def test_a_finding_about_two_stays_until_both_have_ended() -> None:
    open_to_b = stories.reply("z1", "harm.stated", 300, case={"cadre": "B", "issue": "i1"}, harm=["H1"])
    hub = await hub_of([stories.found("f1", "audit-M", subjects=BOTH, status="no_violation"), open_to_b])
    for cadre in "AB":
        for row in _answers(hub, cadre):
            await see(hub, row)
    await at(hub, "d500")
    assert (A in hub.store.docs, "cadre:B" in hub.store.docs) == (False, True)
    assert PERSON in hub.store.docs["finding:audit-M/f1"].decode()
    revised = later(
        stories.found("f1", "audit-M", subjects=BOTH, status="no_violation"), "f1b", kind="finding.revised", revision=2
    )
    found = await see(hub, {**revised, "at": "d501"})
    (receipt,) = [event for event in found if event["type"] == "hub.finding.accepted"]
    assert receipt["data"]["warnings"] == ["retention_ended"]
    assert A not in hub.store.docs
    await check_rebuild(hub.store, hub.packs, hub.calendar.is_workday)
    await at(hub, "d1400")
    assert "cadre:B" not in hub.store.docs
    assert PERSON not in hub.store.docs["finding:audit-M/f1"].decode()
    assert await hub.store.verify() is None


def _answers(hub: HubInMemory, cadre: str) -> list[Row]:
    """Whatever is open about a cadre is answered on the day on which its matter was stated."""
    dossier = Dossier.model_validate_json(hub.store.docs[f"cadre:{cadre}"])
    return [
        stories.reply(f"w-{said.id}", "clarification.assessed", 301, by=said.to, of=said.id, harm=[], propose=False)
        for said in dossier.said.values()
        if said.state == "open" and said.type
    ]


async def test_why_says_that_it_was_removed() -> None:
    hub = await hub_of(CLEARED)
    (item,) = [line.id for line in hub.store.lines if line.type == "clarification.proposed"]
    assert (await trace(hub.store, hub.packs, item, TODAY)).type == "clarification.proposed"
    await at(hub, AFTER)
    with pytest.raises(NotFoundError, match="retention has ended"):
        await trace(hub.store, hub.packs, item, TODAY)


async def test_who_looked_at_it_stays_on_record() -> None:
    hub = await hub_of(CLEARED)
    await hub.ask({"by": "org-M", "ask": "case.read", "id": "q", "case": CASE, "purpose": "复核"})
    await out(hub)
    await at(hub, AFTER)
    (look,) = [line for line in hub.store.lines if line.kind == "access"]
    assert orjson.loads(look.body)["object"] == {"case": CASE}
