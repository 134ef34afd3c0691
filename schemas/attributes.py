"""The rules for CloudEvents attributes (core specification, sections 3 and 4) and this contract's limits on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from schemas.jsontext import Malformed

MAX_ATTRIBUTES: Final = 40
MAX_TEXT: Final = 2_048
"""Characters of an attribute's value."""
MAX_NAME: Final = {"id": 200, "source": 200, "type": 100, "subject": 300, "partitionkey": 300}
"""Tighter limits of attributes that become keys."""
KNOWN: Final = frozenset({
    "specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "partitionkey",
    "sequence", "correlationid", "causationid", "dataclassification", "traceparent", "tracestate", "signature",
    "recordedtime",
})  # fmt: skip
"""Names that may be named in an error; any other name may be content."""

_NAME: Final = re.compile(r"[a-z0-9]{1,64}\Z")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACE: Final = re.compile(r"\s")
_TIME: Final = re.compile(r"(?:19|2\d)\d\d-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_JSON_MEDIA: Final = re.compile(r"\s*[a-z]+/(?:json|[a-z0-9.!#$&^_-]+\+json)\s*(?:;.*)?\Z", re.IGNORECASE)
_INT32: Final = 2**31


def check(attributes: Mapping[str, Any]) -> None:
    """Raise :class:`Malformed` where an attribute breaks a rule. Null attributes have been left out already."""
    if len(attributes) > MAX_ATTRIBUTES:
        raise Malformed("attribute", f"an event may have {MAX_ATTRIBUTES} attributes")
    for name, value in attributes.items():
        if name not in KNOWN and not _NAME.match(name):
            raise Malformed("attribute", "attribute names are lower-case ASCII letters and digits")
        if type(value) is not str:
            _check_scalar(name, value)
        elif len(value) > MAX_TEXT or not value.isprintable():
            _check_text(name, value)
    _check_required(attributes)


def _check_required(attributes: Mapping[str, Any]) -> None:
    if attributes.get("specversion") != "1.0":
        raise _wrong("specversion", "must be 1.0")
    for name in ("id", "source", "type"):
        if not isinstance(value := attributes.get(name), str) or not value.strip():
            raise _wrong(name, "is required")
    if _SPACE.search(attributes["source"]):
        raise _wrong("source", "must be a URI reference")
    for name, limit in MAX_NAME.items():
        if len(str(attributes.get(name, ""))) > limit:
            raise _wrong(name, f"may have {limit} characters")
    for name in ("time", "recordedtime"):
        if name in attributes:
            _check_time(name, attributes[name])
    if "datacontenttype" in attributes and not _JSON_MEDIA.match(str(attributes["datacontenttype"])):
        raise Malformed("content_type", "data must be JSON: application/json")


def _check_scalar(name: str, value: Any) -> None:
    """Booleans and 32-bit integers are CloudEvents types; numbers with a fraction, objects and arrays are none."""
    if isinstance(value, bool) or (isinstance(value, int) and -_INT32 <= value < _INT32):
        return
    raise _wrong(name, "must be a string, a boolean or a 32-bit integer")


def _check_text(name: str, value: str) -> None:
    if len(value) > MAX_TEXT:
        raise _wrong(name, f"may have {MAX_TEXT} characters")
    if _CONTROL.search(value):
        raise _wrong(name, "must not contain control characters")


def _check_time(name: str, value: Any) -> None:
    try:
        if _TIME.match(value):
            datetime.fromisoformat(value[:19] + (value[-6:] if value[-1] not in "Zz" else "+00:00"))
            return
    except (TypeError, ValueError):
        pass
    raise _wrong(name, "must be an RFC 3339 date and time with offset, in or after 1900")


def _wrong(name: str, problem: str) -> Malformed:
    return Malformed("attribute", f"attribute {name if name in KNOWN else '(an extension)'} {problem}")
