"""Words for an organ taken apart: places in front, and the core that says its kind. No edit distance anywhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from hub.domain.matching.names import simplify
from hub.domain.roster import places

_OFF = re.compile(r"[\s\u200b-\u200f\ufeff“”\"'《》]")
_PARTY = re.compile(r"^(?:中国共产党|中共)")
_COMMITTEE = re.compile(r"^委员会(?=$|组织部|宣传部|统战部|统一战线工作部|政法委|办公室|党校|老干部局|机构编制|巡察)")


@lru_cache(maxsize=1 << 16)
def folded(raw: str) -> str:
    """Width, blanks and quotation marks off, simplified characters."""
    return simplify(_OFF.sub("", unicodedata.normalize("NFKC", raw)))


@dataclass(frozen=True, slots=True)
class OrganWords:
    """``places``: those said in front, each as the full names it may stand for; ``core``: what is left, in one form."""

    places: tuple[frozenset[str], ...]
    core: str


def core_of(rest: str) -> str:
    """One form for each kind of organ: 委员会组织部 and 委组织部, 人民政府 and 政府."""
    rest = _COMMITTEE.sub("委", rest)
    if rest.startswith("人民政府"):
        rest = rest[2:]
    elif rest.endswith("人民政府"):
        rest = rest[:-4] + "政府"
    return rest.replace("人民政府办公", "政府办公")


class Gazetteer:
    """The places that a roster knows. Add every place, then take names apart; not safe to change while it is read."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, ...]] = {}
        self._tokens: dict[str, set[str]] = {}
        self._clipped: dict[str, set[str]] = {}
        self._longest = 0

    def add_all(self, found: set[str]) -> None:
        """Make the gazetteer anew from place strings (chains)."""
        by_length = sorted((folded(place) for place in found), key=len)
        seen: list[str] = []
        heads: set[str] = set()
        for place in by_length:
            if place not in self._places:
                self._places[place] = places.split(
                    place, [place[:end] for end in range(2, len(place)) if place[:end] in heads]
                )
            heads.add(place)
            seen.append(place)
        for chain in self._places.values():
            for token in chain:
                self._learn(token)

    def _learn(self, token: str) -> None:
        for way in places.written(token):
            self._tokens.setdefault(way, set()).add(token)
            self._longest = max(self._longest, len(way))
        clip = places.clipped(token)
        if clip:
            self._clipped.setdefault(clip, set()).add(token)

    def learn(self, token: str) -> None:
        """Add one place that is no chain."""
        self._learn(folded(token))

    def chain(self, place: str | None) -> tuple[str, ...]:
        """The parts of a place string that was added."""
        return self._places.get(folded(place), ()) if place else ()

    def _head(self, text: str) -> tuple[frozenset[str], str] | None:
        for end in range(min(self._longest, len(text)), 1, -1):
            meant = self._tokens.get(text[:end])
            if meant and (len(text) > end or end == len(text)):
                return frozenset(meant), text[end:]
        for end in range(min(self._longest, len(text) - 2), 1, -1):
            meant = self._clipped.get(text[:end])
            if meant and self._starts_with_place(text[end:]):
                return frozenset(meant), text[end:]
        return None

    def _starts_with_place(self, text: str) -> bool:
        return any(text[:end] in self._tokens for end in range(min(self._longest, len(text)), 1, -1))

    def take_apart(self, raw: str) -> OrganWords:
        """Places in front and core of any words for an organ. Pure places (乙市) have an empty core."""
        text = _PARTY.sub("", folded(raw))
        said: list[frozenset[str]] = []
        while text and (head := self._head(text)):
            said.append(head[0])
            text = head[1]
        return OrganWords(tuple(said), core_of(text))
