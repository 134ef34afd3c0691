"""A roster in Postgres as the finder wants it: what it asks and is not here yet is noted, fetched for all, asked again.

The finder is written for stores that answer at once. Here a look-up runs over what is known so far; every question without
an answer is noted and answered with nothing; then all that was noted is fetched in a few statements, and the queries that
had met a gap run again. After four or five rounds nothing is missing, however many queries there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from hub.adapters.postgres.roster_rows import NAME, NUMBER, SOUND, IdKey, stored
from hub.adapters.postgres.session import Session
from hub.domain.matching import Candidates, SubjectQuery
from hub.domain.roster import Finder, OrganDirectory, Stored
from hub.domain.roster.records import current

Question = tuple[Any, ...]
_LISTED = 64
_TOKENS = """
select w.kind, w.token, array(select t.cadre from roster_token t where t.kind = w.kind::"char" and t.token = w.token
  order by t.cadre limit $3), (select count(*) from roster_token t where t.kind = w.kind::"char" and t.token = w.token)
from unnest($1::text[], $2::text[]) as w (kind, token)"""
_INSIDE = """
select w.organ, w.kind, w.token, t.cadre from unnest($1::text[], $2::text[], $3::text[]) as w (organ, kind, token)
join roster_in t on t.organ = w.organ and t.kind = w.kind::"char" and t.token = w.token order by t.cadre"""
_MEMBERS = """
select organ, array_agg(token order by cadre, token), array_agg(cadre order by cadre, token)
from roster_in where organ = any($1::text[]) and kind = 'n' group by organ"""
_HOLDERS = """
select distinct organ, base, from_day, to_day, cadre from roster_holder where organ = any($1::text[]) order by cadre"""
_DOCUMENTS = "select key, body from doc where key = any($1::text[])"


class Rows(Sequence[int]):
    """Rows of the first of some cadres, numbered when they are looked at, and how many there are in all."""

    def __init__(self, cadres: Sequence[str], row: Callable[[str], int], total: int = 0) -> None:
        self._cadres = cadres
        self._row = row
        self._total = max(total, len(cadres))

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...
    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        return list(map(self._row, self._cadres[at])) if isinstance(at, slice) else self._row(self._cadres[at])

    def __len__(self) -> int:
        return self._total

    def __iter__(self) -> Iterator[int]:
        return iter(dict.fromkeys(map(self._row, self._cadres)))


class _Each(Rows):
    """Rows beside a list of the same length: one may stand there twice."""

    def __iter__(self) -> Iterator[int]:
        return map(self._row, self._cadres)


class PostgresRoster:
    """A :class:`hub.domain.roster.RosterStore` for one transaction. ``into``: merges, gone to into; ``size``: cadres."""

    def __init__(
        self,
        session: Session,
        directory: OrganDirectory,
        into: Mapping[str, str],
        size: int,
        version: str,
        id_key: IdKey,
    ) -> None:
        self.version = version
        self.directory = directory
        self._session = session
        self._into = into
        self._from: dict[str, list[str]] = {}
        for gone in sorted(into):
            self._from.setdefault(current(gone, into), []).append(gone)
        self._size = size
        self._id_key = id_key
        self._rows: dict[str, int] = {}
        self._cadres: list[str] = []
        self._answers: dict[Question, Any] = {}
        self._open: dict[Question, None] = {}

    async def lookup(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Candidates of each query, in order."""
        answers: dict[int, Candidates] = {}
        todo = list(range(len(queries)))
        missing: dict[Question, None] = {}
        while todo:
            gaps: list[int] = []
            for at in todo:
                self._open = {}
                answers[at] = Finder(self).lookup([queries[at]])[
                    0
                ]  # anew: it remembers answers, also those not there yet
                if self._open:
                    gaps.append(at)
                    missing.update(self._open)
            await self._fetch(missing)
            todo, missing = gaps, {}
        return [answers[at] for at in range(len(queries))]

    # ---- what the finder asks
    def __len__(self) -> int:
        return self._size

    def key_of(self, number: str) -> str:
        """What the roster keeps of a number."""
        return self._id_key(number)

    def row_of(self, cadre_id: str) -> int | None:
        """The row of a cadre, None where there is no such record."""
        owner = current(cadre_id, self._into)
        return self._row(owner) if self._ask("there", owner, nothing=None) else None

    def stored(self, row: int) -> Stored:
        """Everything of one cadre."""
        owner = self._cadres[row]
        found: Stored = self._ask("stored", owner, nothing=Stored(owner, "", (), (), None, ()))
        return found

    def numbered(self, key: str) -> Sequence[int]:
        """Rows with this key of a number."""
        return self._listed("token", NUMBER, key)

    def named(self, name: str) -> Sequence[int]:
        """Rows with this L1 name: the first ones, with the length of all."""
        return self._listed("token", NAME, name) if name else ()

    def sounding(self, sound: str) -> Sequence[int]:
        """Rows with this L2 reading."""
        return self._listed("token", SOUND, sound)

    def named_in(self, organ_id: str, name: str) -> Sequence[int]:
        """Rows with this L1 name that were ever in the organ."""
        return self._listed("inside", organ_id, NAME, name)

    def sounding_in(self, organ_id: str, sound: str) -> Sequence[int]:
        """Rows with this L2 reading that were ever in the organ."""
        return self._listed("inside", organ_id, SOUND, sound)

    def members(self, organ_id: str) -> tuple[Sequence[str], Sequence[int]]:
        """L1 names and rows of all who were ever in the organ."""
        names, cadres = self._ask("members", organ_id, nothing=((), ()))
        return names, _Each(cadres, self._row)

    def holders(self, organ_id: str, bases: frozenset[str], lo: int, hi: int) -> Sequence[int]:
        """Rows that held such a post there, acted or were in charge, from ``lo`` to ``hi``."""
        held: list[tuple[str, int, int, int]] = self._ask("holders", organ_id, nothing=[])
        fits = (row for base, first, last, row in held if first <= hi and lo <= last and (not base or base in bases))
        return list(dict.fromkeys(fits))

    def _listed(self, *question: str) -> Sequence[int]:
        found: Sequence[int] = self._ask(*question, nothing=())
        return found

    def _ask(self, *question: Any, nothing: Any) -> Any:
        if question not in self._answers:
            self._open[question] = None
            return nothing
        return self._answers[question]

    def _row(self, record: str) -> int:
        owner = current(record, self._into)
        if owner not in self._rows:
            self._rows[owner] = len(self._cadres)
            self._cadres.append(owner)
        return self._rows[owner]

    # ---- fetching what was noted
    async def _fetch(self, questions: Iterable[Question]) -> None:
        kinds: dict[str, list[Question]] = {}
        for kind, *rest in questions:
            kinds.setdefault(kind, []).append(tuple(rest))
        fetchers: dict[str, Callable[[list[Question]], Any]] = {
            "token": self._tokens,
            "inside": self._inside,
            "members": self._members,
            "holders": self._holders,
        }
        for kind, fetcher in fetchers.items():
            if kind in kinds:
                await fetcher(kinds[kind])
        wanted = [one[0] for kind in ("there", "stored") for one in kinds.get(kind, ())]
        if wanted:
            await self._people(wanted)

    async def _tokens(self, wanted: list[Question]) -> None:
        rows = await self._session.fetch(_TOKENS, [one[0] for one in wanted], [one[1] for one in wanted], _LISTED)
        for kind, token, cadres, total in rows:
            self._answers["token", kind, token] = Rows(cadres, self._row, total)

    async def _inside(self, wanted: list[Question]) -> None:
        found: dict[Question, dict[int, None]] = {one: {} for one in wanted}
        parts = [[one[at] for one in wanted] for at in range(3)]
        for organ, kind, token, cadre in await self._session.fetch(_INSIDE, *parts):
            found[organ, kind, token][self._row(cadre)] = None
        self._answers.update((("inside", *one), list(rows)) for one, rows in found.items())

    async def _members(self, wanted: list[Question]) -> None:
        self._answers.update((("members", one[0]), ((), ())) for one in wanted)
        for organ, names, cadres in await self._session.fetch(_MEMBERS, [one[0] for one in wanted]):
            self._answers["members", organ] = (names, cadres)

    async def _holders(self, wanted: list[Question]) -> None:
        found: dict[str, list[tuple[str, int, int, int]]] = {one[0]: [] for one in wanted}
        for organ, base, first, last, cadre in await self._session.fetch(_HOLDERS, list(found)):
            found[organ].append((base, first, last, self._row(cadre)))
        self._answers.update((("holders", organ), held) for organ, held in found.items())

    async def _people(self, owners: list[str]) -> None:
        records = {owner: [f"person:{one}" for one in (owner, *self._from.get(owner, ()))] for owner in owners}
        keys = [key for several in records.values() for key in several]
        bodies = {row[0]: row[1] for row in await self._session.fetch(_DOCUMENTS, keys)}
        for owner, several in records.items():
            documents = [(key, bodies[key]) for key in several if key in bodies]
            self._answers["there", owner] = bool(documents)
            self._answers["stored", owner] = stored(owner, documents, self._id_key)
