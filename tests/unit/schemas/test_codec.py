"""Bytes to events: both modes, the limits, and that nothing but Malformed ever comes out."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import (
    MAX_BATCH_EVENTS,
    MAX_BYTES,
    Event,
    Malformed,
    decode,
    decode_batch,
    encode_structured,
)

ATTRIBUTES = {
    "specversion": "1.0",
    "id": "f1",
    "source": "urn:hub:body:insp-P",
    "type": "hub.finding.reported",
    "time": "2026-03-02T09:00:00+08:00",
    "dataclassification": "work_secret",
}
DATA = {"ref": "f1", "text": "摘要：一", "list": [1, 2, None, True]}
STRUCTURED = [("content-type", b"application/cloudevents+json; charset=utf-8")]


def text(**changes: Any) -> bytes:
    return json.dumps({**ATTRIBUTES, "data": DATA, **changes}).encode()


def reason(value: bytes, headers: Any = ()) -> str:
    with pytest.raises(Malformed) as caught:
        decode(value, headers)
    return caught.value.reason


@pytest.mark.parametrize("headers", [(), STRUCTURED, [("Content-Type", b"application/json")]])
def test_structured_mode(headers: Any) -> None:
    assert decode(encode_structured(ATTRIBUTES, DATA), headers) == Event(ATTRIBUTES, DATA)


def test_binary_mode_on_kafka() -> None:
    headers = [(f"ce_{name}", value.encode()) for name, value in ATTRIBUTES.items()]
    headers += [("content-type", b"application/json"), ("unrelated", b"\xff")]
    found = decode(json.dumps(DATA).encode(), headers)
    assert found == Event({**ATTRIBUTES, "datacontenttype": "application/json"}, DATA)


def test_binary_mode_over_http_is_percent_decoded_and_case_does_not_matter() -> None:
    headers = [(f"CE-{name.title()}", value.encode()) for name, value in ATTRIBUTES.items()]
    found = decode(b"{}", [*headers, ("ce-subject", b"%E4%B8%80%25")])
    assert found.attributes == {**ATTRIBUTES, "subject": "一%"}


def test_null_attributes_are_absent_ones() -> None:
    assert decode(text(subject=None)).attributes == ATTRIBUTES


def test_a_batch_keeps_its_order() -> None:
    batch = b"[" + text(id="a") + b"," + text(id="b") + b"]"
    assert [one.attributes["id"] for one in decode_batch(batch)] == ["a", "b"]
    assert decode_batch(b"[]") == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"[]", "not_object"),
        (b"null", "not_object"),
        (b'{"a":"\xff"}', "encoding"),
        (b'{"a":NaN}', "not_json"),
        (b'{"a":-Infinity}', "not_json"),
        (b'{"a":1e999}', "not_json"),
        (b'{"a":"\\ud800"}', "not_json"),
        (b'\xef\xbb\xbf{"a":1}', "not_json"),
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"a":{"b":":","b":""}}', "duplicate_key"),
        (b'{"x:":1,"x\\u003a":2}', "duplicate_key"),
        (b'{"x":1,"x":"\\u003a","y":"\\u003A"}', "duplicate_key"),
        (b'{"a":1.5,"a":2}', "duplicate_key"),
        (b'{"a":9007199254740992}', "number"),
        (b'{"a":-18446744073709551617}', "number"),
        (b'{"a":1' + b"0" * 300 + b"}", "number"),
        (b'{"a":"\\u0000"}', "null_byte"),
        (b'{"\\u0000":1}', "null_byte"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "too_deep"),
        (b"[" * 100_000, "not_json"),
        (b" " * (MAX_BYTES + 1), "too_large"),
    ],
)
def test_refused_json(value: bytes, expected: str) -> None:
    assert reason(value) == expected


def test_looks_dangerous_and_is_not() -> None:
    data = {"a": "\\u0000", "b": "\u007f:", "c": 0.5, "d": "::", "nested": [[[[{"e": "\u00e9"}]]]] * 9}
    assert decode(text(data=data)).data == data


@pytest.mark.parametrize("depth", [31, 32])
def test_the_depth_limit_is_exact(depth: int) -> None:
    value = text(data=0).replace(b"0}", b"[" * (depth - 1) + b'"[[["' + b"]" * (depth - 1) + b"}")
    assert decode(value).data
    if depth == 32:
        assert reason(value.replace(b'"[[["', b'["[[["]')) == "too_deep"


@pytest.mark.parametrize(
    "changes",
    [
        {"specversion": "0.3"},
        {"specversion": None},
        {"id": ""},
        {"id": " "},
        {"id": 5},
        {"id": None},
        {"source": None},
        {"source": "urn: x"},
        {"type": ""},
        {"id": "x" * 201},
        {"subject": "x" * 301},
        {"subject": "a\nb"},
        {"subject": "\u0085"},
        {"Subject": "x"},
        {"under_score": "x"},
        {"ext": {"a": 1}},
        {"ext": [1]},
        {"ext": 1.5},
        {"sequence": 2**31},
        {"ext": "x" * 2049},
        {"time": "2026-03-02"},
        {"time": "2026-03-02T09:00:00"},
        {"time": "2026-02-30T09:00:00Z"},
        {"time": "2026-03-02T25:00:00Z"},
        {"time": "2026-03-02T09:00:00+24:00"},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"time": "２026-03-02T09:00:00Z"},
        {"time": 5},
        {"recordedtime": "yesterday"},
        {f"x{n}": "y" for n in range(40)},
    ],
)
def test_refused_attributes(changes: dict[str, Any]) -> None:
    assert reason(text(**changes)) == "attribute"


@pytest.mark.parametrize(
    "time", ["2026-03-02T09:00:00Z", "2026-03-02t09:00:00.123456789z", "1999-12-31T23:59:59.5-11:30"]
)
def test_times_of_rfc_3339(time: str) -> None:
    assert decode(text(time=time)).attributes["time"] == time


def test_other_content_types() -> None:
    assert reason(text(datacontenttype="text/plain")) == "content_type"
    assert reason(text(data_base64="e30=")) == "data"
    assert reason(text(), [("content-type", b"application/cloudevents-batch+json")]) == "content_type"
    assert reason(text(), [("content-type", b"application/cloudevents+avro")]) == "content_type"
    assert decode(text(datacontenttype="application/vnd.hub+json")).data == DATA


def test_headers_that_contradict_themselves() -> None:
    twice = [("ce_specversion", b"1.0"), ("ce_id", b"a"), ("CE_ID", b"b")]
    assert reason(b"{}", twice) == "attribute"
    assert reason(b"{}", [("ce_id", b"\xff")]) == "encoding"
    assert reason(b"{}", [("ce-id", b"%ff")]) == "encoding"


def test_batches_that_are_refused() -> None:
    for value, expected in [(b"{}", "batch"), (b"[1]", "not_object"), (b"[{},", "not_json")]:
        with pytest.raises(Malformed) as caught:
            decode_batch(value)
        assert caught.value.reason == expected
    with pytest.raises(Malformed):
        decode_batch(b"[" + b",".join([text()] * (MAX_BATCH_EVENTS + 1)) + b"]")


def test_errors_never_echo_what_was_sent() -> None:
    secret = "Feng Zhiqiu"
    for changes in ({"subject": secret + "\n"}, {"time": secret}, {secret: "x"}, {"ext": {secret: 1}}):
        with pytest.raises(Malformed) as caught:
            decode(text(**changes))
        assert secret not in str(caught.value)
    assert secret.replace(" ", "") not in str(caught.value)


header_names = st.sampled_from(["content-type", "ce_id", "ce-id", "ce_specversion", "ce_source", "ce_type", "x"])
header_values = st.none() | st.binary(max_size=40) | st.sampled_from([b"1.0", b"application/json", b"a"])


@given(st.binary(max_size=400), st.lists(st.tuples(header_names, header_values), max_size=6))
def test_any_bytes_decode_or_are_malformed(value: bytes, headers: list[tuple[str, Any]]) -> None:
    for call in (lambda: decode(value, headers), lambda: decode_batch(value)):
        with suppress(Malformed):
            call()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text().filter(lambda one: "\0" not in one),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text().filter(lambda one: "\0" not in one), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(json_values, st.booleans())
def test_what_is_encoded_decodes_to_the_same(data: Any, escaped: bool) -> None:
    value = json.dumps({**ATTRIBUTES, "data": data}).encode() if escaped else encode_structured(ATTRIBUTES, data)
    assert decode(value) == Event(ATTRIBUTES, data)


@given(
    st.dictionaries(st.text(max_size=3).filter(lambda one: "\0" not in one), json_values, min_size=1, max_size=4),
    st.data(),
)
def test_a_doubled_key_is_always_seen(data: dict[str, Any], draw: st.DataObject) -> None:
    key = draw.draw(st.sampled_from(sorted(data)))
    escaped = draw.draw(st.booleans())
    pair = json.dumps(key, ensure_ascii=escaped) + ":" + json.dumps(draw.draw(json_values), ensure_ascii=escaped)
    body = "{" + pair + "," + json.dumps(data, ensure_ascii=not escaped)[1:]
    value = json.dumps({**ATTRIBUTES, "data": 0})[:-2] + body + "}"
    assert reason(value.encode()) == "duplicate_key"


@pytest.mark.parametrize(
    "value", [b"[" + b"[]," * 80_000 + b"[]]", b'{"":' * 60_000, b'"' + b"\\u00e9" * 40_000 + b'"']
)
def test_memory_stays_bounded(value: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Malformed):
            decode(value[:MAX_BYTES])
        assert tracemalloc.get_traced_memory()[1] < 128 * MAX_BYTES
    finally:
        tracemalloc.stop()
