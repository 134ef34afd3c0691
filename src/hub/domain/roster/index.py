"""The roster in memory: indexes over names, numbers and organs, answering :class:`CandidateLookup`.

For scenario worlds, tests and departments' files up to some hundred thousand cadres.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hub.domain.matching import citizen_id as numbers
from hub.domain.matching.candidates import Candidates, IdRelation, OrganReading, PersonView, TenureView
from hub.domain.matching.names import NameLevel, level1, level2, near_level
from hub.domain.matching.query import SubjectQuery
from hub.domain.matching.spans import ALWAYS, NEVER, widened
from hub.domain.roster import records
from hub.domain.roster.organs import OrganDirectory
from hub.domain.roster.records import Cadre, Merge, Organ, Tenure

MAX_NAMESAKES = 40
"""Namesakes outside the organ that are looked at; the rest is counted."""


class RosterIndex:
    """Built once from records; ``version`` names the state of the roster it was built from.

    ``id_key`` turns a number in normal form into what the roster keeps (a keyed hash); by default the number itself.
    """

    def __init__(
        self,
        organs: Iterable[Organ],
        cadres: Iterable[Cadre],
        tenures: Iterable[Tenure],
        merges: Iterable[Merge] = (),
        *,
        version: str = "",
        id_key: Callable[[str], str] = str,
    ) -> None:
        self.version = version
        self._id_key = id_key
        self.directory = OrganDirectory(organs)
        self._into = {merge.gone: merge.into for merge in merges}
        self._cadres: dict[str, Cadre] = {}
        self._names: dict[str, dict[str, None]] = defaultdict(dict)
        self._tenures: dict[str, list[TenureView]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._by_id: dict[str, list[str]] = defaultdict(list)
        self._by_organ: dict[str, dict[str, None]] = defaultdict(dict)
        self._ids: dict[str, set[str]] = defaultdict(set)
        for cadre in cadres:
            self._add_cadre(cadre)
        for tenure in tenures:
            self._add_tenure(tenure)

    @classmethod
    def from_records(
        cls, lines: Iterable[tuple[str, Mapping[str, Any]]], *, version: str = "", id_key: Callable[[str], str] = str
    ) -> RosterIndex:
        """From (type, data) pairs of contracts.md 3.3, any order. Raises :class:`RosterRecordError`."""
        organs: dict[str, Organ] = {}
        cadres: dict[str, Cadre] = {}
        tenures: dict[str, Tenure] = {}
        merges: list[Merge] = []
        for number, (type_, data) in enumerate(lines):
            match records.read(type_, data):
                case Organ() as organ:
                    organs[organ.organ_id] = organ
                case Cadre() as cadre:
                    cadres[cadre.cadre_id] = cadre
                case Tenure() as tenure:
                    tenures[tenure.tenure_id or f"row {number}"] = tenure
                case Merge() as merge:
                    merges.append(merge)
                case _:
                    pass
        return cls(organs.values(), cadres.values(), tenures.values(), merges, version=version, id_key=id_key)

    def __len__(self) -> int:
        return len(self._cadres)

    def _now(self, cadre_id: str) -> str:
        seen = {cadre_id}
        while cadre_id in self._into and self._into[cadre_id] not in seen:
            cadre_id = self._into[cadre_id]
            seen.add(cadre_id)
        return cadre_id

    def _add_cadre(self, cadre: Cadre) -> None:
        owner = self._now(cadre.cadre_id)
        if owner == cadre.cadre_id:
            self._cadres[owner] = cadre
        for name in (cadre.name, *cadre.former_names, *cadre.aliases):
            self._names[owner][name] = None
        for key in dict.fromkeys(level1(name) for name in (cadre.name, *cadre.former_names, *cadre.aliases)):
            if owner not in self._by_name[key]:
                self._by_name[key].append(owner)
                for sound in level2(key):
                    self._by_sound[sound].append(owner)
        if cadre.citizen_id:
            key = self._id_key(numbers.normal(cadre.citizen_id))
            self._ids[owner].add(key)
            if owner not in self._by_id[key]:
                self._by_id[key].append(owner)

    def _add_tenure(self, tenure: Tenure) -> None:
        owner = self._now(tenure.cadre)
        from_lo, from_hi = widened(tenure.start, tenure.precision, ALWAYS)
        to_lo, to_hi = widened(tenure.end, tenure.precision, NEVER)
        label = self.directory.label(tenure.organ, min(to_lo, NEVER))
        view = TenureView(tenure.organ, tenure.post, tenure.kind, from_lo, from_hi, to_lo, to_hi, tenure.left, label)
        self._tenures[owner].append(view)
        self._by_organ[tenure.organ][owner] = None

    def lookup(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Candidates of each query, in order."""
        return [self._one(query) for query in queries]

    def _one(self, query: SubjectQuery) -> Candidates:
        reading = self.directory.resolve(query.organ, query.reference)
        relations = self._numbers(query)
        chosen: dict[str, None] = dict.fromkeys(
            owner for owner, how in relations.items() if how in ("equal", "repaired")
        )
        if query.cadre_id and self._now(query.cadre_id) in self._cadres:
            chosen[self._now(query.cadre_id)] = None
        more = 0
        if query.names:
            more = self._named(query, reading, chosen)
        elif reading.hits:
            chosen.update(
                dict.fromkeys(owner for organ_id in sorted(reading.ids) for owner in self._by_organ.get(organ_id, ()))
            )
        people = tuple(self._view(owner, query) for owner in chosen if owner in self._cadres)
        return Candidates(people, reading, len(self._cadres), self.version, more)

    def _numbers(self, query: SubjectQuery) -> dict[str, IdRelation]:
        if not query.citizen_id:
            return {}
        if query.valid_id:
            return dict.fromkeys(self._by_id.get(self._id_key(query.valid_id), ()), "equal")
        found: dict[str, IdRelation] = {}
        for repaired in numbers.repairs(query.citizen_id):
            found.update(dict.fromkeys(self._by_id.get(self._id_key(repaired), ()), "repaired"))
        return found

    def _named(self, query: SubjectQuery, reading: OrganReading, chosen: dict[str, None]) -> int:
        exact = dict.fromkeys(owner for name in query.names for owner in self._by_name.get(level1(name), ()))
        inside = dict.fromkeys(owner for organ_id in sorted(reading.ids) for owner in self._by_organ.get(organ_id, ()))
        chosen.update((owner, None) for owner in exact if owner in inside)
        chosen.update((owner, None) for owner in inside if owner not in exact and self._near(query, owner))
        elsewhere = [owner for owner in exact if owner not in inside]
        if not exact and not chosen and not query.masked:
            elsewhere = list(
                dict.fromkeys(owner for sound in level2(query.names[0]) for owner in self._by_sound.get(sound, ()))
            )
        chosen.update(dict.fromkeys(elsewhere[:MAX_NAMESAKES]))
        return max(0, len(elsewhere) - MAX_NAMESAKES)

    def _near(self, query: SubjectQuery, owner: str) -> bool:
        return any(near_level(said, name) is not NameLevel.NONE for said in query.names for name in self._names[owner])

    def _view(self, owner: str, query: SubjectQuery) -> PersonView:
        cadre = self._cadres[owner]
        others = tuple(name for name in self._names[owner] if name != cadre.name)
        return PersonView(
            owner,
            cadre.name,
            others,
            self._relation(owner, query),
            tuple(self._tenures.get(owner, ())),
            cadre.state,
            max(1, len(self._by_name.get(level1(cadre.name), ()))),
        )

    def _relation(self, owner: str, query: SubjectQuery) -> IdRelation:
        if not query.citizen_id:
            return "unstated"
        recorded = self._ids.get(owner)
        if not recorded:
            return "unknown"
        if query.valid_id:
            return "equal" if self._id_key(query.valid_id) in recorded else "other"
        slips = (self._id_key(one) for one in numbers.repairs(query.citizen_id))
        return "repaired" if any(slip in recorded for slip in slips) else "other"
