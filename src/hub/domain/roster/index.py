"""The roster in memory, for scenario worlds, tests and departments' files up to some hundred thousand cadres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hub.domain.matching import citizen_id as numbers
from hub.domain.matching.candidates import Candidates, TenureView
from hub.domain.matching.names import level1, level2
from hub.domain.matching.query import SubjectQuery
from hub.domain.matching.spans import ALWAYS, NEVER, widened
from hub.domain.roster import records
from hub.domain.roster.finder import Finder, Stored, post_bases
from hub.domain.roster.organs import OrganDirectory
from hub.domain.roster.records import Cadre, Merge, Organ, Tenure


class RosterIndex:
    """A :class:`RosterStore` and a :class:`CandidateLookup`, built once from records; built anew on changes.

    ``version`` names the state of the roster it was built from. ``id_key`` turns a number in normal form into what the
    roster keeps (a keyed hash); by default the number itself.
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
        self.directory = OrganDirectory(organs)
        self._id_key = id_key
        self._into = {merge.gone: merge.into for merge in merges}
        self._rows: dict[str, int] = {}
        self._cadres: list[Cadre | None] = []
        self._names: list[dict[str, None]] = []
        self._numbers: list[dict[str, None]] = []
        self._tenures: list[list[TenureView]] = []
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_sound: dict[str, list[int]] = defaultdict(list)
        self._by_number: dict[str, list[int]] = defaultdict(list)
        self._in_organ: dict[str, dict[int, None]] = defaultdict(dict)
        for cadre in cadres:
            self._add_cadre(cadre)
        for tenure in tenures:
            self._add_tenure(tenure)
        self._finder = Finder(self)

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

    def _row(self, cadre_id: str) -> int:
        owner = records.current(cadre_id, self._into)
        if owner not in self._rows:
            self._rows[owner] = len(self._cadres)
            self._cadres.append(None)
            self._names.append({})
            self._numbers.append({})
            self._tenures.append([])
        return self._rows[owner]

    def _add_cadre(self, cadre: Cadre) -> None:
        row = self._row(cadre.cadre_id)
        if cadre.cadre_id not in self._into:
            self._cadres[row] = cadre
        known = {level1(name) for name in self._names[row]}
        for name in (cadre.name, *cadre.former_names, *cadre.aliases):
            self._names[row][name] = None
            if level1(name) not in known:
                known.add(level1(name))
                self._by_name[level1(name)].append(row)
                for sound in level2(level1(name)):
                    self._by_sound[sound].append(row)
        if cadre.citizen_id:
            key = self.key_of(numbers.normal(cadre.citizen_id))
            if key not in self._numbers[row]:
                self._numbers[row][key] = None
                self._by_number[key].append(row)

    def _add_tenure(self, tenure: Tenure) -> None:
        row = self._row(tenure.cadre)
        from_lo, from_hi = widened(tenure.start, tenure.precision, ALWAYS)
        to_lo, to_hi = widened(tenure.end, tenure.precision, NEVER)
        self._tenures[row].append(
            TenureView(tenure.organ, tenure.post, tenure.kind, from_lo, from_hi, to_lo, to_hi, tenure.left)
        )
        self._in_organ[tenure.organ][row] = None

    # ---- what the finder asks
    def __len__(self) -> int:
        return len(self._cadres)

    def lookup(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Candidates of each query, in order."""
        return self._finder.lookup(queries)

    def key_of(self, number: str) -> str:
        """What the roster keeps of a number."""
        return self._id_key(number)

    def row_of(self, cadre_id: str) -> int | None:
        """The row of a cadre, after merges."""
        return self._rows.get(records.current(cadre_id, self._into))

    def stored(self, row: int) -> Stored:
        """Everything of one cadre."""
        cadre = self._cadres[row]
        names = list(self._names[row])
        name = cadre.name if cadre else (names[0] if names else "")
        cadre_id = cadre.cadre_id if cadre else next(one for one, at in self._rows.items() if at == row)
        others = tuple(one for one in names if one != name)
        return Stored(
            cadre_id, name, others, tuple(self._numbers[row]), cadre.state if cadre else None, tuple(self._tenures[row])
        )

    def numbered(self, key: str) -> Sequence[int]:
        """Rows with this key of a number."""
        return self._by_number.get(key, ())

    def named(self, name: str) -> Sequence[int]:
        """Rows with this L1 name."""
        return self._by_name.get(name, ())

    def sounding(self, sound: str) -> Sequence[int]:
        """Rows with this L2 reading."""
        return self._by_sound.get(sound, ())

    def named_in(self, organ_id: str, name: str) -> Sequence[int]:
        """Rows with this L1 name that were ever in the organ."""
        there = self._in_organ.get(organ_id, {})
        return [row for row in self.named(name) if row in there]

    def sounding_in(self, organ_id: str, sound: str) -> Sequence[int]:
        """Rows with this L2 reading that were ever in the organ."""
        there = self._in_organ.get(organ_id, {})
        return [row for row in self.sounding(sound) if row in there]

    def members(self, organ_id: str) -> tuple[Sequence[str], Sequence[int]]:
        """L1 names and rows of all who were ever in the organ."""
        pairs = [(level1(name), row) for row in self._in_organ.get(organ_id, ()) for name in self._names[row]]
        return [name for name, _ in pairs], [row for _, row in pairs]

    def holders(self, organ_id: str, bases: frozenset[str], lo: int, hi: int) -> Sequence[int]:
        """Rows that held such a post there, acted or were in charge, from ``lo`` to ``hi``."""
        return [
            row
            for row in self._in_organ.get(organ_id, ())
            if any(
                tenure.organ_id == organ_id
                and tenure.from_lo <= hi
                and lo <= tenure.to_hi
                and (tenure.kind in ("代理", "主持") or not bases.isdisjoint(post_bases(tenure.post)))
                for tenure in self._tenures[row]
            )
        ]
