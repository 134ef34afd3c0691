"""CloudEvents 1.0 from and to bytes: structured and binary mode (Kafka ``ce_*``, HTTP ``ce-*``), HTTP batch.

Source: CloudEvents 1.0.2 core, JSON format, Kafka and HTTP protocol bindings. The hub takes JSON data only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

import orjson

from schemas.attributes import check
from schemas.jsontext import Malformed, loads

__all__ = ["Event", "Malformed", "decode", "decode_batch", "encode_structured"]

MAX_BYTES: Final = 262_144
"""Size of one event, headers not counted."""
MAX_BATCH_BYTES: Final = 4_194_304
MAX_BATCH_EVENTS: Final = 1_000
STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
_PREFIXES: Final = ("ce_", "ce-")

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Event:
    """A CloudEvent as sent: ``attributes`` with every extension (null ones left out), ``data`` parsed from JSON."""

    attributes: Mapping[str, Any]
    data: Any


def decode(value: bytes | None, headers: Headers = ()) -> Event:
    """One event from a Kafka record or an HTTP request. Raises :class:`Malformed` alone: poison, never retried.

    Structured where the content type says so, or where there is neither ``ce_``/``ce-`` header nor another content type
    but JSON; else binary. Header names are compared without case.
    """
    value = value or b""
    if len(value) > MAX_BYTES:
        raise Malformed("too_large", f"an event may have {MAX_BYTES} bytes")
    if not headers:
        return _structured(loads(value))
    content_type, attributes = _read_headers(headers)
    media = content_type.partition(";")[0].strip().lower()
    if media == BATCH:
        raise Malformed("content_type", "a batch is taken over HTTP only; on Kafka every event is a record of its own")
    if media == STRUCTURED or (not attributes and media in ("", "application/json")):
        return _structured(loads(value))
    if media.startswith("application/cloudevents"):
        raise Malformed("content_type", f"of the CloudEvents formats only {STRUCTURED} is taken")
    return _binary(attributes, content_type, value)


def decode_batch(value: bytes) -> list[Event]:
    """The events of an HTTP batch (``application/cloudevents-batch+json``), in order. Raises :class:`Malformed`.

    One malformed event refuses the batch: nothing of it was taken.
    """
    if len(value) > MAX_BATCH_BYTES:
        raise Malformed("too_large", f"a batch may have {MAX_BATCH_BYTES} bytes")
    envelopes = loads(value)
    if not isinstance(envelopes, list):
        raise Malformed("batch", "a batch is a JSON array of events")
    if len(envelopes) > MAX_BATCH_EVENTS:
        raise Malformed("batch", f"a batch may hold {MAX_BATCH_EVENTS} events")
    return [_structured(envelope) for envelope in envelopes]


def encode_structured(attributes: Mapping[str, Any], data: Any) -> bytes:
    """A structured-mode event. Adds no attribute: what was signed is what is sent."""
    return orjson.dumps({**attributes, "data": data})


def _structured(envelope: Any) -> Event:
    if not isinstance(envelope, dict):
        raise Malformed("not_object", "an event is a JSON object")
    if "data_base64" in envelope:
        raise Malformed("data", "data is JSON in the member `data`; data_base64 is not taken")
    data = envelope.pop("data", None)
    if None in envelope.values():
        envelope = {name: value for name, value in envelope.items() if value is not None}
    check(envelope)
    return Event(envelope, data)


def _binary(attributes: dict[str, str], content_type: str, value: bytes) -> Event:
    if content_type:
        attributes["datacontenttype"] = content_type
    check(attributes)
    return Event(attributes, loads(value) if value else None)


def _read_headers(headers: Headers) -> tuple[str, dict[str, str]]:
    content_type = ""
    attributes: dict[str, str] = {}
    for name, raw in headers:
        key = name.lower()
        if key == "content-type":
            content_type = _header_text(raw)
        elif key.startswith(_PREFIXES) and raw is not None:
            attribute, text = key[3:], _header_text(raw)
            if attribute in attributes or attribute in ("data", "datacontenttype"):
                raise Malformed("attribute", "an attribute is given twice, or one that binary mode has no header for")
            attributes[attribute] = _unquote(text) if key[2] == "-" else text
    return content_type, attributes


def _header_text(raw: bytes | None) -> str:
    try:
        return (raw or b"").decode()
    except UnicodeDecodeError as error:
        raise Malformed("encoding", "a header is not UTF-8") from error


def _unquote(text: str) -> str:
    """HTTP headers are percent-encoded (HTTP binding 3.1.3.2)."""
    try:
        return unquote(text, errors="strict") if "%" in text else text
    except UnicodeDecodeError as error:
        raise Malformed("encoding", "a header is not percent-encoded UTF-8") from error
