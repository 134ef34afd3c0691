"""Organs as of a date: which one do these words mean on that day? Dated names, places and succession decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hub.domain.matching.candidates import OrganHit, OrganHow, OrganReading
from hub.domain.matching.spans import ALWAYS, NEVER, Span, iso, widened
from hub.domain.matching.tables import organ_shorts
from hub.domain.roster.organ_names import Gazetteer, OrganWords, folded
from hub.domain.roster.records import Organ

_FEW = 24
"""Readings of words for an organ beyond which nobody looks at each."""
_PLACE_ENDS = ("省", "市", "县", "区", "州", "旗", "盟")


@dataclass(frozen=True, slots=True)
class _Named:
    organ_id: str
    name: str
    lo: int
    hi: int
    words: OrganWords


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
        self._chains: dict[str, tuple[str, ...]] = {}
        self._lasts: dict[str, int] = {}
        self._units = _Units(self.organs)
        for organ in self.organs.values():
            self._index(organ)
        self._resolve = lru_cache(maxsize=1 << 14)(self._resolve_now)

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
        self._chains[organ.organ_id] = self._chain(organ)
        for name in organ.names:
            lo = widened(name.start, "day", ALWAYS)[0]
            hi = widened(name.end, "day", NEVER)[1]
            self._lasts[organ.organ_id] = max(hi, self._lasts.get(organ.organ_id, ALWAYS))
            named = _Named(organ.organ_id, name.name, lo, hi, self.gazetteer.take_apart(name.name))
            self._by_text.setdefault(folded(name.name), []).append(named)
            self._by_core.setdefault(named.words.core, []).append(named)
            chain = self._chains[organ.organ_id]
            for place in set(chain).union(*named.words.places):
                self._by_place.setdefault((named.words.core, place), []).append(named)

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
        span = Span(lo, hi)
        valid = [(one, bare) for one, bare in named if span.overlaps(one.lo, one.hi)]
        chosen = {id(one) for one, _ in (valid or named)}
        hits: dict[str, OrganHit] = {}
        for one, bare in named:
            how: OrganHow = "valid" if span.overlaps(one.lo, one.hi) else "dated_elsewhere"
            hit = OrganHit(one.organ_id, "bare" if bare else how, one.name, id(one) in chosen and not bare)
            known = hits.get(one.organ_id)
            if known is None or (hit.automatic and not known.automatic):
                hits[one.organ_id] = hit
        return self._with_lineage(said, hits, span)

    def _with_lineage(self, said: str, hits: dict[str, OrganHit], span: Span) -> OrganReading:
        units = {self._then(hit.organ_id, span) for hit in hits.values() if hit.automatic}
        unit = next(iter(units)) if len(units) == 1 else frozenset[str]()
        for hit in list(hits.values()) if len(hits) <= _FEW else ():
            for other in sorted(self._units.of(hit.organ_id)):
                hits.setdefault(other, OrganHit(other, "renamed", hit.name, hit.automatic))
            for other in self._units.neighbours(hit.organ_id):
                hits.setdefault(other, OrganHit(other, "successor", hit.name, other in unit))
        ordered = sorted(hits.values(), key=lambda hit: (hit.organ_id not in unit, hit.how != "valid", hit.organ_id))
        return OrganReading(said, tuple(ordered), unit)

    def _then(self, organ_id: str, span: Span) -> frozenset[str]:
        """The organ as it was on the day: where it had ended by merging into exactly one other, that one."""
        unit = self._units.of(organ_id)
        seen = {unit}
        while self._ended(unit, span.lo):
            into = {self._units.of(other) for other in self._units.merged_into(unit)}
            if len(into) != 1 or (following := next(iter(into))) in seen:
                return unit
            seen.add(following)
            unit = following
        return unit

    def _ended(self, unit: frozenset[str], day: int) -> bool:
        return all(self._lasts.get(organ_id, NEVER) < day for organ_id in unit)

    def _find(self, said: str) -> list[tuple[_Named, bool]]:
        exact = self._by_text.get(folded(said), [])
        words = self.gazetteer.take_apart(said)
        found = {id(one): (one, False) for one in exact}
        found.update(self._here(words, words.core) if words.places else self._bare(words.core))
        found.update((id(one), (one, False)) for one in exact)
        if not found and words.places:
            for full in organ_shorts().get(words.core, ()):
                found.update(self._here(words, full))
        return list(found.values())

    def _here(self, words: OrganWords, core: str) -> dict[int, tuple[_Named, bool]]:
        lists = ([self._by_place.get((core, place), []) for place in sorted(said)] for said in words.places)
        shortest = min(lists, key=lambda found: sum(map(len, found)))
        return {id(one): (one, False) for near in shortest for one in near if self._same_place(words, one)}

    def _bare(self, core: str) -> dict[int, tuple[_Named, bool]]:
        """Organs of this kind in any place: only readings for a reviewer, and only where they are few."""
        everywhere = self._by_core.get(core, ()) if core else ()
        return {id(one): (one, True) for one in everywhere} if len(everywhere) <= _FEW else {}

    def _same_place(self, words: OrganWords, one: _Named) -> bool:
        """Whether every place said is on the organ's chain, and the last of them is the organ's own."""
        chain = self._chains[one.organ_id]
        last = one.words.places[-1] if one.words.places else frozenset(chain[-1:])
        if last.isdisjoint(words.places[-1]):
            return False
        if chain and chain[-1] in last and chain[-1] not in words.places[-1]:
            return False
        allowed = set(chain).union(*one.words.places) if one.words.places else set(chain)
        return all(not said.isdisjoint(allowed) for said in words.places)


class _Units:
    """Organs that are one by renaming, and neighbours by merger or split."""

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

    def of(self, organ_id: str) -> frozenset[str]:
        """The organ and all that it was or became by renaming alone."""
        found, todo = {organ_id}, [organ_id]
        while todo:
            for other in self._renamed.get(todo.pop(), ()):
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return frozenset(found)

    def merged_into(self, unit: frozenset[str]) -> set[str]:
        """Organs that a unit ended in."""
        return {other for one in unit for other in self._merged.get(one, ())}

    def neighbours(self, organ_id: str) -> list[str]:
        """Organs one merger or split away from the unit."""
        unit = self.of(organ_id)
        return sorted({other for one in unit for other in self._near.get(one, ())} - unit)


def validity(organ: Organ) -> str:
    """The names of an organ with their days, for a reader."""
    return "; ".join(
        f"{one.name} ({one.kind} {iso(widened(one.start, 'day', ALWAYS)[0])}..{one.end or ''})" for one in organ.names
    )
