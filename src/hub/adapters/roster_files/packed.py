"""Reading a packed roster: files mapped read-only, shared by every worker on the machine. Only the organs live in each of them."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import orjson

from hub.adapters.roster_files.layout import FIELD, FORMAT, ITEM, TABLES, TENURE, key, key_in, mapped
from hub.adapters.roster_files.rows import RosterFileError
from hub.domain.matching.candidates import Candidates, TenureView
from hub.domain.matching.query import SubjectQuery
from hub.domain.roster import records
from hub.domain.roster.finder import Finder, Stored, post_bases
from hub.domain.roster.organs import OrganDirectory

_ACTED = ("代理", "主持")


class PackedRoster:
    """A :class:`RosterStore` and :class:`CandidateLookup` over a folder written by :class:`PackedRosterWriter`.

    Raises :class:`RosterFileError` when the folder holds no packed roster, or one of another format.
    """

    def __init__(self, folder: Path, *, id_key: Callable[[str], str] = str) -> None:
        try:
            meta = json.loads((folder / "meta.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RosterFileError(f"{folder} holds no packed roster", hint="pack the roster anew") from error
        if meta["format"] != FORMAT:
            raise RosterFileError(f"{folder}: format {meta['format']}, not {FORMAT}", hint="pack the roster anew")
        self.version: str = meta["version"]
        self._id_key = id_key
        self._cadres = int(meta["cadres"])
        self._into: dict[str, str] = meta["into"]
        self._organ_ids: list[str] = meta["organs"]
        self._organ_numbers = {organ: at for at, organ in enumerate(self._organ_ids)}
        self._posts: list[str] = meta["posts"]
        self._kinds: list[str] = meta["kinds"]
        self._left: list[str | None] = [left or None for left in meta["left"]]
        self._acted = frozenset(number for number, kind in enumerate(self._kinds) if kind in _ACTED)
        self._by_base: dict[str, set[int]] = {}
        for number, post in enumerate(self._posts):
            for base in post_bases(post):
                self._by_base.setdefault(base, set()).add(number)
        with (folder / "organs.jsonl").open("rb") as file:
            self.directory = OrganDirectory(records.organ(orjson.loads(line)) for line in file)
        self._map(folder)
        self._finder = Finder(self)
        self.stored = lru_cache(maxsize=1 << 12)(self._stored)

    def _map(self, folder: Path) -> None:
        self._texts = mapped(folder / "cadres.bin")
        self._text_at = mapped(folder / "cadres.at").cast("Q")
        self._tenures, self._tenure_at = mapped(folder / "tenures.bin"), mapped(folder / "tenures.at").cast("Q")
        self._by_organ, self._organ_at = mapped(folder / "organs.bin"), mapped(folder / "organs.at").cast("Q")
        self._member_texts, self._member_rows = (
            mapped(folder / "members.txt"),
            mapped(folder / "members.row").cast("I"),
        )
        self._member_at, self._member_text_at = (mapped(folder / f"members.{end}").cast("Q") for end in ("at", "text"))
        self._tables = {name: _Table(folder, name) for name in TABLES}

    def _found(self, table: str, key_: int) -> Sequence[int]:
        return self._tables[table].found(key_)

    def __len__(self) -> int:
        return self._cadres

    def lookup(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Candidates of each query, in order."""
        return self._finder.lookup(queries)

    def key_of(self, number: str) -> str:
        """What the roster keeps of a number."""
        return self._id_key(number)

    def row_of(self, cadre_id: str) -> int | None:
        """The row of a cadre, after merges."""
        wanted = self._into.get(cadre_id, cadre_id)
        return next((row for row in self._found("ids", key(wanted)) if self.stored(row).cadre_id == wanted), None)

    def _stored(self, row: int) -> Stored:
        text = str(self._texts[self._text_at[row] : self._text_at[row + 1]], "utf-8", "surrogatepass")
        cadre_id, name, others, numbers, state = text.split(FIELD)
        at, end = self._tenure_at[row] * TENURE.size, self._tenure_at[row + 1] * TENURE.size
        organs, posts, kinds, left = self._organ_ids, self._posts, self._kinds, self._left
        tenures = [
            TenureView(organs[organ], posts[post], kinds[kind], from_lo, from_hi, to_lo, to_hi, left[why])
            for _, organ, post, kind, why, _, from_lo, from_hi, to_lo, to_hi in TENURE.iter_unpack(
                self._tenures[at:end]
            )
        ]
        other_names = tuple(others.split(ITEM)) if others else ()
        return Stored(
            cadre_id, name, other_names, tuple(numbers.split(ITEM)) if numbers else (), state or None, tuple(tenures)
        )

    def numbered(self, key: str) -> Sequence[int]:
        """Rows with this key of a number."""
        return self._found("numbers", _key(key))

    def named(self, name: str) -> Sequence[int]:
        """Rows with this L1 name."""
        return self._found("names", _key(name))

    def sounding(self, sound: str) -> Sequence[int]:
        """Rows with this L2 reading."""
        return self._found("sounds", _key(sound))

    def named_in(self, organ_id: str, name: str) -> Sequence[int]:
        """Rows with this L1 name that were ever in the organ."""
        organ = self._organ_numbers.get(organ_id)
        return () if organ is None else self._found("names_in", key_in(organ, _key(name)))

    def sounding_in(self, organ_id: str, sound: str) -> Sequence[int]:
        """Rows with this L2 reading that were ever in the organ."""
        organ = self._organ_numbers.get(organ_id)
        return () if organ is None else self._found("sounds_in", key_in(organ, _key(sound)))

    def members(self, organ_id: str) -> tuple[Sequence[str], Sequence[int]]:
        """L1 names and rows of all who were ever in the organ."""
        organ = self._organ_numbers.get(organ_id)
        if organ is None:
            return (), ()
        text = str(
            self._member_texts[self._member_text_at[organ] : self._member_text_at[organ + 1]], "utf-8", "surrogatepass"
        )
        return text.split("\n")[:-1], self._member_rows[self._member_at[organ] : self._member_at[organ + 1]]

    def holders(self, organ_id: str, bases: frozenset[str], lo: int, hi: int) -> Sequence[int]:
        """Rows that held such a post there, acted or were in charge, from ``lo`` to ``hi``."""
        organ = self._organ_numbers.get(organ_id)
        if organ is None:
            return ()
        at, end = self._organ_at[organ] * TENURE.size, self._organ_at[organ + 1] * TENURE.size
        acted, wanted = self._acted, set[int]().union(*(self._by_base.get(base, ()) for base in bases))
        return [
            row
            for row, _, post, kind, _, _, from_lo, _, _, to_hi in TENURE.iter_unpack(self._by_organ[at:end])
            if (post in wanted or kind in acted) and from_lo <= hi and lo <= to_hi
        ]


class _Table:
    """Rows by key. The heads lead to the few neighbours of a key, so that a search touches one or two pages of a large file."""

    def __init__(self, folder: Path, name: str) -> None:
        self._keys = mapped(folder / f"{name}.key").cast("Q")
        self._rows = mapped(folder / f"{name}.row").cast("I")
        self._starts = mapped(folder / f"{name}.top").cast("Q")
        self._shift = 65 - (len(self._starts) - 1).bit_length()

    def found(self, key_: int) -> Sequence[int]:
        """Rows with this key, in order."""
        head = key_ >> self._shift
        last = self._starts[head + 1]
        start = bisect_left(self._keys, key_, self._starts[head], last)
        if start == last or self._keys[start] != key_:
            return ()
        end = bisect_right(self._keys, key_, start, last)
        return self._rows[start:end] if end - start > 1 else (self._rows[start],)


_key = lru_cache(maxsize=1 << 14)(key)
