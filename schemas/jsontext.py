"""Strict JSON: what RFC 8259 leaves open is refused, because two readers would read two different things."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, NoReturn

import orjson

MAX_DEPTH: Final = 32
"""Nesting of arrays and objects."""
MAX_INTEGER: Final = 2**53 - 1
"""Beyond it JSON readers disagree about the value (RFC 8259 section 6), and RFC 8785 has no form for it."""


class Malformed(ValueError):
    """The message is no event in the form that the contract asks for.

    ``reason`` is a code, ``detail`` an English sentence for the sender; neither ever holds a piece of the message.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def loads(value: bytes) -> Any:
    """Parse JSON of any type. Raises :class:`Malformed` and nothing else; the caller has limited the size.

    Refused: what is not JSON or not UTF-8, duplicate keys, NaN, lone surrogates, NUL in a string, integers beyond
    :data:`MAX_INTEGER`, numbers beyond a double, nesting deeper than :data:`MAX_DEPTH`.

    orjson keeps the last of duplicate keys. Written out again, a text without them has as many colons as before: each
    pair has one outside strings, and a colon in a string stays one as long as the text spells none as ``\\u003a``. A
    dropped pair loses at least its own. So equal counts prove that nothing was dropped. Texts with ``\\u00`` escapes or
    floats (which may have been integers) are read again by the slower parser of the standard library, which shows every
    pair and token.
    """
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise _syntax(value) from error
    _check_depth(value, parsed)
    try:
        again = orjson.dumps(parsed, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError as error:
        raise _integer() from error
    if b"\\u00" in value or holds_float(parsed):
        _check_slowly(value, again)
    elif value.count(b":") != again.count(b":"):
        raise _duplicate()
    return parsed


def holds_float(value: Any) -> bool:
    """Whether a float is anywhere in a parsed value."""
    todo: list[Iterable[Any]] = [(value,)]
    while todo:
        for one in todo.pop():
            kind = type(one)
            if kind is float:
                return True
            if kind is dict:
                todo.append(one.values())
            elif kind is list or kind is tuple:
                todo.append(one)
    return False


def _syntax(value: bytes) -> Malformed:
    try:
        value.decode()
    except UnicodeDecodeError:
        return Malformed("encoding", "the message is not UTF-8")
    return Malformed("not_json", "the message is not JSON (RFC 8259)")


def _check_depth(value: bytes, parsed: Any) -> None:
    """Fewer brackets than levels cannot nest too deep; otherwise walk level by level."""
    if value.count(b"{") + value.count(b"[") <= MAX_DEPTH:
        return
    level = [parsed]
    for _ in range(MAX_DEPTH):
        level = [child for one in level for child in _children(one) if isinstance(child, dict | list)]
        if not level:
            return
    raise Malformed("too_deep", f"arrays and objects may be nested {MAX_DEPTH} levels deep")


def _children(one: Any) -> Iterable[Any]:
    return one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()


def _check_slowly(value: bytes, again: bytes) -> None:
    if b"\\u0000" in again and "\0" in _all_text(again):
        raise Malformed("null_byte", "strings must not contain the character U+0000")
    try:
        json.loads(value.decode(), object_pairs_hook=_pairs, parse_int=_safe_integer, parse_constant=_no_constant)
    except (RecursionError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Malformed("not_json", "the message is not JSON (RFC 8259)") from error


def _all_text(again: bytes) -> str:
    """Every string of the text, unescaped, one after the other (a backslash followed by u0000 is not a NUL)."""
    found: list[str] = []
    todo = [orjson.loads(again)]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            found.append(one)
            continue
        found.extend(one if isinstance(one, dict) else ())
        todo.extend(_children(one))
    return "".join(found)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _duplicate()
    return found


def _safe_integer(digits: str) -> int:
    if len(digits) > 17 or abs(number := int(digits)) > MAX_INTEGER:
        raise _integer()
    return number


def _no_constant(_: str) -> NoReturn:
    raise Malformed("not_json", "NaN and infinity are not JSON")


def _integer() -> Malformed:
    return Malformed("number", "integers must lie within plus or minus 2^53 - 1")


def _duplicate() -> Malformed:
    return Malformed("duplicate_key", "an object names a key twice")
