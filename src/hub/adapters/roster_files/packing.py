"""Writing a packed roster: one pass over the records, one over the cadres, sorting by Arrow."""

from __future__ import annotations

import json
import mmap
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa  # type: ignore[import-untyped]  # ships no stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no stubs

from hub.adapters.roster_files.layout import FIELD, FORMAT, ITEM, TENURE, head_bits, key, key_in, mapped
from hub.domain.matching import citizen_id as citizen
from hub.domain.matching.names import level1, level2
from hub.domain.matching.spans import ALWAYS, NEVER, widened
from hub.domain.roster import records
from hub.domain.roster.records import Cadre, Merge, Organ, RosterRecordError, Tenure


class _Words:
    """Texts by number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


class _Pairs:
    """Keys and rows of one table, sorted when written."""

    def __init__(self) -> None:
        self.keys = array("Q")
        self.rows = array("I")

    def add(self, key_: int, row: int) -> None:
        self.keys.append(key_)
        self.rows.append(row)

    def write(self, folder: Path, name: str) -> None:
        table = pa.table({"key": _column(self.keys, pa.uint64()), "row": _column(self.rows, pa.uint32())})
        table = table.take(pc.sort_indices(table, sort_keys=[("key", "ascending"), ("row", "ascending")]))
        _write(folder / f"{name}.key", table["key"])
        _write(folder / f"{name}.row", table["row"])
        _write_heads(folder, name, len(self.keys))


def _write_heads(folder: Path, name: str, count: int) -> None:
    keys = mapped(folder / f"{name}.key").cast("Q")
    bits = head_bits(count)
    starts, at = array("Q"), 0
    for head in range(1 << bits):
        at = bisect_left(keys, head << (64 - bits), at)
        starts.append(at)
    starts.append(count)
    (folder / f"{name}.top").write_bytes(starts)


def _column(values: array[int], type_: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(type_, len(values), [None, pa.py_buffer(values)])


def _write(path: Path, column: pa.ChunkedArray) -> None:
    with path.open("wb") as file:
        for chunk in column.chunks:
            width = chunk.type.bit_width // 8
            file.write(memoryview(chunk.buffers()[1])[chunk.offset * width : (chunk.offset + len(chunk)) * width])


class _Members:
    """L1 names and rows by organ. The names wait in a spool file: in memory they would be the largest part."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._spool = (folder / "members.spool").open("w+b")
        self._at = 0
        self._organs, self._rows, self._starts, self._sizes = array("I"), array("I"), array("Q"), array("B")

    def add(self, name: str, row: int, organs: dict[int, None]) -> None:
        text = name.encode("utf-8", "surrogatepass")[:255]
        self._spool.write(text)
        for organ in organs:
            self._organs.append(organ)
            self._rows.append(row)
            self._starts.append(self._at)
            self._sizes.append(len(text))
        self._at += len(text)

    def write(self, organs: int) -> None:
        """members.txt, members.row, members.at and members.text."""
        self._spool.flush()
        table = pa.table({"organ": _column(self._organs, pa.uint32()), "row": _column(self._rows, pa.uint32())})
        order = pc.sort_indices(table, sort_keys=[("organ", "ascending"), ("row", "ascending")])
        _write(self._folder / "members.row", table["row"].take(order))
        ends, text_at = array("Q", bytes(8 * (organs + 1))), array("Q", bytes(8 * (organs + 1)))
        with _spooled(self._spool, self._at) as names, (self._folder / "members.txt").open("wb") as file:
            at = 0
            for index in memoryview(order.buffers()[1]).cast("Q")[: len(self._rows)]:
                start = self._starts[index]
                at += file.write(names[start : start + self._sizes[index]] + b"\n")
                ends[self._organs[index] + 1] += 1
                text_at[self._organs[index] + 1] = at
        for organ in range(1, organs + 1):
            ends[organ] += ends[organ - 1]
            text_at[organ] = max(text_at[organ], text_at[organ - 1])
        (self._folder / "members.at").write_bytes(ends)
        (self._folder / "members.text").write_bytes(text_at)
        self._spool.close()
        (self._folder / "members.spool").unlink()


@contextmanager
def _spooled(file: BinaryIO, size: int) -> Iterator[mmap.mmap | bytes]:
    if not size:
        yield b""
        return
    with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as mapped:
        yield mapped


