"""Every bad input gets a clear answer or receipt; nothing of it does harm to what comes after."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from confluent_kafka import Producer

from tests.acceptance.hub.conftest import Running
from tests.acceptance.hub.events import attributes, finding, signed

pytestmark = pytest.mark.stack
STRUCTURED = "application/cloudevents+json"
CODE = "land-M"


def post(hub: Running, body: Any, code: str = CODE) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with hub.client(code) as client:
        return client.post("/v1/events", content=content, headers={"content-type": STRUCTURED})


def event(hub: Running, ident: str, data: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return signed(hub.data, CODE, attributes(CODE, ident, **changes), data or finding(CODE, ident))


def test_what_is_no_event_is_malformed(hub: Running) -> None:
    for body in (b"{", b"[]", b"\xff"):
        reply = post(hub, body)
        assert (reply.status_code, reply.headers["content-type"]) == (400, "application/problem+json")
        assert reply.json()["hint"]


def test_five_megabytes_are_too_large(hub: Running) -> None:
    reply = post(hub, event(hub, "big", finding(CODE, "big", context="x" * 5_000_000)))
    assert (reply.status_code, reply.json()["status"]) == (413, 413)


def test_an_unknown_type_is_refused(hub: Running) -> None:
    reply = post(hub, event(hub, "odd-1", kind="finding.guessed"))
    assert (reply.status_code, reply.json()["reason"]) == (422, "unknown_type")


def test_without_a_label_nothing_is_taken_and_a_receipt_says_so(hub: Running) -> None:
    reply = post(hub, event(hub, "bare-1", dataclassification=None))
    assert (reply.status_code, reply.json()["reason"]) == (422, "classification")
    found = hub.verdict(CODE, "bare-1")
    assert found["verdict"] == "rejected"
    assert [one["type"] for one in found["receipts"]] == ["hub.finding.rejected"]


def test_another_key_does_not_sign_for_this_source(hub: Running) -> None:
    found = attributes(CODE, "forged-1")
    reply = post(hub, signed(hub.data, "audit-M", found, finding(CODE, "forged-1")))
    assert (reply.status_code, reply.json()["reason"]) == (403, "signature")


def test_one_source_does_not_send_as_another(hub: Running) -> None:
    assert post(hub, event(hub, "other-1"), code="audit-M").status_code == 403
    with httpx.Client(base_url=hub.info["http"], trust_env=False) as client:
        assert client.post("/v1/events", json={}).status_code == 401


def test_other_content_under_one_id_is_a_conflict(hub: Running) -> None:
    assert post(hub, event(hub, "twice-1")).status_code == 202
    assert hub.verdict(CODE, "twice-1")["verdict"] == "accepted"
    assert post(hub, event(hub, "twice-1", finding(CODE, "twice-1", severity="S3"))).status_code == 409


def test_a_revision_without_its_predecessor_is_parked(hub: Running) -> None:
    late = finding(CODE, "late-1", revision=3)
    assert post(hub, event(hub, "late-1r3", late, kind="finding.revised")).status_code == 202
    kinds = [one["type"] for one in hub.verdict(CODE, "late-1r3")["receipts"]]
    assert kinds == ["hub.finding.parked"]


def test_a_citizen_number_with_a_wrong_check_character_is_taken_with_a_warning(hub: Running) -> None:
    data = finding(CODE, "check-1")
    number = data["subjects"][0]["citizen_id"]
    data["subjects"][0]["citizen_id"] = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert post(hub, event(hub, "check-1", data)).status_code == 202
    (receipt,) = hub.verdict(CODE, "check-1")["receipts"]
    assert receipt["data"]["warnings"] == ["id_checksum"]
    assert number not in json.dumps(receipt)


def test_rubbish_in_kafka_does_not_stop_the_flow(hub: Running) -> None:
    producer = Producer({"bootstrap.servers": hub.info["kafka"]})
    for value in (b"{", b"", b"\xff\xfe", json.dumps(attributes("nobody-X", "n1")).encode()):
        producer.produce("findings-land", value, key="rubbish")
    good = event(hub, "after-rubbish")
    producer.produce("findings-land", json.dumps(good).encode(), key="rubbish")
    assert producer.flush(30) == 0
    assert hub.verdict(CODE, "after-rubbish")["verdict"] == "accepted"
