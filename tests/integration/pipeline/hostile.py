"""Inputs that nobody should send, made from a valid event and a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hub.chaos.history import Told

Headers = list[tuple[str, bytes]]
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 2**70, -0.0, 1e308, "", " ", "\u0000", "\u202e", "9" * 400, [], {}, [[]], {"": None},
    "finding.reported", "hub.", "\ud7ff", ["x"] * 500, {"a": {"b": {"c": []}}},
)  # fmt: skip
TIMES = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+14:00",
    "2026-13-45T99:99:99Z",
    "1e9",
    "-1",
    "10000-01-01",
    "明天",
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """``kind`` names the way it was made."""

    kind: str
    value: bytes
    headers: Headers


class Maker:
    """The same seed makes the same inputs. ``huge``: size of the largest, in bytes.

    ``sign`` gives an event a good signature: most that still can have one get it, so that what lies behind the
    signature is tried too.
    """

    def __init__(self, seed: int, huge: int, sign: Callable[[dict[str, Any]], None]) -> None:
        self._chance = random.Random(seed)
        self._huge, self._sign = huge, sign
        self._serial = 0
        ways = [way for name, way in sorted(vars(Maker).items()) if name.startswith("_way_")]
        self._ways: list[Callable[[Maker, dict[str, Any]], bytes | Hostile]] = ways

    def make(self, told: Told) -> Hostile:
        """One input, made from ``told``, under an id of its own where it still has one."""
        self._serial += 1
        event = json.loads(told.value)
        event["id"] = f"hostile-{self._serial}"
        way = self._ways[self._serial % len(self._ways)]
        made = way(self, event)
        kind = way.__name__.removeprefix("_way_")
        return made if isinstance(made, Hostile) else Hostile(kind, made, [])

    def _places(self, event: Any) -> list[tuple[Any, Any]]:
        """Every member and item of a JSON value, with what holds it."""
        found: list[tuple[Any, Any]] = []
        todo = [event]
        while todo:
            holder = todo.pop()
            for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
                found.append((holder, key))
                if isinstance(holder[key], dict | list):
                    todo.append(holder[key])
        return [one for one in found if one[1] not in ("id", "source")]

    def _text(self, event: dict[str, Any]) -> bytes:
        if self._chance.random() < 0.8:
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                self._sign(event)
        return json.dumps(event).encode()

    def _way_wrong_types(self, event: dict[str, Any]) -> bytes:
        for _ in range(self._chance.randint(1, 4)):
            holder, key = self._chance.choice(self._places(event))
            holder[key] = deepcopy(self._chance.choice(ODD_VALUES))  # what is put in may itself be changed next
        return self._text(event)

    def _way_missing(self, event: dict[str, Any]) -> bytes:
        holder, key = self._chance.choice(self._places(event))
        del holder[key]
        return self._text(event)

    def _way_cut_off(self, event: dict[str, Any]) -> bytes:
        text = json.dumps(event, ensure_ascii=False).encode()
        return text[: self._chance.randrange(1, len(text))]

    def _way_flipped(self, event: dict[str, Any]) -> bytes:
        text = bytearray(json.dumps(event).encode())
        for _ in range(self._chance.randint(1, 8)):
            text[self._chance.randrange(len(text))] = self._chance.randrange(256)
        return bytes(text)

    def _way_noise(self, event: dict[str, Any]) -> bytes:
        return self._chance.randbytes(self._chance.randrange(1, 2_000))

    def _way_huge(self, event: dict[str, Any]) -> bytes:
        event["data"]["context"] = "大" * (self._chance.randrange(self._huge // 30, self._huge) // 3)
        return self._text(event)

    def _way_many(self, event: dict[str, Any]) -> bytes:
        event["data"]["subjects"] = event["data"].get("subjects", [{}]) * self._chance.randrange(101, 600)
        return self._text(event)

    def _way_deep(self, event: dict[str, Any]) -> bytes:
        depth = self._chance.choice((200, 5_000, 100_000))
        opening, closing = self._chance.choice((("[", "]"), ('{"a":', "}")))
        inner = opening * depth + "1" + closing * depth
        return json.dumps(event).replace('"work_item"', '"x"').encode()[:-1] + f',"deep":{inner}}}'.encode()

    def _way_encoding(self, event: dict[str, Any]) -> bytes:
        text = json.dumps(event, ensure_ascii=False)
        return text.encode(self._chance.choice(("utf-16", "utf-32", "gb18030", "big5", "utf-7")), "replace")

    def _way_surrogates(self, event: dict[str, Any]) -> bytes:
        event["data"]["ref"] = "\ud800\udfff\ud800"
        return self._text(event)

    def _way_null_bytes(self, event: dict[str, Any]) -> bytes:
        holder, key = self._chance.choice(self._places(event))
        holder[key] = "a\x00b"
        text = self._text(event)
        return text if self._chance.random() < 0.5 else text.replace(b"\\u0000", b"\x00")

    def _way_duplicate_keys(self, event: dict[str, Any]) -> bytes:
        text = json.dumps(event)
        twice = self._chance.choice(('"type":"hub.finding.retracted"', '"dataclassification":"public"', '"data":{}'))
        return (text[:-1] + "," + twice + "}").encode()

    def _way_clock(self, event: dict[str, Any]) -> bytes:
        event["time"] = self._chance.choice(TIMES)
        return self._text(event)

    def _way_numbers(self, event: dict[str, Any]) -> bytes:
        text = json.dumps(event).replace(
            '"revision": 1', f'"revision": {self._chance.choice(("1e999", "NaN", "-0", "1.0", "9" * 5000))}'
        )
        return text.encode()

    def _way_stranger(self, event: dict[str, Any]) -> bytes:
        event["source"] = self._chance.choice(("urn:hub:body:nobody", "urn:hub:self", "", "x" * 5_000, 7, None))
        return self._text(event)

    def _way_unknown_type(self, event: dict[str, Any]) -> bytes:
        event["type"] = self._chance.choice(("hub.finding.guessed", "hub.", "../../etc", "task.proposed", "x" * 3_000))
        return self._text(event)

    def _way_label(self, event: dict[str, Any]) -> bytes:
        event["dataclassification"] = self._chance.choice(("top_secret", "secret", "", "PUBLIC", None, 3, ["public"]))
        return self._text(event)

    def _way_long_id(self, event: dict[str, Any]) -> bytes:
        event["id"] += self._chance.choice(("x" * 100_000, "\n\r\t", "'; drop table inbox; --", "\u0000", "🏛" * 200))
        return self._text(event)

    def _way_number_that_fails(self, event: dict[str, Any]) -> bytes:
        for subject in event["data"].get("subjects", []):
            subject["citizen_id"] = "37710119000101" + str(self._chance.randrange(1000, 9999))
        return self._text(event)

    def _way_headers(self, event: dict[str, Any]) -> Hostile:
        odd: Headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", event["id"].encode()),
            ("ce_source", self._chance.choice((event["source"].encode(), b"\xff\xfe", b""))),
            ("ce_type", self._chance.choice((b"hub.finding.reported", b"\x00", b"x" * 9_000))),
            ("content-type", self._chance.choice((b"application/json", b"text/html", b"\xff", b""))),
        ]
        return Hostile("headers", json.dumps(event["data"]).encode(), odd)
