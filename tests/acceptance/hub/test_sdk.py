"""The official CloudEvents SDK and a plain Kafka client talk to the hub."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Consumer

from tests.acceptance.hub.conftest import Running
from tests.acceptance.hub.events import attributes, finding, signed

pytestmark = pytest.mark.stack


def sdk_event(hub: Running, code: str, ident: str, data: dict[str, Any]) -> CloudEvent:
    """An event of the SDK, signed over what the SDK sends."""
    bare = CloudEvent(attributes=attributes(code, ident, time=None), data=data)
    sent = json.loads(to_structured_event(bare).body)
    body = sent.pop("data")
    return CloudEvent(
        attributes={**bare.get_attributes(), "signature": signed(hub.data, code, sent, body)["signature"]}, data=data
    )


@pytest.mark.parametrize("encode", [to_structured_event, to_binary_event])
def test_a_finding_published_with_the_sdk_is_accepted(hub: Running, encode: Any) -> None:
    ident = f"sdk-{encode.__name__}"
    message = encode(sdk_event(hub, "audit-M", ident, finding("audit-M", ident)))
    with hub.client("audit-M") as client:
        reply = client.post("/v1/events", content=message.body, headers=dict(message.headers))
    assert reply.status_code == 202, reply.text
    assert reply.json()["receipt"] == f"/v1/receipts/audit-M/{ident}"
    found = hub.verdict("audit-M", ident)
    assert found["verdict"] == "accepted"
    assert [one["type"] for one in found["receipts"]] == ["hub.finding.accepted"]


def test_a_plain_consumer_reads_tasks_as_cloudevents(hub: Running) -> None:
    with hub.client("audit-M") as client:
        event = signed(hub.data, "audit-M", attributes("audit-M", "plain-1"), finding("audit-M", "plain-1"))
        assert (
            client.post("/v1/events", json=event, headers={"content-type": "application/cloudevents+json"}).status_code
            == 202
        )
    consumer = Consumer({
        "bootstrap.servers": hub.info["kafka"], "group.id": "plain-reader", "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
    })  # fmt: skip
    consumer.subscribe(["tasks-org-M"])
    try:
        found = asked_to_verify(consumer, "A/issue-plain-1")
    finally:
        consumer.close()
    assert found.get_source() == "urn:hub:self"
    assert found.get_extension("causationid") == "plain-1"
    assert found.get_extension("dataclassification") == "work_secret"


def asked_to_verify(consumer: Consumer, case: str) -> CloudEvent:
    """The first verify.requested of a case, parsed by the SDK."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        record = consumer.poll(1.0)
        if record is None or record.error():
            continue
        headers: dict[str, Any] = dict(record.headers() or [])
        event = from_kafka_event(KafkaMessage(headers=headers, key=record.key(), value=record.value() or b""))
        assert isinstance(event, CloudEvent)
        data: Any = event.get_data()
        if event.get_type() == "hub.verify.requested" and data["case"] == case:
            return event
    raise AssertionError("no verify.requested within 30 s")
