"""Petitioner data in clear: found before anything of a message is kept (contract section 3.1, ``petitioner``).

Doubtful cases count as leaks: a quarantined message can be sent again, a name that got out cannot be called back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal

from hub.domain import leak_labels, leak_numbers
from hub.domain.sealed import is_sealed

PETITIONER: Final = "petitioner"
_BETWEEN: Final = "。"
"""Put between strings: ends every phrase and number, and is no blank."""
_PLAIN_KEY: Final = re.compile(r"[a-z_]{1,40}\d{0,3}\Z", re.ASCII)
_OWN_KEYS: Final = frozenset({"petitioner", "petitioner_withdrew", "citizen_id", "sha256"})
_PETITIONER_KEY: Final = re.compile(
    r"petition|reporter|reportedby|complain|accuser|inform(?:ant|er)|whistle|witness|denounc|discloser|tipster|sender"
    r"|contact|telephone|phone|mobile|email|wechat|homeaddress|jubaoren|xinfangren|举报|信访|投诉|检举|控告|反映人|上访"
    r"|来信|来访|联系|电话|手机|住址"
)
_REPORT_KEY: Final = re.compile(r"(?:report|letter|original|full|raw)text|attach|enclosure|附件|原文|正文|原信")
"""The report itself, as its text or as a file (R-IN-02): the contract has no field for it, so its name is enough."""
_CODE_KEYS: Final = frozenset({
    "ref", "matter", "objects", "document_no", "cadre_id", "cadre", "case", "issue", "task", "finding", "findings",
    "about", "of", "correction", "prevails", "organ", "organ_id", "tenure_id", "verified_by", "recorded_by", "unit",
    "confirmed_by", "team", "chosen", "into", "from", "by", "deployment_ref", "sub_code", "department", "committee",
    "person", "parent",
})  # fmt: skip
"""Fields that hold references: a number glued to letters is a reference there; in any other field it may be a phone."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
_EXOTIC: Final = re.compile("[^\x00-\x7f\u3001-\u3020\u4e00-\u9fff，：；？！（）—…“”‘’·]")
"""Anything that normalisation would turn into something else that matters here."""
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_OTHER_DIGIT: Final = re.compile(r"[^\x00-\x7f\D]")


def find_leak(data: Any) -> str | None:
    """The reason why ``data`` must not be kept, or None. Reasons are codes and say nothing of the content.

    ``petitioner_not_sealed``: the field holds anything but a compact JWE. ``petitioner_field``: a field is named like
    one for the petitioner, ``report_itself``: for the report's text or a copy of it.
    ``labelled_phrase``: 举报人, 信访人, 联系电话 … with a name, number or
    address. ``phone``, ``citizen_id`` (outside ``subjects[].citizen_id``), ``email``: the pattern stands somewhere. Pure; linear in size.
    """
    collected = _Collected()
    reason = collected.walk(data)
    if reason is not None:
        return reason
    text, codes = _normal(_BETWEEN.join(collected.texts)), _normal(_BETWEEN.join(collected.codes))
    return (
        leak_numbers.find(text, glued=True)
        or leak_numbers.find(codes, glued=False)
        or leak_labels.find(text + _BETWEEN + codes)
    )


class _Collected:
    """The strings of a value: free text, and fields that hold references."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.codes: list[str] = []

    def walk(self, data: Any) -> str | None:
        """Collect; the reason where a field as such is a leak. ``todo`` holds (value, its field)."""
        todo: list[tuple[Any, str]] = [(data, "")]
        while todo:
            value, key = todo.pop()
            kind = type(value)
            if kind is str:
                (self.codes if key in _CODE_KEYS else self.texts).append(value)
            elif kind is list or kind is tuple:
                todo += [(inner, key) for inner in value]
            elif isinstance(value, Mapping):
                for name, inner in value.items():
                    if _kind_of_key(name) != "plain":
                        reason = self._field(name, inner)
                        if reason is not None:
                            return reason
                        if _exempt(name, inner, key, value):
                            continue
                    todo.append((inner, name))
            elif kind is int or kind is float:
                self.texts.append(str(value))
        return None

    def _field(self, name: str, value: Any) -> str | None:
        if name == PETITIONER:
            return None if value is None or _sealed_petitioner(value) else "petitioner_not_sealed"
        kind = _kind_of_key(name)
        if kind == "text":
            self.texts.append(name)
        return {"leak": "petitioner_field", "report": "report_itself"}.get(kind)


def _sealed_petitioner(value: Any) -> bool:
    header = is_sealed(value)
    return header is not None and find_leak(header) is None


def _exempt(name: str, value: Any, key: str, parent: Mapping[str, Any]) -> bool:
    """Values that are what their field says, and nothing else.

    A citizen ID has its place in a subject, or in a cadre's record of the roster.
    """
    if name == "citizen_id":
        in_place = key in ("subjects", "subject") or "cadre_id" in parent
        return in_place and isinstance(value, str) and leak_numbers.is_citizen_id(value)
    return name == PETITIONER or (name == "sha256" and isinstance(value, str) and _SHA256.match(value) is not None)


@lru_cache(maxsize=4096)
def _kind_of_key(name: str) -> Literal["plain", "own", "text", "leak", "report"]:
    """``leak``, ``report``: named like a field for the petitioner, for the report itself; ``text``: scanned like a value;
    ``own``: has its own rule."""
    if name in _OWN_KEYS:
        return "own"
    folded = "".join(one for one in unicodedata.normalize("NFKC", name).lower() if one.isalnum())
    if _PETITIONER_KEY.search(folded):
        return "leak"
    if _REPORT_KEY.search(folded):
        return "report"
    return "plain" if _PLAIN_KEY.match(name) else "text"


def _normal(text: str) -> str:
    """Full-width and other variants of letters and digits become the plain ones; invisible characters go."""
    if text.isascii() or _EXOTIC.search(text) is None:
        return text
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _OTHER_DIGIT.sub(lambda found: str(unicodedata.decimal(found.group())), plain)
