"""Names at the levels of comparison, side by side: the raw form is never overwritten.

L0 form (width, blanks, dots) · L1 written variants (traditional, Japanese) · L2 toneless readings · L3 one edit.
Characters that names keep apart (乾/干, 喆/哲) stay apart at L1: conversion is a level, not a truth.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import cache, lru_cache
from itertools import product

from opencc import OpenCC
from pypinyin import Style, pinyin
from rapidfuzz.distance import OSA

from hub.domain.matching import tables

_DOTS = re.compile(r"[·•・.‧∙⋅●｡。﹒\u2024\u00b7\u16eb\u2022\u2027\u2219\u22c5\u30fb\uff65]")
_OFF = re.compile(
    r"[\s\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad\u180e\u115f\u1160\u3164]|[\U000e0100-\U000e01ef]"
)
_MASK = "某XxＸ×✕╳*＊○〇◯□■_?？#△☆…"
_MASKED = re.compile(rf"[{re.escape(_MASK)}]")
_ADDRESSED = re.compile(r"^(.{1,2}?)(?:姓.*|先生|女士|氏)$")
_MAX_READINGS = 8


class NameLevel(IntEnum):
    """How near two names are; the higher the nearer. Only L1 and L0 may ever carry an automatic match."""

    NONE = 0
    MASKED = 1
    L3 = 2
    L2 = 3
    L1 = 4
    L0 = 5


@lru_cache(maxsize=1 << 17)
def level0(raw: str) -> str:
    """NFKC, blanks and invisible characters off, dots unified."""
    text = _OFF.sub("", unicodedata.normalize("NFKC", raw))
    return _DOTS.sub("·", text).strip("·").upper()


@cache
def _simplified() -> dict[int, str]:
    """One character to one: traditional and Japanese forms to simplified, but for those that names keep apart."""
    letters = [chr(code) for start, end in ((0x3400, 0x4DC0), (0x4E00, 0xA000)) for code in range(start, end)]
    converted = OpenCC("t2s").convert("\n".join(letters)).split("\n")
    table = {ord(old): new for old, new in zip(letters, converted, strict=True) if old != new and len(new) == 1}
    table.update({ord(old): new for old, new in tables.written_forms().items() if old != new})
    for kept in tables.kept_apart():
        table.pop(ord(kept), None)
    return table


def simplify(text: str) -> str:
    """``text`` in simplified characters, each by itself."""
    return text.translate(_simplified())


@lru_cache(maxsize=1 << 17)
def level1(raw: str) -> str:
    """The key of a name at L1: L0 without dots, in simplified characters."""
    return simplify(level0(raw)).replace("·", "")


@lru_cache(maxsize=1 << 15)
def _readings(character: str) -> tuple[str, ...]:
    found = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)
    return tuple(dict.fromkeys(reading.replace("v", "yu") for reading in found[0])) or (character,)


def _surname_parts(name: str) -> tuple[tuple[str, ...], str]:
    table = tables.surname_readings()
    for length in (2, 1):
        if len(name) > length and name[:length] in table:
            return table[name[:length]], name[length:]
    return _readings(name[:1]), name[1:]


@lru_cache(maxsize=1 << 16)
def level2(raw: str) -> tuple[str, ...]:
    """Toneless readings of the whole name, at most eight, the usual one first; the surname by its own table."""
    name = level1(raw)
    if not name:
        return ()
    first, rest = _surname_parts(name)
    choices = [first, *(_readings(character) for character in rest)]
    combined: list[str] = []
    for combination in product(*choices):
        combined.append("".join(combination))
        if len(combined) == _MAX_READINGS:
            break
    return tuple(combined)


@lru_cache(maxsize=1 << 14)
def is_masked(raw: str) -> bool:
    """Whether the source withheld a part of the name (某, X, *, ×, 先生)."""
    text = level0(raw)
    return bool(_MASKED.search(text) or _ADDRESSED.match(text))


@lru_cache(maxsize=1 << 14)
def _mask_pattern(raw: str) -> re.Pattern[str]:
    text = simplify(level0(raw))
    addressed = _ADDRESSED.match(text)
    if addressed:
        return re.compile(re.escape(addressed[1]) + ".+")
    parts = [re.escape(part) for part in _MASKED.split(text)]
    pattern = re.sub(r"(?:\.\+)+", ".+", ".+".join(parts))
    return re.compile(pattern)


def mask_fits(masked: str, name: str) -> bool:
    """Whether ``name`` could stand behind the mask: 张某 and 张×伟 fit 张大伟."""
    return bool(_mask_pattern(masked).fullmatch(level1(name)))


def name_level(said: str, recorded: str) -> NameLevel:
    """The nearest level at which what was said and what is recorded agree."""
    if level1(said) == level1(recorded):
        return NameLevel.L0 if level0(said) == level0(recorded) else NameLevel.L1
    return near_level(said, recorded)


@lru_cache(maxsize=1 << 16)
def near_level(said: str, recorded: str) -> NameLevel:
    """L2, L3, masked or none: for names whose L1 keys differ."""
    if is_masked(said):
        return NameLevel.MASKED if mask_fits(said, recorded) else NameLevel.NONE
    one, other = level1(said), level1(recorded)
    if abs(len(one) - len(other)) > 1:
        return NameLevel.NONE
    if not set(level2(said)).isdisjoint(level2(recorded)):
        return NameLevel.L2
    if min(len(one), len(other)) >= 2 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return NameLevel.L3
    return NameLevel.NONE
