"""Organs as of a date: which one do these words mean on that day? Dated names, places and succession decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from hub.domain.matching.candidates import OrganHit, OrganHow, OrganReading
from hub.domain.matching.spans import ALWAYS, NEVER, Span, iso, widened
from hub.domain.matching.tables import organ_shorts
from hub.domain.roster.organ_names import Gazetteer, OrganWords, folded
from hub.domain.roster.records import Organ

_FEW = 24
"""Readings of words for an organ beyond which nobody looks at each."""
_PLACE_ENDS = ("省", "市", "县", "区", "州", "旗", "盟")


class _Lies(NamedTuple):
    """Where an organ lies by one of its names. ``own``: forms of its own place; ``last``: the last of its chain."""

    own: frozenset[str]
    last: str | None
    allowed: frozenset[str]

    def said_by(self, places: tuple[frozenset[str], ...]) -> bool:
        """Whether every place said is on the organ's chain, and the last of them is the organ's own."""
        if self.own.isdisjoint(places[-1]):
            return False
        if self.last in self.own and self.last not in places[-1]:
            return False
        return not any(said.isdisjoint(self.allowed) for said in places)


@lru_cache(maxsize=1 << 14)
def _lies(chain: tuple[str, ...], places: tuple[frozenset[str], ...]) -> _Lies:
    """Shared by all names that lie alike: there are thousands of organs and few places."""
    own = places[-1] if places else frozenset(chain[-1:])
    return _Lies(own, chain[-1] if chain else None, frozenset(chain).union(*places))


class _Named(NamedTuple):
    """One name of an organ, its first and last day (ordinals), and where it lies."""

    organ_id: str
    name: str
    lo: int
    hi: int
    lies: _Lies


class OrganDirectory:
    """All organs of a roster. ``resolve`` is pure over what was built; build anew when organs change."""

    def __init__(self, organs: Iterable[Organ]) -> None:
        self.organs: dict[str, Organ] = {organ.organ_id: organ for organ in organs}
        self.gazetteer = Gazetteer()
        self.gazetteer.add_all({organ.place for organ in self.organs.values() if organ.place})
        self._learn_parents()
        self._by_text: dict[str, list[_Named]] = {}
        self._by_core: dict[str, list[_Named]] = {}
        self._by_place: dict[tuple[str, str], list[_Named]] = {}
        self._lasts: dict[str, int] = {}
        self._units = _Units(self.organs)
        for organ in self.organs.values():
            self._index(organ)
        self._resolve = lru_cache(maxsize=1 << 14)(self._resolve_now)
        self._find = lru_cache(maxsize=1 << 14)(self._find_now)

    def _learn_parents(self) -> None:
        for organ in self.organs.values():
            if organ.place is None:
                for name in organ.names:
                    if name.name.endswith(_PLACE_ENDS) and len(name.name) <= 12:
                        self.gazetteer.learn(name.name)

    def _chain(self, organ: Organ) -> tuple[str, ...]:
        if organ.place:
            return self.gazetteer.chain(organ.place)
        chain: list[str] = []
        seen: set[str] = set()
        at: Organ | None = self.organs.get(organ.parent or "")
        while at is not None and at.organ_id not in seen:
            seen.add(at.organ_id)
            words = self.gazetteer.take_apart(at.names[0].name)
            if words.places and not words.core:
                chain.insert(0, folded(at.names[0].name))
            at = self.organs.get(at.parent or "")
        return tuple(chain)

    def _index(self, organ: Organ) -> None:
        chain = self._chain(organ)
        for name in organ.names:
            lo = widened(name.start, "day", ALWAYS)[0]
            hi = widened(name.end, "day", NEVER)[1]
            self._lasts[organ.organ_id] = max(hi, self._lasts.get(organ.organ_id, ALWAYS))
            words = self.gazetteer.take_apart(name.name)
            named = _Named(organ.organ_id, name.name, lo, hi, _lies(chain, words.places))
            self._by_text.setdefault(folded(name.name), []).append(named)
            self._by_core.setdefault(words.core, []).append(named)
            for place in named.lies.allowed:
                self._by_place.setdefault((words.core, place), []).append(named)

    def label(self, organ_id: str, day: int = NEVER) -> str:
        """The name an organ had on a day: the full one where there is one, else the latest."""
        organ = self.organs.get(organ_id)
        if organ is None:
            return organ_id
        valid = [
            one
            for one in organ.names
            if widened(one.start, "day", ALWAYS)[0] <= day <= widened(one.end, "day", NEVER)[1]
        ]
        return min(valid or organ.names[-1:], key=lambda one: one.kind == "简称").name

    def resolve(self, said: str | None, on: Span | None) -> OrganReading:
        """What the words mean on the days ``on`` (None: on any day)."""
        if not said:
            return OrganReading()
        return self._resolve(said, on.lo if on else ALWAYS, on.hi if on else NEVER)

    def _resolve_now(self, said: str, lo: int, hi: int) -> OrganReading:
        if said in self.organs:
            return OrganReading(said, (OrganHit(said, "code", said, True),), self._units.of(said))
        named = self._find(said)
        valid = {id(one) for one, _ in named if lo <= one.hi and one.lo <= hi}
        hits: dict[str, OrganHit] = {}
        for one, bare in named:
            how: OrganHow = "bare" if bare else "valid" if id(one) in valid else "dated_elsewhere"
            hit = OrganHit(one.organ_id, how, one.name, not bare and (not valid or id(one) in valid))
            known = hits.get(one.organ_id)
            if known is None or (hit.automatic and not known.automatic):
                hits[one.organ_id] = hit
        return self._with_lineage(said, hits, lo)

    def _with_lineage(self, said: str, hits: dict[str, OrganHit], day: int) -> OrganReading:
        units = {self._then(hit.organ_id, day) for hit in hits.values() if hit.automatic}
        unit = next(iter(units)) if len(units) == 1 else frozenset[str]()
        for hit in list(hits.values()) if len(hits) <= _FEW else ():
            for other in sorted(self._units.of(hit.organ_id) - hits.keys()):
                hits[other] = OrganHit(other, "renamed", hit.name, hit.automatic)
            for other in self._units.neighbours(hit.organ_id):
                if other not in hits:
                    hits[other] = OrganHit(other, "successor", hit.name, other in unit)
        ordered = sorted(hits.values(), key=lambda hit: (hit.organ_id not in unit, hit.how != "valid", hit.organ_id))
        return OrganReading(said, tuple(ordered), unit)

    def _then(self, organ_id: str, day: int) -> frozenset[str]:
        """The organ as it was on the day: where it had ended by merging into exactly one other, that one."""
        unit = self._units.of(organ_id)
        seen = {unit}
        while into := self._units.merged_into(unit):
            if len(into) > 1 or not self._ended(unit, day) or (following := next(iter(into))) in seen:
                return unit
            seen.add(following)
            unit = following
        return unit

    def _ended(self, unit: frozenset[str], day: int) -> bool:
        return all(self._lasts.get(organ_id, NEVER) < day for organ_id in unit)

    def _find_now(self, said: str) -> tuple[tuple[_Named, bool], ...]:
        """Every name that the words may be, on any day, and whether they left its place out."""
        exact = {id(one): (one, False) for one in self._by_text.get(folded(said), ())}
        words = self.gazetteer.take_apart(said)
        apart = self._here(words, words.core) if words.places else self._bare(words.core)
        found = {**exact, **apart, **exact}
        if not found and words.places:
            for full in organ_shorts().get(words.core, ()):
                found.update(self._here(words, full))
        return tuple(found.values())

    def _here(self, words: OrganWords, core: str) -> dict[int, tuple[_Named, bool]]:
        lists = ([self._by_place.get((core, place), []) for place in sorted(said)] for said in words.places)
        shortest = min(lists, key=lambda found: sum(map(len, found)))
        return {id(one): (one, False) for near in shortest for one in near if one.lies.said_by(words.places)}

    def _bare(self, core: str) -> dict[int, tuple[_Named, bool]]:
        """Organs of this kind in any place: only readings for a reviewer, and only where they are few."""
        everywhere = self._by_core.get(core, ()) if core else ()
        return {id(one): (one, True) for one in everywhere} if len(everywhere) <= _FEW else {}


class _Units:
    """Organs that are one by renaming, and neighbours by merger or split. Most organs have neither."""

    def __init__(self, organs: dict[str, Organ]) -> None:
        self._renamed: dict[str, set[str]] = {}
        self._near: dict[str, set[str]] = {}
        self._merged: dict[str, set[str]] = {}
        for organ in organs.values():
            for edge in organ.succession:
                into = self._renamed if edge.kind.startswith("renamed") else self._near
                into.setdefault(organ.organ_id, set()).add(edge.organ)
                into.setdefault(edge.organ, set()).add(organ.organ_id)
                if edge.kind == "merged_into":
                    self._merged.setdefault(organ.organ_id, set()).add(edge.organ)
                elif edge.kind == "merged_from":
                    self._merged.setdefault(edge.organ, set()).add(organ.organ_id)
        self._unit = {one: self._reached(one) for one in self._renamed}
        known = self._near.keys() | {one for unit in self._unit.values() for one in unit}
        self._beside = {one: beside for one in known if (beside := self._one_step(one))}

    def _reached(self, organ_id: str) -> frozenset[str]:
        found, todo = {organ_id}, [organ_id]
        while todo:
            for other in self._renamed.get(todo.pop(), ()):
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return frozenset(found)

    def _one_step(self, organ_id: str) -> list[str]:
        unit = self.of(organ_id)
        return sorted({other for one in unit for other in self._near.get(one, ())} - unit)

    def of(self, organ_id: str) -> frozenset[str]:
        """The organ and all that it was or became by renaming alone."""
        return self._unit.get(organ_id) or frozenset((organ_id,))

    def merged_into(self, unit: frozenset[str]) -> set[frozenset[str]]:
        """Units that a unit ended in."""
        return {self.of(other) for one in unit if one in self._merged for other in self._merged[one]}

    def neighbours(self, organ_id: str) -> Sequence[str]:
        """Organs one merger or split away from the unit, in order."""
        return self._beside.get(organ_id, ())


def validity(organ: Organ) -> str:
    """The names of an organ with their days, for a reader."""
    return "; ".join(
        f"{one.name} ({one.kind} {iso(widened(one.start, 'day', ALWAYS)[0])}..{one.end or ''})" for one in organ.names
    )
