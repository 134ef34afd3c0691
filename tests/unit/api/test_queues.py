"""Queues, leases, the stream, receipts, queries, health, the clock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest

from hub.api.auth import Asker
from hub.api.parts import ApiParts
from hub.api.stream import place_of, published_to
from hub.domain.registry import Source
from hub.ports import InboxRow, LedgerEntry, QueueRow
from tests.unit.api.conftest import FakeAnswer, World
from tests.unit.api.test_events import event

SYSTEM = Asker("org-M", "org-M", Source(code="org-M", kind="dept", organ="M"))
NOON = datetime.fromisoformat("2026-03-02T12:00:00+08:00")


def row(id: str, organ: str = "org-M", state: str = "delivered", **changes: Any) -> QueueRow:
    values = {"open": True, "cadre": "A", "case": "c", "due": date(2026, 3, 9), "copy": False, **changes}
    return QueueRow(id, organ, "task.proposed", state, body=b'{"id": "x"}', updated_at=NOON, **values)


def out(id: str, to: str, topic: str, **body: Any) -> LedgerEntry:
    return LedgerEntry(
        id, "out", "hub.x", orjson.dumps({"id": id, "type": "hub.x", **body}), NOON, to=to, topic=topic, key="A"
    )


async def put(world: World, *rows: QueueRow, entries: tuple[LedgerEntry, ...] = ()) -> None:
    async with world.store.begin() as unit:
        for one in rows:
            unit.queue(one)
        for entry in entries:
            unit.append(entry)


async def test_a_queue_is_read_page_by_page_by_its_own_people(world: World) -> None:
    await put(world, *(row(str(n)) for n in range(5)), row("done", state="decided", open=False), row("k", "org-K"))
    url, seen = "/v1/queues/org-M?limit=2", []
    while url:
        page = (await world.http.get(url, headers=world.auth("clerk-1"))).json()
        seen += [item["id"] for item in page["items"]]
        url = f"/v1/queues/org-M?limit=2&after={page['next']}" if page["next"] else ""
    assert seen == ["0", "1", "2", "3", "4"]
    every = (await world.http.get("/v1/queues/org-M?state=all", headers=world.auth("org-M"))).json()
    assert [item["id"] for item in every["items"]] == [*seen, "done"]
    decided = (await world.http.get("/v1/queues/org-M?state=decided", headers=world.auth("org-M"))).json()
    assert [item["id"] for item in decided["items"]] == ["done"]


@pytest.mark.parametrize("path", ["/v1/queues/org-M", "/v1/queues/org-M/stream"])
async def test_another_organs_queue_stays_closed(world: World, path: str) -> None:
    for code in ("org-K", "audit-M"):
        assert (await world.http.get(path, headers=world.auth(code))).status_code == 403
    assert (await world.http.get(path, headers=world.auth("admin"))).status_code == 401


async def claim(world: World, code: str, item: str = "t1") -> tuple[int, dict[str, Any]]:
    reply = await world.http.post(f"/v1/queues/org-M/items/{item}/claim", headers=world.auth(code))
    return reply.status_code, reply.json()


async def test_an_item_is_claimed_by_one_at_a_time(world: World) -> None:
    await put(world, row("t1"))
    status, first = await claim(world, "clerk-1")
    assert (status, first["fencing_token"], first["holder"]) == (200, 1, "clerk-1")
    status, refused = await claim(world, "head-1")
    assert (status, refused["reason"]) == (409, "claimed")
    world.clock.advance(timedelta(minutes=16))
    status, second = await claim(world, "head-1")
    assert (status, second["fencing_token"]) == (200, 2)
    assert (await claim(world, "clerk-1", "t2"))[0] == 404


async def test_a_stale_token_completes_nothing(world: World) -> None:
    await put(world, row("t1"))
    reply = event(source="urn:hub:dept:org-M", type="hub.task.acknowledged", data={"task": "t1"})
    _, first = await claim(world, "clerk-1")
    _, second = await claim(world, "clerk-1")

    async def complete(token: int) -> int:
        body = {"fencing_token": token, "event": reply}
        answer = await world.http.post("/v1/queues/org-M/items/t1/complete", json=body, headers=world.auth("clerk-1"))
        return answer.status_code

    assert await complete(first["fencing_token"]) == 409
    assert world.inbound.sent == []
    assert await complete(second["fencing_token"]) == 202
    assert [json.loads(value)["id"] for _, _, value in world.inbound.sent] == ["e1"]
    assert await complete(second["fencing_token"]) == 409
    assert len(world.inbound.sent) == 1


async def test_a_released_item_is_free_again(world: World) -> None:
    await put(world, row("t1"))
    _, first = await claim(world, "clerk-1")
    path, body = "/v1/queues/org-M/items/t1/release", {"fencing_token": first["fencing_token"]}
    assert (await world.http.post(path, json=body, headers=world.auth("clerk-1"))).status_code == 204
    assert (await world.http.post(path, json=body, headers=world.auth("clerk-1"))).status_code == 409
    status, second = await claim(world, "head-1")
    assert (status, second["fencing_token"]) == (200, 2)


async def test_the_queue_shows_who_holds_an_item(world: World) -> None:
    await put(world, row("t1"), row("t2"))
    await claim(world, "clerk-1")
    items = (await world.http.get("/v1/queues/org-M", headers=world.auth("org-M"))).json()["items"]
    assert [item["lease"] and item["lease"]["holder"] for item in items] == ["clerk-1", None]


class Connected:
    """A reader that stays until told otherwise."""

    async def is_disconnected(self) -> bool:
        return False


async def test_the_stream_holds_what_is_published_to_the_organ_after_the_cursor(world: World) -> None:
    topics = ("t-tasks-org-M", "t-tasks-org-K", "t-clarifications-org-M", "t-receipts-org-M", "t-tasks-org-M")
    await put(world, entries=tuple(out(str(n), "x", topic) for n, topic in enumerate(topics, 1)))
    await world.store.seal(10)
    await world.store.mark_published(4)
    parts: ApiParts = world.http._transport.app.state.parts  # type: ignore[attr-defined]  # the application under test

    async def read(cursor: int, many: int) -> list[bytes]:
        lines = published_to(parts, "org-M", cursor, Connected(), SYSTEM)  # type: ignore[arg-type]  # for the request
        assert await anext(lines) == b": connected\n\n"
        return [await anext(lines) for _ in range(many)]

    first = await read(0, 2)
    assert [line.split(b"-")[0] for line in first] == [b"id: 1", b"id: 3"]
    await world.store.mark_published(5)
    (last,) = await read(3, 1)
    place, _, rest = last.partition(b"\n")
    assert rest == b'event: hub.x\ndata: {"id":"5","type":"hub.x"}\n\n'
    assert await place_of(parts, place.removeprefix(b"id: ").decode()) == 5
    assert await place_of(parts, "3") == 3
    assert await place_of(parts, "now") == 5


async def test_the_stream_passes_over_what_was_removed(world: World) -> None:
    await put(world, entries=tuple(out(str(n), "x", "t-tasks-org-M") for n in (1, 2, 3)))
    await world.store.seal(10)
    await world.store.mark_published(3)
    async with world.store.begin() as unit:
        await unit.empty(["1", "2"])
    parts: ApiParts = world.http._transport.app.state.parts  # type: ignore[attr-defined]  # the application under test
    lines = published_to(parts, "org-M", 0, Connected(), Asker("clerk-1", "org-M"))  # type: ignore[arg-type]  # ditto
    assert await anext(lines) == b": connected\n\n"
    assert (await anext(lines)).startswith(b"id: 3-")


async def test_the_stream_tells_nobody_of_a_case_that_they_are_recused_from(world: World) -> None:
    about_a, about_b = (out(name, "org-M", "t-tasks-org-M") for name in ("1", "2"))
    await put(world, entries=(about_a, replace(about_b, key="B")))
    await world.store.seal(10)
    await world.store.mark_published(2)
    world.service.recused["clerk-1"] = frozenset("A")
    parts: ApiParts = world.http._transport.app.state.parts  # type: ignore[attr-defined]  # the application under test
    lines = published_to(parts, "org-M", 0, Connected(), Asker("clerk-1", "org-M"))  # type: ignore[arg-type]  # ditto
    await anext(lines)
    assert (await anext(lines)).startswith(b"id: 2-")


async def test_every_look_at_the_queue_leaves_an_entry(world: World) -> None:
    await put(world, row("t1"), row("t2", cadre="B"), row("t3", cadre=None))
    world.service.recused["clerk-1"] = frozenset("A")
    url = "/v1/queues/org-M"
    seen = (await world.http.get(url + "?purpose=handover", headers=world.auth("clerk-1"))).json()["items"]
    assert [item["id"] for item in seen] == ["t2", "t3"], "a recused person does not see the case"
    assert (await world.http.get(url, headers=world.auth("org-K"))).status_code == 403
    assert (await world.http.get(url + "?state=executed", headers=world.auth("org-M"))).json()["items"] == []
    assert (await world.http.get(url + "?purpose=", headers=world.auth("org-M"))).status_code == 422
    assert world.service.looks == [
        ("clerk-1", "queue.read", {"organ": "org-M", "items": ["t2", "t3"]}, "handover", None),
        ("org-K", "queue.read", {"organ": "org-M"}, "queue_work", "not_competent"),
    ]


async def test_whoever_is_recused_claims_nothing(world: World) -> None:
    await put(world, row("t1"))
    world.service.recused["clerk-1"] = frozenset("A")
    status, refused = await claim(world, "clerk-1")
    assert (status, refused["reason"]) == (403, "recused")
    assert (await claim(world, "head-1"))[0] == 200


async def test_a_cursor_is_a_number(world: World) -> None:
    headers = {**world.auth("org-M"), "last-event-id": "yesterday"}
    assert (await world.http.get("/v1/queues/org-M/stream", headers=headers)).status_code == 400


@pytest.mark.parametrize("place", ["1-000000000000", "7", "7-000000000000"])
async def test_a_place_that_this_ledger_does_not_have_is_gone(world: World, place: str) -> None:
    await put(world, entries=(out("1", "x", "t-tasks-org-M"),))
    await world.store.seal(10)
    await world.store.mark_published(1)
    gone = await world.http.get("/v1/queues/org-M/stream", headers={**world.auth("org-M"), "last-event-id": place})
    assert gone.status_code == 410
    assert gone.json()["type"] == "urn:hub:problem:cursor_expired"
    assert "after=now" in gone.json()["hint"]


async def test_a_receipt_is_pending_until_the_verdict(world: World) -> None:
    async def read() -> dict[str, Any]:
        found: dict[str, Any] = (
            await world.http.get("/v1/receipts/audit-M/a%2F1", headers=world.auth("audit-M"))
        ).json()
        return found

    assert (await read())["verdict"] == "pending"
    async with world.store.begin() as unit:
        unit.receive(InboxRow("urn:hub:body:audit-M", "a/1", "hub.finding.reported", "quarantined", None, None))
        cause = {"causationid": "a/1", "data": {"reason": "petitioner"}}
        unit.append(out("r1", "audit-M", "receipts-audit-M", **cause))
        unit.append(out("r2", "audit-M", "receipts-audit-M", causationid="other", data={}))
        unit.append(out("r3", "org-M", "tasks-org-M", **cause))
    found = await read()
    assert (found["verdict"], [one["id"] for one in found["receipts"]]) == ("quarantined", ["r1"])
    assert found["receipts"][0]["data"] == {"reason": "petitioner"}
    assert (await world.http.get("/v1/receipts/audit-M/a", headers=world.auth("disc-M"))).status_code == 403


@pytest.mark.parametrize(
    ("answer", "status"), [("allowed", 200), ("suppressed", 200), ("denied", 403), ("not_available", 404)]
)
async def test_queries_are_asked_as_who_holds_the_token(world: World, answer: str, status: int) -> None:
    world.service.answers["case.read"] = FakeAnswer(answer, {"level": "K2"})
    arguments = {"case": {"cadre": "A", "issue": "i1"}, "purpose": "task"}
    reply = await world.http.post("/v1/queries/case.read", json=arguments, headers=world.auth("clerk-1"))
    assert (reply.status_code, reply.json()) == (status, {"answer": answer, "content": {"level": "K2"}})
    assert world.service.asked == [("clerk-1", "case.read", arguments)]
    assert (await world.http.post("/v1/queries/case.read", json=arguments)).status_code == 401


async def test_ready_says_which_part_is_missing(world: World) -> None:
    assert (await world.http.get("/health/live")).status_code == 200
    good = await world.http.get("/health/ready")
    assert (good.status_code, good.json()["status"]) == (200, "ok")
    world.inbound.up = False
    bad = await world.http.get("/health/ready")
    assert bad.status_code == 503
    assert bad.json()["checks"]["kafka"] == {"ok": False, "reason": "the broker does not answer"}
    assert bad.json()["checks"]["postgres"]["ok"]


async def test_ready_notices_a_relay_that_stands_still(world: World) -> None:
    await put(world, entries=(out("1", "x", "t-tasks-org-M"),))
    assert (await world.http.get("/health/ready")).json()["checks"]["relay"]["ok"]
    behind = (await world.http.get("/health/ready")).json()["checks"]["relay"]
    assert (behind["ok"], "nothing was published" in behind["reason"]) == (False, True)
    await world.store.seal(1)
    await world.store.mark_published(1)
    assert (await world.http.get("/health/ready")).json()["checks"]["relay"]["ok"]


async def test_metrics_are_prometheus_text(world: World) -> None:
    reply = await world.http.get("/metrics")
    assert "# TYPE" in reply.text


async def test_the_clock_is_moved_by_operators_alone(world: World) -> None:
    body = {"now": "2026-03-05T09:00:00"}
    for headers in ({}, world.auth("org-M")):
        assert (await world.http.post("/v1/admin/clock", json=body, headers=headers)).status_code == 401
    moved = await world.http.post("/v1/admin/clock", json=body, headers=world.auth("admin"))
    assert moved.json() == {"now": "2026-03-05T09:00:00+08:00"}
    assert (await world.store.clock.now()).day == 5
    assert (await world.http.post("/v1/admin/clock", json={}, headers=world.auth("admin"))).status_code == 422


async def test_without_a_movable_clock_there_is_no_such_request() -> None:
    from hub.api import openapi

    paths = openapi()["paths"]
    assert "/v1/admin/clock" not in paths
    assert set(paths["/v1/events"]["post"]["requestBody"]["content"]) >= {"application/cloudevents+json"}
