"""The AsyncAPI 3.0 document: channels (topics), messages (event types), operations as the hub sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas import topics
from schemas.attributes import KNOWN
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND
from schemas.vocab import CLASSIFICATIONS

ADDRESSED = {
    "tasks": (
        "tasks-{organ}",
        "Queue of one recipient: a department, body, committee, joint meeting or HR department.",
    ),
    "clarifications": ("clarifications-{organ}", "Clarifications for one clarifying organ or verifying body."),
    "receipts": ("receipts-{organ}", "Receipts for one source, by its registered code."),
}
_REQUIRED = ("specversion", "id", "source", "type", "time", "dataclassification")


def document(json_schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The whole document; payload schemas stand in files beside it (``inbound/*.json``, ``outbound/*.json``)."""
    messages = {_key(path): _message(path, schema) for path, schema in sorted(json_schemas.items())}
    channels = {**_inbound_channels(), **_outbound_channels()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cadre hub event contracts",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 over Kafka, structured or binary mode; structured is what the hub sends.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": {_operation(name): _action(name, channel) for name, channel in channels.items()},
        "components": {"messages": messages, "schemas": {"attributes": _attributes()}},
    }


def _key(path: str) -> str:
    return path.removesuffix(".json").replace("/", ".")


def _message(path: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    direction, _, file = path.partition("/")
    name = "hub." + file.removesuffix(".json")
    summary = str(schema.get("description", "")).split("\n", maxsplit=1)[0]
    properties = {"type": {"const": name}, "data": {"$ref": f"./{path}"}}
    envelope = {"allOf": [{"$ref": "#/components/schemas/attributes"}, {"type": "object", "properties": properties}]}
    return {
        "name": name,
        "title": f"{name} ({direction})",
        "summary": summary,
        "contentType": "application/cloudevents+json",
        "payload": envelope,
        "bindings": {"kafka": {"key": {"type": "string", "description": "the attribute partitionkey"}}},
    }


def _attributes() -> dict[str, Any]:
    properties: dict[str, Any] = {name: {"type": "string"} for name in sorted(KNOWN)}
    properties["specversion"] = {"const": "1.0"}
    properties["dataclassification"] = {"enum": list(CLASSIFICATIONS)}
    properties["sequence"] = {"type": ["string", "integer"]}
    properties["data"] = {}
    return {"type": "object", "required": [*_REQUIRED, "data"], "properties": properties}


def _inbound_channels() -> dict[str, Any]:
    family_of = dict(_inbound_topics())
    return {
        topic: {
            "address": topic,
            "description": f"Into the hub. What cannot be handled goes to {topic}{topics.DLQ_SUFFIX}.",
            "messages": _refs("inbound", [name for name, kind in INBOUND.items() if kind.family == family_of[topic]]),
        }
        for topic in topics.INBOUND_TOPICS
    }


def _inbound_topics() -> list[tuple[str, str]]:
    found = [(topics.inbound("findings", body), "findings") for body in (*topics.BODIES, None)]
    return found + [(topics.inbound(family), family) for family in ("determinations", "roster", "replies")]


def _outbound_channels() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for family, (address, description) in ADDRESSED.items():
        found[family] = {
            "address": address,
            "description": description,
            "parameters": {"organ": {"description": "registered code of the one reader"}},
            "messages": _refs("outbound", [name for name, kind in OUTBOUND.items() if kind.family == family]),
        }
    alerts = [name for name, kind in OUTBOUND.items() if kind.family == "alerts"]
    found["alerts"] = {
        "address": topics.ALERTS,
        "description": "For operations.",
        "messages": _refs("outbound", alerts),
    }
    found["set-aside"] = {
        "address": "{inbound}" + topics.DLQ_SUFFIX,
        "description": "For operations: what of an inbound topic could not be handled. Place and reason, never content.",
        "parameters": {"inbound": {"description": "the inbound topic", "enum": list(topics.INBOUND_TOPICS)}},
        "messages": _refs("outbound", [name for name, kind in OUTBOUND.items() if kind.family == "set_aside"]),
    }
    return found


def _refs(direction: str, names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{direction}.{name}"} for name in names}


def _operation(channel: str) -> str:
    return ("receive-" if channel in topics.INBOUND_TOPICS else "send-") + channel


def _action(name: str, channel: Mapping[str, Any]) -> dict[str, Any]:
    action = "receive" if name in topics.INBOUND_TOPICS else "send"
    messages = [{"$ref": f"#/channels/{name}/messages/{message}"} for message in channel["messages"]]
    return {"action": action, "channel": {"$ref": f"#/channels/{name}"}, "messages": messages}
