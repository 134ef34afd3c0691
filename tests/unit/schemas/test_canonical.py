"""Canonical JSON equals the reference implementation; ids and hashes are stable."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from schemas.canonical import NotCanonicalError, canonical, content_hash, outbound_id, signed_bytes

SAFE = 2**53 - 1
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-SAFE, SAFE), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5), max_leaves=20
)


@given(values)
def test_equals_the_reference_for_any_json_value(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_beyond_the_bmp_are_sorted_by_utf16() -> None:
    # RFC 8785 3.2.3: U+1F600 is D83D DE00 in UTF-16 and stands before U+FB33, though its UTF-8 bytes are greater.
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [SAFE + 1, -SAFE - 1, 2**70, float("nan"), float("inf"), [None, float("nan")], "\ud800", {1: 2}, object()],
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonicalError):
        canonical(value)


def test_nesting_without_end_is_refused_and_not_a_crash() -> None:
    value: list[Any] = []
    for _ in range(5_000):
        value = [value]
    with pytest.raises(NotCanonicalError):
        canonical(value)


def test_signed_bytes_leave_out_what_carriers_add_and_turn_attributes_to_text() -> None:
    attributes = {
        "id": "f1",
        "sequence": 7,
        "signature": "x",
        "recordedtime": "y",
        "traceparent": "z",
        "flag": True,
        "subject": None,
    }
    assert signed_bytes(attributes, {"b": 1, "a": 2}) == (
        b'{"attributes":{"flag":"true","id":"f1","sequence":"7"},"data":{"a":2,"b":1}}'
    )


def test_the_content_hash_ignores_sequence_and_sees_everything_else() -> None:
    base = {"id": "f1", "sequence": 1}
    assert content_hash(base, {"a": 1}) == hashlib.sha256(b'{"attributes":{"id":"f1"},"data":{"a":1}}').digest()
    assert content_hash({**base, "sequence": 2}, {"a": 1}) == content_hash(base, {"a": 1})
    assert content_hash(base, {"a": 2}) != content_hash(base, {"a": 1})
    assert content_hash({**base, "time": "t"}, {"a": 1}) != content_hash(base, {"a": 1})


def test_outbound_ids_follow_from_the_cause_alone() -> None:
    def made(**other: Any) -> str:
        key: dict[str, Any] = {
            "cause": ("urn:hub:body:a", "f1"),
            "type": "task.proposed",
            "rules": ["R-1", "R-2"],
            "pack": ["p1"],
            "case": {"cadre": "A", "issue": "i1"},
            "about": "A",
            "to": "org-M",
        }
        return outbound_id(**{**key, **other})

    assert made() == made(rules=["R-2", "R-1"])
    assert made()[14] == "5"
    others: list[dict[str, Any]] = [
        {"cause": ("urn:hub:body:a", "f2")},
        {"type": "x"},
        {"rules": ["R-1"]},
        {"pack": []},
        {"case": None},
    ]
    ids = {made(), *(made(**other) for other in others), made(about="B"), made(to=None)}
    assert len(ids) == 8
