"""Finding candidates: the same way over every store of a roster, in memory or packed in a file.

Complete for the automatic routes: whoever bears the name and was ever in the organ, whoever sounds alike there, every
owner of the number. Names in other organs are only listed, up to a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from hub.domain.matching import citizen_id as numbers
from hub.domain.matching.candidates import Candidates, IdRelation, OrganReading, PersonView, TenureView
from hub.domain.matching.names import level1, level2, mask_fits
from hub.domain.matching.posts import bases_of, one_seat
from hub.domain.matching.query import SubjectQuery
from hub.domain.roster.organs import OrganDirectory

MAX_NAMESAKES = 40
"""Namesakes outside the organ that are looked at; the rest is counted."""
BESIDES_THOSE_INSIDE = 1
"""Of these, how many are looked at where somebody in the organ bears the name."""
BESIDES_THE_ORGAN = 12
"""And how many where the organ is known and nobody there does."""
MANY_ORGANS = 40
"""Organs that words may mean beyond which people are found by name alone; nothing is automatic there but M1."""
MANY_NAMESAKES = 400
READINGS = 3
"""Readings of a stated name that are looked up; the roster is indexed under all."""
MAX_NEAR = 20
"""People with a similar or withheld name in the organ that are looked at."""
NEAR_DAYS = 90
"""Holders of a post this long before or after the conduct are looked at."""


class Stored(NamedTuple):
    """One cadre as a store has it. ``numbers``: recorded citizen numbers (or keyed hashes) of all merged records."""

    cadre_id: str
    name: str
    other_names: tuple[str, ...]
    numbers: tuple[str, ...]
    state: str | None
    tenures: tuple[TenureView, ...]


class RosterStore(Protocol):
    """What the finder asks; cadres go by row number. Every answer is in a fixed order."""

    version: str
    directory: OrganDirectory

    def __len__(self) -> int: ...

    def key_of(self, number: str) -> str:
        """What the roster keeps of a citizen number in normal form."""
        ...

    def row_of(self, cadre_id: str) -> int | None:
        """The row of a cadre, after merges."""
        ...

    def stored(self, row: int) -> Stored:
        """Everything of one cadre."""
        ...

    def numbered(self, key: str) -> Sequence[int]:
        """Rows with this key of a number."""
        ...

    def named(self, name: str) -> Sequence[int]:
        """Rows with this L1 name."""
        ...

    def sounding(self, sound: str) -> Sequence[int]:
        """Rows with this L2 reading."""
        ...

    def named_in(self, organ_id: str, name: str) -> Sequence[int]:
        """Rows with this L1 name that were ever in the organ."""
        ...

    def sounding_in(self, organ_id: str, sound: str) -> Sequence[int]:
        """Rows with this L2 reading that were ever in the organ."""
        ...

    def members(self, organ_id: str) -> tuple[Sequence[str], Sequence[int]]:
        """L1 names and rows of all who were ever in the organ, one entry a name."""
        ...

    def holders(self, organ_id: str, bases: frozenset[str], lo: int, hi: int) -> Sequence[int]:
        """Rows that held such a post there, acted or were in charge, at any time from ``lo`` to ``hi`` (ordinals)."""
        ...


class Finder:
    """A :class:`CandidateLookup` over any store."""

    def __init__(self, store: RosterStore) -> None:
        self.store = store
        self._namesakes = lru_cache(maxsize=1 << 13)(lambda name: max(1, len(store.named(level1(name)))))

    def lookup(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Candidates of each query, in order."""
        return [self._one(query) for query in queries]

    def _one(self, query: SubjectQuery) -> Candidates:
        reading = self.store.directory.resolve(query.organ, query.reference)
        keys, relation = self._keys(query)
        chosen: dict[int, None] = {row: None for key in keys for row in self.store.numbered(key)}
        explicit = self.store.row_of(query.cadre_id) if query.cadre_id else None
        if explicit is not None:
            chosen[explicit] = None
        more = self._by_name(query, reading, chosen) if query.names else 0
        parts = query.said_post.parts
        if not query.names or (parts and one_seat(parts[0].base)):
            self._by_post(query, reading, chosen)
        people = tuple([self._view(row, keys, relation) for row in chosen])
        return Candidates(people, reading, len(self.store), self.store.version, more, self.store.directory.label)

    def _keys(self, query: SubjectQuery) -> tuple[tuple[str, ...], IdRelation]:
        if not query.citizen_id:
            return (), "unstated"
        if query.valid_id:
            return (self.store.key_of(query.valid_id),), "equal"
        written = (query.citizen_id, *numbers.repairs(query.citizen_id))
        return tuple(self.store.key_of(one) for one in written), "repaired"

    def _by_name(self, query: SubjectQuery, reading: OrganReading, chosen: dict[int, None]) -> int:
        organs = sorted(reading.ids)
        many = len(organs) > MANY_ORGANS
        names = tuple(dict.fromkeys(level1(name) for name in query.names))
        inside = self._inside_any(names, reading.ids) if many else self._inside(names, organs)
        sounds = (
            () if query.masked else tuple(dict.fromkeys(sound for name in names for sound in level2(name)[:READINGS]))
        )
        near = [] if many else [hit.organ_id for hit in reading.hits if hit.how != "successor"]
        alike = {row: None for organ in near for sound in sounds for row in self.store.sounding_in(organ, sound)}
        if not inside and not many:
            for organ in organs:
                alike.update(dict.fromkeys(self._near(organ, query, names)))
        chosen.update(inside)
        chosen.update(alike)
        most = BESIDES_THOSE_INSIDE if inside else BESIDES_THE_ORGAN if reading.unit else MAX_NAMESAKES
        elsewhere = [] if query.masked else [row for name in names for row in self._sample(name, chosen, most)]
        more = sum(len(self.store.named(name)) for name in names) - len(inside) - len(elsewhere) if elsewhere else 0
        if not elsewhere and not chosen and not query.masked:
            elsewhere = [row for sound in sounds for row in self.store.sounding(sound)[:MAX_NAMESAKES]]
        chosen.update(dict.fromkeys(elsewhere[:MAX_NAMESAKES]))
        return max(0, more)

    def _inside(self, names: tuple[str, ...], organs: list[str]) -> dict[int, None]:
        return {row: None for organ in organs for name in names for row in self.store.named_in(organ, name)}

    def _inside_any(self, names: tuple[str, ...], organs: frozenset[str]) -> dict[int, None]:
        """The same where the words may mean very many organs: by way of the name."""
        rows = (row for name in names for row in self.store.named(name)[:MANY_NAMESAKES])
        return {row: None for row in rows if any(held.organ_id in organs for held in self.store.stored(row).tenures)}

    def _sample(self, name: str, chosen: dict[int, None], most: int) -> list[int]:
        rows = self.store.named(name)[: most + len(chosen)]
        return [row for row in rows if row not in chosen][:most]

    def _near(self, organ: str, query: SubjectQuery, names: tuple[str, ...]) -> list[int]:
        """Rows in the organ whose name is one edit away, or could stand behind the mask."""
        there, rows = self.store.members(organ)
        if query.masked and query.name:
            masked = query.name
            head = level1(masked)[:1]
            return [row for row, name in zip(rows, there, strict=True) if name[:1] == head and mask_fits(masked, name)][
                :200
            ]
        found = (
            process.extract(name, there, scorer=OSA.distance, score_cutoff=1, limit=MAX_NEAR)
            for name in names
            if len(name) > 1
        )
        return [rows[at] for hits in found for _, _, at in hits]

    def _by_post(self, query: SubjectQuery, reading: OrganReading, chosen: dict[int, None]) -> None:
        if not reading.hits or len(reading.ids) > MANY_ORGANS:
            return
        bases = frozenset(part.base for part in query.said_post.parts)
        span = query.reference
        lo, hi = (span.lo - NEAR_DAYS, span.hi + NEAR_DAYS) if span else (0, query.published.toordinal())
        for organ in sorted(reading.ids):
            chosen.update(dict.fromkeys(self.store.holders(organ, bases, lo, hi)))

    def _view(self, row: int, keys: tuple[str, ...], relation: IdRelation) -> PersonView:
        one = self.store.stored(row)
        if relation != "unstated":
            if not one.numbers:
                relation = "unknown"
            elif not any(number in keys for number in one.numbers):
                relation = "other"
        return PersonView(
            one.cadre_id, one.name, one.other_names, relation, one.tenures, one.state, self._namesakes(one.name)
        )


def post_bases(post: str) -> tuple[str, ...]:
    """The plain names under which a recorded post is looked up."""
    return bases_of(post)