class PackedRosterWriter:
    """Add every record, then :meth:`finish`. A later cadre.recorded replaces an earlier one; tenures are each given once.

    ``id_key`` turns a citizen number in normal form into what the file keeps (a keyed hash); by default the number itself.
    """

    def __init__(self, folder: Path, *, id_key: Callable[[str], str] = str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._id_key = id_key
        self._organs: dict[str, Mapping[str, Any]] = {}
        self._rows: dict[str, int] = {}
        self._texts: list[bytes] = []
        self._into: dict[str, str] = {}
        self._organ_words, self._posts, self._kinds, self._left = _Words(), _Words(), _Words(), _Words()
        self._tenures = bytearray()

    def add(self, type_: str, data: Mapping[str, Any]) -> None:
        """One record. Raises :class:`RosterRecordError` when it cannot be used; the writer stays usable."""
        match records.read(type_, data):
            case Organ() as organ:
                self._organ_words(organ.organ_id)
                self._organs[organ.organ_id] = data
            case Cadre() as cadre:
                self._add_cadre(cadre)
            case Tenure() as tenure:
                self._add_tenure(tenure)
            case Merge() as merge:
                self._into[merge.gone] = merge.into
            case _:
                pass

    def _add_cadre(self, cadre: Cadre) -> None:
        number = self._id_key(citizen.normal(cadre.citizen_id)) if cadre.citizen_id else ""
        others = ITEM.join(dict.fromkeys((*cadre.former_names, *cadre.aliases)))
        text = FIELD.join((cadre.cadre_id, cadre.name, others, number, cadre.state or "")).encode(
            "utf-8", "surrogatepass"
        )
        row = self._rows.setdefault(cadre.cadre_id, len(self._texts))
        if row == len(self._texts):
            self._texts.append(text)
        else:
            self._texts[row] = text

    def _add_tenure(self, tenure: Tenure) -> None:
        row = self._rows.get(tenure.cadre)
        if row is None:
            raise RosterRecordError(
                f"tenure of {tenure.cadre}, who is not in the roster",
                hint="a cadre's record comes before their tenures",
            )
        self._tenures += TENURE.pack(
            row,
            self._organ_words(tenure.organ),
            self._posts(tenure.post),
            self._kinds(tenure.kind),
            self._left(tenure.left or ""),
            0,
            *widened(tenure.start, tenure.precision, ALWAYS),
            *widened(tenure.end, tenure.precision, NEVER),
        )

    def finish(self, version: str = "", progress: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Write everything; returns how many cadres there are. ``progress``: called with (done, of) now and then."""
        self._merge()
        self._write_tenures()
        pairs = {name: _Pairs() for name in ("names", "sounds", "numbers", "ids")}
        members = _Members(self._folder)
        self._write_cadres(pairs, members, progress)
        for name, found in pairs.items():
            found.write(self._folder, name)
        pairs.clear()
        members.write(len(self._organ_words.numbers))
        self._write_meta(version)
        return len(self._texts)

    def _merge(self) -> None:
        self._moved: dict[int, int] = {}
        for gone in self._into:
            target = records.current(gone, self._into)
            if gone in self._rows and target in self._rows and gone != target:
                self._moved[self._rows[gone]] = self._rows[target]
        for old, new in self._moved.items():
            _, name, others, number, _ = self._texts[old].decode("utf-8", "surrogatepass").split(FIELD)
            kept = self._texts[new].decode("utf-8", "surrogatepass").split(FIELD)
            kept[2] = ITEM.join(
                one
                for one in dict.fromkeys((*kept[2].split(ITEM), name, *others.split(ITEM)))
                if one and one != kept[1]
            )
            kept[3] = ITEM.join(one for one in dict.fromkeys((*kept[3].split(ITEM), number)) if one)
            self._texts[new] = FIELD.join(kept).encode("utf-8", "surrogatepass")

    def _write_tenures(self) -> None:
        """By cadre and by organ, in the order given within each."""
        count = len(self._tenures) // TENURE.size
        if self._moved:
            for at in range(0, len(self._tenures), TENURE.size):
                row, *rest = TENURE.unpack_from(self._tenures, at)
                if row in self._moved:
                    TENURE.pack_into(self._tenures, at, self._moved[row], *rest)
        records_ = pa.Array.from_buffers(pa.binary(TENURE.size), count, [None, pa.py_buffer(self._tenures)])
        numbers = memoryview(self._tenures).cast("I")
        step = TENURE.size // 4
        for name, first, of in (("organs", 1, len(self._organ_words.numbers)), ("tenures", 0, len(self._texts))):
            column = array("I", numbers[first::step])
            order = pc.sort_indices(
                pa.table({"by": _column(column, pa.uint32()), "at": pa.array(range(count), pa.uint32())}),
                sort_keys=[("by", "ascending"), ("at", "ascending")],
            )
            ordered = records_.take(order)
            (self._folder / f"{name}.bin").write_bytes(memoryview(ordered.buffers()[1])[: count * TENURE.size])
            _write_starts(self._folder / f"{name}.at", pc.take(_column(column, pa.uint32()), order), of)
        self._by_row = memoryview((self._folder / "tenures.bin").read_bytes())
        del numbers, records_
        self._tenures = bytearray()

    def _tenures_by_row(self) -> Iterator[tuple[int, dict[int, None]]]:
        """Rows in order with the organs each was in."""
        row, organs = 0, dict[int, None]()
        for one in TENURE.iter_unpack(self._by_row):
            while row < one[0]:
                yield row, organs
                row, organs = row + 1, {}
            organs[one[1]] = None
        while row < len(self._texts):
            yield row, organs
            row, organs = row + 1, {}

    def _write_cadres(self, pairs: dict[str, _Pairs], members: _Members, progress: Callable[[int, int], None]) -> None:
        starts, at = array("Q", [0]), 0
        inside = {"names_in": _Pairs(), "sounds_in": _Pairs()}
        with (self._folder / "cadres.bin").open("wb") as file:
            for row, organs in self._tenures_by_row():
                text = self._texts[row]
                file.write(text)
                at += len(text)
                starts.append(at)
                if row not in self._moved:
                    self._index(row, text, organs, pairs, inside, members)
                if row % 50_000 == 0:
                    progress(row, len(self._texts))
        (self._folder / "cadres.at").write_bytes(starts)
        for name, found in inside.items():
            found.write(self._folder, name)
        progress(len(self._texts), len(self._texts))

    def _index(
        self,
        row: int,
        text: bytes,
        organs: dict[int, None],
        pairs: dict[str, _Pairs],
        inside: dict[str, _Pairs],
        members: _Members,
    ) -> None:
        cadre_id, name, others, numbers, _ = text.decode("utf-8", "surrogatepass").split(FIELD)
        pairs["ids"].add(key(cadre_id), row)
        for number in filter(None, numbers.split(ITEM)):
            pairs["numbers"].add(key(number), row)
        names = dict.fromkeys(level1(one) for one in (name, *filter(None, others.split(ITEM))))
        for one in names:
            name_key = key(one)
            pairs["names"].add(name_key, row)
            members.add(one, row, organs)
            for organ in organs:
                inside["names_in"].add(key_in(organ, name_key), row)
        for sound in dict.fromkeys(sound for one in names for sound in level2(one)):
            sound_key = key(sound)
            pairs["sounds"].add(sound_key, row)
            for organ in organs:
                inside["sounds_in"].add(key_in(organ, sound_key), row)

    def _write_meta(self, version: str) -> None:
        with (self._folder / "organs.jsonl").open("wb") as file:
            for data in self._organs.values():
                file.write(orjson.dumps(data) + b"\n")
        meta = {
            "format": FORMAT,
            "version": version,
            "cadres": len(self._texts) - len(self._moved),
            "rows": len(self._texts),
            "into": {gone: records.current(gone, self._into) for gone in self._into},
            "organs": list(self._organ_words.numbers),
            "posts": list(self._posts.numbers),
            "kinds": list(self._kinds.numbers),
            "left": list(self._left.numbers),
        }
        (self._folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), "utf-8")


def _write_starts(path: Path, sorted_by: pa.Array, of: int) -> None:
    """Where each number's run begins within a sorted column; one more than there are numbers."""
    counts = array("Q", bytes(8 * (of + 1)))
    for item in pc.value_counts(sorted_by).to_pylist():
        counts[item["values"] + 1] = item["counts"]
    for at in range(1, of + 1):
        counts[at] += counts[at - 1]
    path.write_bytes(counts)
