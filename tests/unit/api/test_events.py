"""POST /v1/events."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from schemas.codec import BATCH, STRUCTURED
from tests.unit.api.conftest import FakeVerdict, World


def event(id: str = "e1", **changes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id,
        "source": "urn:hub:body:audit-M",
        "type": "hub.finding.reported",
        "dataclassification": "work_secret",
        "data": {"ref": "f1"},
        **changes,
    }


async def send(
    world: World, body: Any, media: str = STRUCTURED, code: str = "audit-M", **headers: str
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await world.http.post(
        "/v1/events", content=content, headers={**world.auth(code), "content-type": media, **headers}
    )


async def test_a_structured_event_goes_to_its_topic_as_it_was_sent(world: World) -> None:
    reply = await send(world, event("a/1"))
    assert reply.status_code == 202
    assert reply.json() == {"receipt": "/v1/receipts/audit-M/a%2F1"}
    assert reply.headers["location"] == "/v1/receipts/audit-M/a%2F1"
    ((topic, key, value),) = world.inbound.sent
    assert (topic, key) == ("t-findings-audit", "M:f1")
    assert json.loads(value) == event("a/1")


async def test_a_binary_event_is_passed_on_as_structured(world: World) -> None:
    attributes = {f"ce-{name}": value for name, value in event().items() if name != "data"}
    reply = await send(world, {"ref": "f1"}, "application/json", **attributes)
    assert reply.status_code == 202
    assert json.loads(world.inbound.sent[0][2]) == {**event(), "datacontenttype": "application/json"}


async def test_a_binary_event_may_leave_the_content_type_out(world: World) -> None:
    attributes = {f"ce-{name}": value for name, value in event().items() if name != "data"}
    reply = await world.http.post(
        "/v1/events", content=b'{"ref": "f1"}', headers={**world.auth("audit-M"), **attributes}
    )
    assert reply.status_code == 202
    assert json.loads(world.inbound.sent[0][2]) == event()


async def test_a_batch_of_good_events_is_taken_in_order(world: World) -> None:
    reply = await send(world, [event("a"), event("b")], BATCH)
    assert reply.status_code == 202
    assert [one["receipt"] for one in reply.json()["results"]] == ["/v1/receipts/audit-M/a", "/v1/receipts/audit-M/b"]
    assert [json.loads(value)["id"] for _, _, value in world.inbound.sent] == ["a", "b"]


@pytest.mark.parametrize(("bad", "status"), [({"b"}, 207), ({"a", "b", "c"}, 409)])
async def test_a_batch_says_what_became_of_each(world: World, bad: set[str], status: int) -> None:
    world.service.refusals = dict.fromkeys(bad, FakeVerdict(False, 409, "conflict", "other content"))
    reply = await send(world, [event("a"), event("b"), event("c")], BATCH)
    assert reply.status_code == status
    assert [one["id"] for one in reply.json()["results"] if one["status"] == 409] == sorted(bad)
    assert len(world.inbound.sent) == 3 - len(bad)


@pytest.mark.parametrize(
    ("verdict", "status", "kind"),
    [
        (FakeVerdict(False, 409, "id_clash", "other content"), 409, "conflict"),
        (FakeVerdict(False, 422, "classification", "missing"), 422, "classification"),
        (FakeVerdict(False, 422, "schema", "ref is missing"), 422, "invalid"),
        (FakeVerdict(False, 403, "classification", "too high"), 403, "classification"),
        (FakeVerdict(False, 403, "signature", "no good signature"), 403, "signature"),
        (FakeVerdict(False, 422, "petitioner_data", "in clear"), 422, "petitioner_data"),
        (FakeVerdict(False, 400, "attribute", "no id"), 400, "malformed"),
    ],
)
async def test_what_the_service_refuses_never_reaches_kafka(
    world: World, verdict: FakeVerdict, status: int, kind: str
) -> None:
    world.service.refusals = {"e1": verdict}
    reply = await send(world, event())
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    problem = reply.json()
    assert problem["type"] == f"urn:hub:problem:{kind}"
    assert (problem["detail"], problem["reason"], problem["status"]) == (verdict.detail, verdict.reason, status)
    assert problem["hint"]
    assert world.inbound.sent == []


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{", STRUCTURED, 400),
        (b"[]", STRUCTURED, 400),
        (b'{"specversion": "1.0"}', STRUCTURED, 400),
        (b"{}", BATCH, 400),
        (b"<a/>", "application/xml", 415),
        (b"", "", 415),
        (b"{}", "application/cloudevents+avro", 415),
    ],
)
async def test_what_is_no_event_is_answered_clearly(world: World, body: bytes, media: str, status: int) -> None:
    reply = await send(world, body, media)
    assert reply.status_code == status
    assert reply.json()["hint"]
    assert world.inbound.sent == []


async def test_nothing_of_a_refused_event_is_echoed(world: World) -> None:
    for body in (b'{"specversion": "1.0", "petitioner": "Zhang', event(time="Zhang"), event(specversion="Zhang")):
        reply = await send(world, body)
        assert reply.status_code == 400
        assert "Zhang" not in reply.text
        assert "petitioner" not in reply.text


async def test_a_long_body_is_refused_and_the_rest_thrown_away_within_bounds(world: World) -> None:
    read = 0

    async def body(pieces: int) -> Any:
        nonlocal read
        for _ in range(pieces):
            read += 1
            yield b" " * 1_000_000

    headers = {**world.auth("audit-M"), "content-type": STRUCTURED}
    stated = await world.http.post("/v1/events", content=body(5), headers={**headers, "content-length": "5000000"})
    assert (stated.status_code, read) == (413, 5)
    chunked = await world.http.post("/v1/events", content=body(1_000), headers=headers)
    assert (chunked.status_code, chunked.json()["status"]) == (413, 413)
    assert read < 100, "nobody may send for ever"


@pytest.mark.parametrize(
    "header", ["", "Basic YTpi", "Bearer ", "Bearer audit-M." + "a" * 43, "Bearer nobody." + "a" * 43]
)
async def test_without_a_known_token_nothing_is_read(world: World, header: str) -> None:
    reply = await world.http.post("/v1/events", json=event(), headers={"authorization": header})
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert world.inbound.sent == []


async def test_a_source_sends_for_itself_alone(world: World) -> None:
    assert (await send(world, event(), code="disc-M")).status_code == 403
    assert (await send(world, event(), code="clerk-1")).status_code == 403
    assert world.inbound.sent == []


async def test_a_new_token_ends_the_old_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.adapters.tokens import new_token
    from hub.api import auth
    from hub.service import registry

    monkeypatch.setattr(auth, "REGISTRY_FOR_S", 0.0)
    assert (await send(world, event())).status_code == 202
    token, token_hash = new_token("audit-M")
    await registry.give_tokens(world.store, {"audit-M": token_hash})
    assert (await send(world, event())).status_code == 401
    world.tokens["audit-M"] = token
    assert (await send(world, event())).status_code == 202


async def test_kafka_away_is_503_with_the_time_to_come_back(world: World) -> None:
    world.inbound.up = False
    reply = await send(world, event())
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert reply.json()["type"] == "urn:hub:problem:unavailable"


async def test_a_mistake_of_the_hub_tells_nothing_of_the_event(world: World) -> None:
    world.service.failure = ValueError("林知远")
    reply = await send(world, event())
    assert (reply.status_code, reply.json()["status"]) == (500, 500)
    assert "林知远" not in reply.text


@pytest.mark.parametrize(
    ("header", "chinese"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", True),
        ("en;q=0.5, zh;q=0.4", False),
        ("", False),
        ("fr, zh;q=0.1", True),
        ("zh;q=x", False),
    ],
)
async def test_problems_speak_the_readers_language(world: World, header: str, chinese: bool) -> None:
    reply = await send(world, b"{", **{"accept-language": header})
    assert ("请" in reply.json()["hint"]) is chinese
    assert reply.headers["content-language"] == ("zh" if chinese else "en")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/events", 405), ("GET", "/v2/nothing", 404)])
async def test_unknown_ways_are_problems_too(world: World, method: str, path: str, status: int) -> None:
    reply = await world.http.request(method, path)
    assert (reply.status_code, reply.json()["status"]) == (status, status)
